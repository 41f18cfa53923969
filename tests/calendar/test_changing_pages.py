"""Service and people of a booking are changed on its page: what is different first, then once."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from bookings.models import Booking
from bookings.offerings import Requirement
from notifications.models import Delivery
from operations import roles
from operations.history import Event
from operations.repair import RecoveryAttempt
from tests.calendar.pages import browser, look, of, post
from tests.factories import BookingFactory, ResourceFactory, ServiceFactory, SessionFactory, advance
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def booking():
    return BookingFactory(accepted=True, name="Anna Berg", service__name="Haircut")


@pytest.fixture
def colour(booking):
    return ServiceFactory(location=booking.location, name="Colour", minutes=90, price="80.00")


def path(booking):
    return of(booking, "staff-change")


def asked(client, booking, **given):
    """The page after something was chosen in its form."""
    begin = booking.starts_at.astimezone(booking.location.zone)
    as_it_is = {"service": booking.service.slug, "people": booking.people, "resource": booking.resource.slug}
    chosen = as_it_is | {"date": f"{begin:%Y-%m-%d}", "time": f"{begin:%H:%M}"}
    return look(client, f"{path(booking)}?{urlencode(chosen | given)}")


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def offered(page):
    beside = page.html.split('id="free-times"')[1].split("</fieldset>")[0]
    return re.findall(r'data-time="([^"]+)"', beside)


def test_before_and_after_are_shown_before_anything_is_done(booking, colour):
    client = browser()
    assert path(booking) in look(client, of(booking)).links

    page = asked(client, booking, service=colour.slug)

    assert all(text in page.text for text in ("Haircut → Colour", "30 → 90", "€28.00 → €80.00"))
    assert fresh(booking).version == booking.version
    assert post(client, page.form("/change/")).status_code == 303
    changed = fresh(booking)
    assert (changed.service, changed.resource, changed.starts_at) == (
        colour,
        booking.resource,
        booking.starts_at,
    )


def test_pressing_twice_changes_once(booking, colour):
    client = browser()
    form = asked(client, booking, service=colour.slug).form("/change/")

    assert [post(client, form).status_code for _twice in range(2)] == [303, 303]
    assert [event.transition for event in Event.objects.of(booking)].count("change") == 1


def test_where_it_does_not_fit_the_nearest_free_times_are_offered_and_one_press_takes_one(booking, colour):
    after = booking.starts_at + timedelta(minutes=30)
    BookingFactory(accepted=True, service=booking.service, starts_at=after)
    client = browser()

    page = asked(client, booking, service=colour.slug)
    assert "Somebody has this time already." in page.text
    answer = Page(post(client, page.form("/change/")), path(booking))
    assert answer.status == 409
    assert "There is no room for it at this time. Nothing was changed." in answer.text

    picked = re.findall(r'name="pick" value="([^"]+)"', answer.html.split("data-alternatives")[1])[0]
    page = asked(client, booking, service=colour.slug, pick=picked)
    assert "Somebody has this time already." not in page.text
    assert post(client, page.form("/change/")).status_code == 303
    assert (fresh(booking).service, fresh(booking).starts_at) == (colour, datetime.fromisoformat(picked))


def test_its_own_time_stands_among_the_free_ones(booking, colour):
    begin = booking.starts_at.astimezone(booking.location.zone)

    page = asked(browser(), booking, service=colour.slug, choose="1")

    assert f"{begin:%H:%M}" in offered(page)
    assert f"{begin + timedelta(minutes=15):%H:%M}" in offered(page)


def test_how_many_come_can_be_said_where_a_booking_may_be_for_several():
    service = ServiceFactory(group=True, max_people=4)
    session = SessionFactory(service=service)
    booking = BookingFactory(accepted=True, session=session, service=service, people=2, price="56.00")
    client = browser()

    page = asked(client, booking, people="3")
    assert "2 → 3" in page.text
    assert "€56.00 → €84.00" in page.text
    post(client, page.form("/change/"))

    assert (fresh(booking).people, fresh(booking).session) == (3, booking.session)


def test_whoever_cannot_do_the_other_service_is_not_chosen_for_it(booking, colour):
    other = ResourceFactory(location=booking.location, name="Lena")
    Requirement.objects.create(service=colour, kind="person").resources.set([other])

    page = asked(browser(), booking, service=colour.slug, choose="1")

    whom = page.html.split('name="resource"')[1].split("</select>")[0]
    assert re.findall(r'<option value="([^"]*)"', whom) == ["", other.slug]


def test_against_the_rules_a_reason_is_asked_for(booking):
    long = ServiceFactory(location=booking.location, minutes=14 * 60)
    client = browser()
    page = asked(client, booking, service=long.slug)
    assert "The rules of the place do not offer this time." in page.text

    form = page.form("/change/")
    assert post(client, form).status_code == 422
    assert post(client, form, reason="Agreed.").status_code == 303
    assert Event.objects.of(booking).last().reason == "Agreed."


def test_who_knows_already_is_not_written_to_if_somebody_says_why(booking, colour):
    client = browser()
    form = asked(client, booking, service=colour.slug).form("/change/")

    assert post(client, form, tells="no").status_code == 422
    assert post(client, form, tells="no", silence="She stands here.").status_code == 303
    assert not Delivery.objects.filter(kind="changed").exists()
    assert "Changed from Haircut" in look(client, of(booking)).text


def test_a_page_that_is_out_of_date_changes_nothing_and_says_why(booking, colour):
    client = browser()
    page = asked(client, booking, service=colour.slug)
    advance(booking, "correct_name", called="Anna Bergmann")

    answer = Page(post(client, page.form("/change/")), path(booking))

    assert (answer.status, "Name corrected" in answer.text) == (409, True)
    assert fresh(booking).service == booking.service


def test_what_is_as_it_was_is_no_question(booking):
    page = asked(browser(), booking)

    assert "Choose another service or how many people come." in page.text
    assert "Change the booking of Anna Berg?" not in page.text


def test_what_is_over_says_so():
    booking = BookingFactory(completed=True)

    assert path(booking) not in look(browser(), of(booking)).links
    assert "It is completed already." in look(browser(), path(booking)).text


def test_nobody_changes_without_the_permission(booking):
    client = browser("eve", roles.AUDITOR)

    assert client.get(path(booking)).status_code == 403
    assert client.post(path(booking), {}).status_code == 403
    assert {each.remedy for each in RecoveryAttempt.objects.all()} == {"change"}


@pytest.mark.parametrize(
    "query",
    [
        "service=nothing",
        "service=&date=2027-02-30&time=09:00&people=many",
        "pick=soon",
        "pick=0001-01-01T00:00:00Z&service=x",
        "choose=1&service=%00&people=-1&date=0001-01-01",
    ],
)
def test_nonsense_in_the_address_asks_again(booking, query):
    assert browser().get(f"{path(booking)}?{query}").status_code == 200
