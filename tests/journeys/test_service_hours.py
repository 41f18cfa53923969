"""The hours of a service hold wherever a time is asked for, promised or moved."""

import io
import uuid
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from bookings import changes, intake, processing, series, times
from bookings.eligibility import NotOffered
from bookings.intake import Submission
from bookings.models import Booking
from bookings.series import Rhythm
from bookings.waitlist import joining
from bookings.waitlist.joining import Wish
from operations import intents
from operations.history import Event
from operations.workflow import Source
from tests.api.calls import assert_problem, get, post, wish
from tests.calendar.calling import path_to, send
from tests.calendar.pages import browser, look
from tests.factories import LocationFactory, ResourceFactory, ServiceFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def service():
    """A class on Mondays and Wednesdays at 18:10, beside something that is offered all day."""
    location = LocationFactory(
        opening_hours="Mo-Su 07:00-22:00",
        minimum_notice_minutes=0,
        horizon_days=60,
        time_zone="Europe/Berlin",
    )
    ResourceFactory(location=location, name="Priya", slug="priya")
    ServiceFactory(location=location, name="Talk", position=1)
    return ServiceFactory(
        location=location, name="Vinyasa", minutes=75, hours="Mo,We 18:10-19:25", wait_list=True, position=0
    )


def on(service, weekday, clock="18:10"):
    """This time of the first such weekday, a week ahead at least; Monday is 0."""
    day = times.today_at(service) + 7 * DAY
    while day.weekday() != weekday:
        day += DAY
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=service.location.zone)


def key(scope="web:book"):
    return intents.Request(scope, uuid.uuid4())


def wanted(service, start, **more):
    return Submission(service=service, start=start, resource=None, name="Ada", email="a@example.com", **more)


def book(service, start):
    booking = intake.submit(key(), wanted(service, start), source=Source.WEB).booking
    while processing.drain():
        pass
    return Booking.objects.get(pk=booking.pk)


def test_a_program_is_offered_the_class_and_told_why_not_at_another_time(service):
    monday = on(service, 0)
    days = f"from={monday.date()}&to={monday.date() + 6 * DAY}"

    path = f"/locations/{service.location.slug}/services/{service.slug}/times?{days}"
    found = [datetime.fromisoformat(each["start"]) for each in get(path).json()["times"]]
    refused = assert_problem(post("/bookings", wish(service, monday + DAY)), 422, "not-offered")

    assert found == [monday, monday + 2 * DAY]
    assert refused["reason"] == "service_hours"
    assert {datetime.fromisoformat(each["start"]) for each in refused["alternatives"]} >= {monday}


def test_a_booking_is_moved_to_another_class_and_to_no_other_time(service):
    booking = book(service, on(service, 0))

    with pytest.raises(NotOffered) as refused:
        move(booking, on(service, 1))
    assert refused.value.code == "service_hours"

    assert move(booking, on(service, 2)).starts_at == on(service, 2)


def move(booking, start):
    return changes.move(
        key("web:move"),
        booking.token,
        version=booking.version,
        start=start,
        resource=None,
        source=Source.WEB,
    ).booking


def test_who_waits_waits_for_a_class(service):
    book(service, on(service, 0))

    def wait(start):
        asked = Wish(
            service=service, day=start.date(), start=start, resource=None, name="B", email="b@example.com"
        )
        return joining.join(key("web:wait"), asked, source=Source.WEB).entry

    with pytest.raises(NotOffered):
        wait(on(service, 1))
    assert wait(on(service, 0)).starts_at == on(service, 0)


def test_a_series_has_the_dates_on_which_it_takes_place(service):
    monday = on(service, 0)

    mondays, tuesdays = (
        series.plan(Rhythm(service=service, first=start, every="week", count=3))
        for start in (monday, monday + DAY)
    )

    assert [each.why for each in mondays] == [""] * 3
    assert [each.why for each in tuesdays] == ["This is not offered at this time."] * 3


def test_an_import_takes_the_rows_that_its_hours_hold(service, tmp_path):
    monday = on(service, 0)
    file, said = tmp_path / "old.csv", io.StringIO()
    file.write_text(
        "id,service,person,start,name,email,phone,notes\n"
        f"1,Vinyasa,Priya,{monday:%Y-%m-%d} 18:10,Ada,a@example.com,,\n"
        f"2,Vinyasa,Priya,{monday + DAY:%Y-%m-%d} 18:10,Ben,b@example.com,,\n"
    )

    call_command("import_bookings", str(file), "--location", service.location.slug, stdout=said)

    assert "This is not offered at this time." in said.getvalue()
    assert said.getvalue().splitlines()[-1] == "Dry run: 1 booked, 0 already there, 1 not booked."


def test_the_desk_is_held_to_them_and_can_set_them_aside(service):
    tuesday, client = on(service, 1), browser()

    refused = send(client, service, tuesday)
    assert refused.status_code == 422
    assert "This is not offered at this time." in refused.content.decode()

    assert send(client, service, tuesday, reason="A class for the team").status_code == 303
    [event] = Event.objects.of(Booking.objects.get())[:1]
    assert (event.reason, event.details["set_aside"]) == ("A class for the team", "service_hours")


def test_the_form_of_the_desk_shows_the_class_among_its_free_times(service):
    form = look(browser(), path_to(service.location, on(service, 0, "07:00"), service=service.slug))

    assert "18:10" in form.text


@pytest.mark.parametrize(("clock", "name"), [("18:10", "Vinyasa"), ("10:00", "Talk")])
def test_a_cell_of_the_calendar_opens_the_form_for_what_takes_place_then(service, clock, name):
    path = path_to(service.location, on(service, 0, clock), resource="priya")

    page = browser().get(path).content.decode()

    assert f'value="{service.location.services.get(name=name).slug}" selected' in page


def test_customers_read_when_it_takes_place_and_never_that_somebody_does_not_work(service):
    path = reverse("times", args=[service.location.slug, service.slug])
    tuesday = on(service, 1).date()

    page = Client().get(path, {"date": f"{tuesday}", "resource": "priya"}).content.decode()

    assert "When it takes place" in page
    assert page.count("18:10\N{EN DASH}19:25") == 2
    assert "Nothing is offered on this day." in page
    assert "does not work" not in page
