"""Calendar feeds: a secret address that a phone reads, of one person or a whole place."""

import re

import pytest
from django.test import Client
from icalendar import Calendar

from bookings.feeds import CalendarFeed
from operations import intents, roles
from operations.repair import DENIED, RecoveryAttempt
from tests.access.test_places import staff
from tests.desk.staff import client
from tests.desk.switches.pressing import offered, press
from tests.factories import (
    STAFF,
    BookingFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    SessionFactory,
    advance,
)
from tests.pages.visitor import Page
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db
ADD = "/admin/bookings/calendarfeed/add/"


@pytest.fixture
def place():
    return LocationFactory(slug="salon")


@pytest.fixture
def lena(place):
    return ResourceFactory(location=place, name="Lena")


def make(place, resource=None):
    feed = CalendarFeed(name="Phone", location=place, resource=resource)
    address = feed.renew_address()
    feed.save()
    return feed, address.partition("//")[2].partition("/")[2]


def read(path):
    return Calendar.from_ical(Client().get(f"/{path}").content)


def booked(place, resource, **of_booking):
    session = SessionFactory(service=ServiceFactory(location=place), resources=[resource])
    return BookingFactory(session=session, accepted=True, **of_booking)


def test_a_persons_feed_has_that_persons_bookings_only(place, lena):
    booking = booked(place, lena, name="Ada")
    booked(place, ResourceFactory(location=place))

    (event,) = read(make(place, lena)[1]).walk("VEVENT")
    assert str(event["summary"]).startswith("Ada, ")
    assert event["dtstart"].dt == booking.starts_at


def test_a_places_feed_has_everybodys(place, lena):
    booked(place, lena)
    booked(place, ResourceFactory(location=place))
    booked(other := LocationFactory(), ResourceFactory(location=other))

    assert len(read(make(place)[1]).walk("VEVENT")) == 2


def test_what_was_cancelled_leaves_the_feed(place, lena):
    advance(booked(place, lena), "cancel", STAFF, by="staff")

    assert read(make(place)[1]).walk("VEVENT") == []


def test_an_unchanged_feed_is_not_sent_again(place, lena):
    booked(place, lena)
    path = f"/{make(place)[1]}"
    etag = Client().get(path)["ETag"]

    assert Client().get(path, headers={"if-none-match": etag}).status_code == 304


def test_a_shut_or_renewed_feed_is_not_found_at_its_old_address(place):
    feed, path = make(place)
    feed.renew_address()
    feed.save()

    assert Client().get(f"/{path}").status_code == 404
    assert Client().get("/calendar/guess.ics").status_code == 404


def test_it_is_kept_out_of_caches_and_search_engines(place):
    response = Client().get(f"/{make(place)[1]}")

    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]


def test_staff_make_one_see_its_address_once_and_shut_it(place, lena):
    browser = client("owner")
    fields = Page(browser.get(ADD), ADD).form(having="name").fields
    answer = browser.post(ADD, fields | {"name": "Lena's phone", "location": place.pk, "resource": lena.pk})
    path = re.search(r"/calendar/[\w-]+\.ics", answer.content.decode())[0]
    record = f"/admin/bookings/calendarfeed/{CalendarFeed.objects.get().pk}/change/"

    assert Client().get(path).status_code == 200
    assert path not in browser.get(record).content.decode()
    press(browser, record, "revoke")
    assert Client().get(path).status_code == 404
    assert offered(browser, record) == {"renew"}


def test_a_person_of_another_place_is_refused(place):
    stranger = ResourceFactory(location=LocationFactory(name="Elsewhere"))
    browser = client("owner")
    fields = Page(browser.get(ADD), ADD).form(having="name").fields
    answer = browser.post(ADD, fields | {"name": "x", "location": place.pk, "resource": stranger.pk})

    assert (answer.status_code, "belongs to Elsewhere" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("role", ["auditor", "front desk"])
def test_only_owners_make_feeds(place, role):
    assert client(role).get(ADD).status_code == 403


def test_an_owner_of_one_place_makes_none_and_that_they_tried_is_kept(place):
    browser = browser_of(staff(place, role=roles.OWNER))

    answer = browser.post(ADD, {"name": "Phone", "location": place.pk, "request_id": intents.issue()})

    assert answer.status_code == 403
    assert RecoveryAttempt.objects.get().message == DENIED
    assert not CalendarFeed.objects.exists()


def test_people_are_offered_under_the_name_of_their_place(place, lena):
    other = ResourceFactory(location=LocationFactory(name="Elsewhere"), name="Lena")
    ResourceFactory(location=LocationFactory(is_active=False, name="Shut"), name="Nobody")

    html = client("owner").get(ADD).content.decode()

    assert f'<optgroup label="{place.name}">' in html
    assert f'value="{lena.pk}">Lena · {place.name}<' in html
    assert f'value="{other.pk}">Lena · Elsewhere<' in html
    assert "Nobody" not in html
