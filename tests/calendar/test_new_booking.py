"""The form for somebody on the telephone: one page, nothing typed is lost, nothing is booked twice."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from bookings import customers, processing
from bookings.customer import Customer
from bookings.models import Assignment, Booking
from bookings.places import Location
from operations import roles
from operations.history import Event
from operations.repair import RecoveryAttempt
from tests.calendar.attending import breaches, call, soon, staff
from tests.calendar.calling import CALLER, filled, opened, path_to, send
from tests.calendar.pages import browser, calendar, look, of, post
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    offered = ServiceFactory(location=LocationFactory(minimum_notice_minutes=0))
    ResourceFactory(location=offered.location, name="Lena", slug="lena")
    return offered


def test_from_an_empty_cell_to_a_booking(service):
    client = browser()
    day = soon().astimezone(service.location.zone)
    table = look(client, calendar(service.location, date=day.date().isoformat()))
    cell = next(link for link in table.links if f"{urlencode({'start': day.isoformat()})}&" in link)

    form = look(client, cell).form("/new/")
    answer = post(client, form, **filled(form, service, resource="lena"))

    booking = Booking.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == calendar(service.location, date=day.date().isoformat())
    assert (booking.starts_at, booking.resource.slug, booking.source) == (soon(), "lena", "desk")
    assert "nothing is sent" in client.get(answer["Location"]).content.decode()


def test_sending_twice_books_once(service):
    client = browser()
    form = opened(client, service)

    answers = [post(client, form, **filled(form, service)) for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert Booking.objects.count() == 1
    assert "Nothing was booked twice" in client.get(answers[1]["Location"]).content.decode()


def test_the_same_form_with_other_words_is_a_question(service):
    client = browser()
    form = opened(client, service)
    post(client, form, **filled(form, service))

    answer = post(client, form, **filled(form, service, name="Ben Wolf"))

    assert answer.status_code == 409
    assert Booking.objects.count() == 1
    again = Page(answer, form.action).form("/new/")
    assert again.fields["request_id"] != form.fields["request_id"]


@pytest.mark.parametrize(
    "missing", [{"phone": "", "email": ""}, {"name": ""}, {"date": ""}, {"time": "nine"}, {"email": "anna@"}]
)
def test_what_is_missing_is_said_and_the_rest_is_kept(service, missing):
    answer = send(browser(), service, notes="By the window.", **missing)

    assert answer.status_code == 422
    assert not Booking.objects.exists()
    assert Page(answer, "").form("/new/").fields["notes"] == "By the window."


def test_a_taken_time_answers_with_the_nearest_free_ones(service):
    client = browser()
    send(client, service)

    answer = send(client, service, name="Ben Wolf", phone="030 1234567")

    page = Page(answer, path_to(service.location))
    assert page.status == 409
    assert "data-alternatives" in page.html
    pick = page.html.split('name="pick" value="')[1].split('"')[0]
    form = page.form("/new/")
    taken = Page(client.post(form.action, form.fields | filled(form, service, pick=pick)), form.action)
    again = taken.form("/new/")
    assert again.fields["time"] == datetime.fromisoformat(pick).strftime("%H:%M")
    assert again.fields["name"] == CALLER["name"]
    assert Booking.objects.count() == 1


def test_a_rule_refuses_and_says_how_to_set_it_aside(service):
    Location.objects.update(horizon_days=0)
    client = browser()

    refused = send(client, service, soon(24 * 60))  # near midnight tomorrow is today at the place
    assert refused.status_code == 422
    assert "You may set this rule aside" in refused.content.decode()

    form = Page(refused, "").form("/new/")
    assert post(client, form, **filled(form, service, reason="A regular")).status_code == 303
    event = Event.objects.of(Booking.objects.get()).first()
    assert (event.reason, event.details["set_aside"], event.user_id) == ("A regular", "horizon", staff().pk)


def test_notice_does_not_bind_who_stands_at_the_counter(service):
    Location.objects.update(minimum_notice_minutes=7 * 24 * 60)

    assert send(browser(), service).status_code == 303

    event = Event.objects.of(Booking.objects.get()).first()
    assert (event.reason, event.details["set_aside"]) == ("", "notice")


def test_the_hours_bind_and_are_named_before_anything_else(service):
    Location.objects.update(minimum_notice_minutes=7 * 24 * 60, opening_hours="2020 Jan 01 08:00-09:00")

    answer = send(browser(), service)

    assert answer.status_code == 422
    assert "We are closed at this time." in answer.content.decode()


@pytest.mark.parametrize(("minutes", "status"), [(20, 303), (130, 422)])
def test_who_is_in_the_chair_now_can_be_written_down(minutes, status):
    location = LocationFactory(time_zone="Etc/UTC", opening_hours="24/7", minimum_notice_minutes=60)
    service = ServiceFactory(location=location)
    ResourceFactory(location=location)
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    begun = noon - timedelta(minutes=minutes)

    with time_machine.travel(noon):
        assert send(browser(), service, begun, email="anna@example.com").status_code == status

        if status == 303:
            processing.drain()
            booking = Booking.objects.get()
            assert (booking.status, booking.starts_at) == ("accepted", begun)
            assert Event.objects.of(booking).first().details["set_aside"] == "past"
            assert breaches() == []


def test_a_walk_in_who_cannot_be_reached_is_booked_when_that_is_ticked(service):
    client = browser()
    nameless = {"name": "Laufkunde", "phone": "", "email": ""}
    assert send(client, service, **nameless).status_code == 422

    done = send(client, service, **nameless, unreachable="on")

    assert "so nothing is sent" in client.get(done["Location"]).content.decode()
    processing.drain()
    booking = Booking.objects.get()
    assert (booking.status, booking.phone, booking.email) == ("accepted", "", "")
    assert "There is no telephone number either." in look(client, of(booking)).text
    assert breaches() == []


@pytest.mark.parametrize(("number", "whom"), [(0, "mehmet"), (-1, "lena")])
def test_what_is_offered_instead_can_be_booked_as_it_stands(service, number, whom):
    mehmet = ResourceFactory(location=service.location, name="Mehmet", slug="mehmet")
    BookingFactory(service=service, resource=mehmet, starts_at=soon(), accepted=True)
    client = browser()

    refused = Page(send(client, service, resource="mehmet"), path_to(service.location))
    instead, _around = refused.html.split('id="free-times"')
    pick = re.findall(r'name="pick" value="([^"]+)"', instead)[number]
    form = refused.form("/new/")
    again = Page(
        client.post(form.action, form.fields | filled(form, service, pick=pick, resource="mehmet")), ""
    )

    assert "with Lena" in refused.text
    assert f'<option value="{whom}" selected>' in again.html
    form = again.form("/new/")
    assert post(client, form, **filled(form, service, resource=whom)).status_code == 303
    assert Booking.objects.latest("pk").resource.slug == whom


def test_nobody_sets_rules_aside_without_the_permission(service):
    person = staff("kim", role=roles.AUDITOR)
    person.user_permissions.add(Permission.objects.get(codename="attend_book"))

    answer = send(browser("kim", roles.AUDITOR), service, reason="because")

    assert answer.status_code == 403
    assert RecoveryAttempt.objects.get().remedy == "override"
    assert not Booking.objects.exists()


def test_nobody_books_without_the_permission(service):
    client = browser("eve", roles.AUDITOR)

    assert client.get(path_to(service.location)).status_code == 403
    assert client.post(path_to(service.location), CALLER).status_code == 403
    assert {each.remedy for each in RecoveryAttempt.objects.all()} == {"book"}


@pytest.mark.parametrize("typed", [{"phone": "+49 30 5550 7"}, {"email": "Carla@"}, {"name": "Dia Car"}])
def test_somebody_known_is_suggested_and_fills_the_form(service, typed):
    person = {"name": "Carla Diaz", "email": "carla@example.com", "phone": "+49 30 5550 700"}
    known = BookingFactory(service=service, **person)
    client = browser()
    form = opened(client, service)

    found = client.post(form.action, form.fields | {"find": "1"} | typed)
    assert "Carla Diaz" in found.content.decode()
    used = Page(client.post(form.action, form.fields | {"use": str(known.pk)}), form.action)

    fields = used.form("/new/").fields
    assert (fields["name"], fields["phone"], fields["email"]) == (
        "Carla Diaz",
        "+49 30 5550 700",
        "carla@example.com",
    )
    assert fields["request_id"] == form.fields["request_id"]


def test_who_is_blocked_is_said_while_they_call(service):
    BookingFactory(name="Carla Diaz", email="carla@example.com", service=service)
    customers.collect()
    Customer.objects.update(blocked_at=timezone.now(), blocked_reason="Never came.")

    found = browser().post(reverse("staff-known", args=[service.location.slug]), {"email": "carla@"})

    assert "Never came." in found.content.decode()


def test_people_of_other_locations_are_not_suggested(service):
    BookingFactory(name="Theo Theirs", email="theo@example.com")
    Assignment.objects.create(user=staff("limited")).locations.add(service.location)
    path = reverse("staff-known", args=[service.location.slug])

    assert "Theo" in browser().post(path, {"email": "theo@"}).content.decode()
    assert "Theo" not in browser("limited").post(path, {"email": "theo@"}).content.decode()


def test_a_time_that_comes_twice_is_asked_for():
    location = LocationFactory(opening_hours="24/7", minimum_notice_minutes=0, horizon_days=800)
    service = ServiceFactory(location=location)
    ResourceFactory(location=location)
    client = browser()
    night = {"date": "2027-10-31", "time": "02:30"}

    asked = send(client, service, **night)
    assert asked.status_code == 422
    form = Page(asked, "").form("/new/")
    assert post(client, form, **filled(form, service, **night, fold="1")).status_code == 303

    assert Booking.objects.get().local_start.startswith("2027-10-31T02:30:00+01:00")


def test_a_time_that_does_not_exist_is_refused():
    location = LocationFactory(opening_hours="24/7", horizon_days=800)
    service = ServiceFactory(location=location)
    ResourceFactory(location=location)

    answer = send(browser(), service, date="2027-03-28", time="02:30")

    assert answer.status_code == 422
    assert "does not exist" in answer.content.decode()


@pytest.mark.parametrize("every", ["", "week"])
def test_a_date_of_an_unusual_year_is_refused_in_words(service, every):
    answer = send(browser(), service, date="9999-12-31", every=every, count="4")

    assert answer.status_code == 422
    assert "between 2000 and 2999" in answer.content.decode()


def test_a_service_that_no_database_could_look_for_is_no_error(service):
    client = browser()
    form = opened(client, service)

    assert post(client, form, choose="1", resource="x", service="a\x00").status_code == 200


@pytest.mark.parametrize(
    "known_by", [{"email": "", "phone": "0301234"}, {"email": "z@example.com", "phone": ""}]
)
def test_who_is_blocked_is_booked_only_when_that_is_meant(service, known_by):
    ResourceFactory(location=service.location)
    call(service, soon(240), name="Zoe", **known_by)
    customers.collect()
    Customer.objects.update(blocked_at=timezone.now(), blocked_reason="Never pays")
    client = browser()
    wanted = {"name": "Somebody Else"} | known_by

    asked = send(client, service, **wanted)

    assert (asked.status_code, Booking.objects.count()) == (409, 1)
    assert "(Never pays)" in Page(asked, "").text
    form = Page(asked, "").form("/new/")
    [tick] = form.choices["despite_block"]
    assert post(client, form, **filled(form, service, **wanted, despite_block=tick)).status_code == 303
    assert Booking.objects.count() == 2

    again = send(client, service, **wanted, despite_block=tick)  # both questions, one after the other
    form = Page(again, "").form("/new/")
    assert (again.status_code, form.fields["despite_block"]) == (409, tick)
    assert post(client, form, **filled(form, service, **wanted, confirm_duplicate="1")).status_code == 303


def test_of_who_is_blocked_elsewhere_staff_of_one_place_learn_nothing(service):
    ResourceFactory(location=service.location)
    BookingFactory(name="Theo Theirs", email="theo@example.com", phone="")
    customers.collect()
    Customer.objects.update(blocked_at=timezone.now(), blocked_reason="Private words")
    Assignment.objects.create(user=staff("limited")).locations.add(service.location)

    answer = send(browser("limited"), service, email="theo@example.com", phone="")

    assert answer.status_code == 303


def test_a_likely_duplicate_is_a_question_that_can_be_answered(service):
    ResourceFactory(location=service.location)
    client = browser()
    send(client, service)

    asked = send(client, service)
    assert asked.status_code == 409
    form = Page(asked, "").form("/new/")
    assert post(client, form, **filled(form, service, confirm_duplicate="1")).status_code == 303
    assert Booking.objects.count() == 2


def test_a_time_that_is_over_is_never_booked(service):
    answer = send(browser(), service, soon() - timedelta(days=2), reason="they insist")

    assert answer.status_code == 422
    assert not Booking.objects.exists()
