"""The first page after logging in: what an owner looks for, and nothing that they may not open."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from operations import roles
from tests.calendar.pages import browser, look
from tests.factories import BookingFactory, LocationFactory, ServiceFactory

pytestmark = pytest.mark.django_db
HOME = reverse("admin:index")
PARTS = (
    *("Today", "Customers and bookings", "What can be booked", "Messages"),
    *("Reports, import and export", "People who log in", "Machinery"),
)


@pytest.fixture
def owner():
    return browser("boss", roles.OWNER)


def content(client):
    return client.get(HOME).content.decode().partition('id="content-main"')[2]


def test_the_parts_stand_in_the_order_of_how_often_they_are_needed(owner):
    LocationFactory(name="Salon")

    shown = content(owner)

    places = [shown.index(f">{part}</h2>") for part in PARTS]
    assert places == sorted(places)
    assert shown.index("<details") > shown.index("People who log in")
    assert "Workers&#x27; signs of life" in shown.partition("<details")[2]


@pytest.mark.parametrize("name", ["hours-places", "imports", "export", "reports", "admin:bookings_previews"])
def test_an_owner_reaches_it_from_there(owner, name):
    assert reverse(name) in look(owner, HOME).links


def test_each_place_has_its_calendar_and_the_number_of_its_requests(owner):
    busy = ServiceFactory(location__name="Busy", by_staff=True)
    BookingFactory(service=busy, waiting=True)
    quiet = LocationFactory(name="Quiet")

    page = look(owner, HOME)

    assert {reverse("calendar", args=[place.slug]) for place in (busy.location, quiet)} <= set(page.links)
    assert "Calendar: Busy 1 request" in page.text
    assert reverse("staff-requests", args=[quiet.slug]) not in page.links


def test_the_front_desk_sees_what_it_may_open():
    place = LocationFactory()

    page = look(browser(), HOME)

    assert reverse("calendar", args=[place.slug]) in page.links
    forbidden = {reverse("imports"), reverse("export"), reverse("admin:auth_user_changelist")}
    assert not forbidden & set(page.links)
    assert not any(link.endswith("/add/") for link in page.links)


def test_somebody_without_a_role_is_led_nowhere():
    client = browser("newcomer")
    Group.objects.get(name=roles.FRONT_DESK).user_set.clear()

    assert "<h2" not in content(client)


def test_the_trail_of_a_list_names_no_app(owner):
    page = look(owner, reverse("admin:bookings_booking_changelist"))

    assert "Home › Bookings" in page.text
    assert "Bookings › Bookings" not in page.text


@pytest.mark.parametrize("number", [1, 5])
def test_it_costs_the_same_with_many_places(owner, django_assert_max_num_queries, number):
    LocationFactory.create_batch(number)
    owner.get(HOME)

    with django_assert_max_num_queries(24):
        owner.get(HOME)
