"""What can be read: places, services, times and bookings, each under a tag."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.calls import V1, assert_problem, get
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory

pytestmark = pytest.mark.django_db

PATHS = ["/locations", "/locations/harbour-hair/services", "/locations/harbour-hair/services/cut/times"]


def days(response):
    return sorted({datetime.fromisoformat(time["start"]).date() for time in response.json()["times"]})


def times(**query):
    path = f"{V1}/locations/harbour-hair/services/cut/times"
    return Client(raise_request_exception=False).get(path, {k.rstrip("_"): v for k, v in query.items()})


def test_locations_say_what_is_needed_to_go_on(service):
    LocationFactory(is_active=False)

    (place,) = get("/locations").json()["locations"]

    assert (place["slug"], place["time_zone"], place["currency"]) == ("harbour-hair", "Europe/Berlin", "EUR")
    assert place["resources"] == [{"slug": "ada", "name": "Ada", "kind": "person"}]


def test_services_say_what_their_form_asks(service):
    ServiceFactory(location=service.location, is_active=False)

    (found,) = get("/locations/harbour-hair/services").json()["services"]

    assert (found["slug"], found["minutes"], found["price"]) == ("cut", 30, "28.00")
    assert (found["requires_phone"], found["approval"]) == (False, "automatic")


def test_times_are_sorted_and_carry_the_offset_of_the_place(service):
    body = times().json()

    starts = [datetime.fromisoformat(time["start"]) for time in body["times"]]
    assert body["time_zone"] == "Europe/Berlin"
    assert starts == sorted(starts)
    assert {start.utcoffset() for start in starts} <= {timedelta(hours=1), timedelta(hours=2)}
    assert body["times"][0]["resources"] == ["ada"]
    assert body["times"][0]["places_left"] == 1


def test_a_week_from_today_is_the_default(service):
    today = timezone.localdate(timezone=service.location.zone)

    found = days(times())

    assert found[0] >= today
    assert found[-1] == today + timedelta(days=6)


def test_both_days_are_included(service):
    today = timezone.localdate(timezone=service.location.zone)
    first, last = today + timedelta(days=3), today + timedelta(days=5)

    assert days(times(from_=first, to=last)) == [first, first + timedelta(days=1), last]
    assert days(times(from_=first))[-1] == first + timedelta(days=6)
    assert days(times(to=last))[-1] == last


def test_a_taken_time_is_not_offered(service, start):
    BookingFactory(service=service, starts_at=start)

    assert start not in [
        datetime.fromisoformat(time["start"]) for time in times(from_=start.date()).json()["times"]
    ]


def test_one_person_can_be_asked_for(service):
    ResourceFactory(location=service.location, slug="bob")

    assert times(resource="bob").json()["times"][0]["resources"] == ["bob"]
    assert_problem(times(resource="nobody\x00"), 422, "invalid")


@pytest.mark.parametrize(
    "query",
    [
        {"from_": "2027-01-01", "to": "2027-02-01"},
        {"from_": "2027-01-02", "to": "2027-01-01"},
        {"from_": "tomorrow"},
        {"from_": "1800000000"},
        {"from_": "2027-02-30"},
        {"from_": "2027-01-01T00:00:00"},
        {"from_": ""},
        {"to": "\x00"},
        {"to": "9999-12-31"},
    ],
)
def test_days_that_make_no_sense_are_named(service, query):
    errors = assert_problem(times(**query), 422, "invalid")["errors"]

    assert errors[0]["parameter"] in ("from", "to")


def test_thirty_one_days_can_be_asked_for(service):
    assert times(from_="2027-01-01", to="2027-01-31").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_edges_of_the_calendar_offer_nothing(service, day):
    assert times(from_=day).json()["times"] == []


def test_no_hour_is_offered_twice_or_lost_when_clocks_go_back(start):
    place = LocationFactory(slug="harbour-hair", opening_hours="24/7", slot_step_minutes=60, horizon_days=400)
    ResourceFactory(location=place)
    ServiceFactory(location=place, slug="cut")
    sunday = next(
        day
        for day in (date(year, 10, 31) - timedelta(days=n) for year in (2027, 2028) for n in range(7))
        if day.weekday() == 6 and timedelta(1) < day - timezone.localdate() < timedelta(400)
    )

    starts = [time["start"] for time in times(from_=sunday, to=sunday).json()["times"]]

    assert len(starts) == 25
    assert {f"{sunday}T02:00:00+02:00", f"{sunday}T02:00:00+01:00"} <= set(starts)


@pytest.mark.parametrize(
    "path",
    [
        "/locations/nowhere/services",
        "/locations/harbour-hair/services/nothing/times",
        "/locations/a/services/b/times",
    ],
)
def test_unknown_places_are_not_found(service, path):
    assert_problem(get(path), 404, "unknown-place")


@pytest.mark.parametrize("path", PATHS)
def test_what_is_known_already_is_not_sent_again(service, path):
    first = get(path)

    assert first["ETag"].startswith('"')
    for known in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
        again = get(path, **{"If-None-Match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def test_a_booking_that_changed_is_sent_again(service):
    booking = BookingFactory(service=service)
    before = get(f"/bookings/{booking.token}")["ETag"]
    unchanged = get(f"/bookings/{booking.token}", **{"If-None-Match": before})
    type(booking).objects.filter(pk=booking.pk).update(time_zone="Europe/Paris")

    changed = get(f"/bookings/{booking.token}", **{"If-None-Match": before})

    assert (unchanged.status_code, changed.status_code) == (304, 200)


def test_the_version_alone_is_no_proof_of_knowing_the_body(service):
    booking = BookingFactory(service=service)

    assert get(f"/bookings/{booking.token}", **{"If-None-Match": '"1"'}).status_code == 200


def test_an_unknown_booking_is_not_found(db):
    assert_problem(get("/bookings/nobody-knows-this"), 404, "unknown-booking")
