"""The wait list over the API: joined once, read under a tag, left on what was seen."""

import uuid

import pytest

from bookings.models import Booking, WaitEntry
from bookings.waitlist import offering
from tests.api.calls import assert_problem, book, get, post
from tests.factories import ResourceFactory, WaitEntryFactory, advance

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(service, start):
    """The service has a wait list, and its one person is taken at this start."""
    service.wait_list = True
    service.save()
    book(service, start, email="first@example.com")
    return service


def wish(service, start, **more):
    asked = {"location": service.location.slug, "service": service.slug, "start": start.isoformat()}
    return asked | {"name": "Ada Lovelace", "email": "ada@example.com"} | more


def join(service, start, **more):
    response = post("/wait-list", wish(service, start, **more))
    assert response.status_code == 201, response.content
    return response


def test_joining_is_recorded_once(full, start):
    key = uuid.uuid4()
    first = post("/wait-list", wish(full, start), key=key)
    type(full).objects.update(requires_phone=True)  # a repeat is bound by nothing that came later
    again = post("/wait-list", wish(full, start), key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json()["reference"] == first.json()["reference"] == WaitEntry.objects.get().reference
    assert first.json()["status"] == "waiting"
    assert first.json()["allowed_actions"] == ["leave"]


def test_the_address_of_a_place_in_line_leads_to_it(full, start):
    response = join(full, start)

    found = get(response["Location"].removeprefix("/api/v1"))
    assert (found.json(), found["ETag"]) == (response.json(), response["ETag"])
    assert get(f"/wait-list/{found.json()['token']}", If_None_Match=found["ETag"]).status_code in (200, 304)


def test_any_time_of_a_day_can_be_waited_for_when_the_day_is_full(full, start):
    full.location.opening_hours = "Mo-Su 10:00-10:30"
    full.location.save()

    wanted = wish(full, start) | {"start": None, "day": start.date().isoformat()}
    body = post("/wait-list", wanted).json()

    assert (body["start"], body["day"]) == (None, start.date().isoformat())


def test_what_can_be_booked_now_is_not_waited_for(full, start):
    advance(Booking.objects.get(), "cancel", by="customer")

    problem = assert_problem(post("/wait-list", wish(full, start)), 409, "still-free")

    assert problem["alternatives"]


def test_a_service_without_a_wait_list_says_so(service, start):
    problem = assert_problem(post("/wait-list", wish(service, start)), 422, "not-offered")

    assert problem["reason"] == "no_wait_list"


def test_joining_again_under_another_key_gives_no_token_away(full, start):
    token = join(full, start).json()["token"]

    response = post("/wait-list", wish(full, start))

    assert_problem(response, 409, "already-waiting")
    assert token not in response.content.decode()
    assert WaitEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value", "pointer"),
    [
        ("location", "nowhere", "location"),
        ("service", "nothing", "service"),
        ("resource", "nobody", "resource"),
        ("email", "nonsense", "email"),
        ("name", "", "name"),
        ("start", None, "day"),
        ("more", 1, "more"),
    ],
)
def test_a_wrong_field_is_named(full, start, name, value, pointer):
    problem = assert_problem(post("/wait-list", wish(full, start) | {name: value}), 422, "invalid")

    assert problem["errors"][0]["pointer"] == f"#/{pointer}"
    assert not WaitEntry.objects.exists()


def test_joining_needs_a_key(full, start):
    assert_problem(post("/wait-list", wish(full, start), key=False), 400, "bad-idempotency-key")


def test_leaving_is_done_once_and_on_what_was_seen(full, start):
    joined, key = join(full, start), uuid.uuid4()
    path = f"/wait-list/{joined.json()['token']}/leave"

    left, again = (post(path, key=key, seen=joined["ETag"]) for _ in range(2))

    assert (left.status_code, left.json()["status"]) == (200, "left")
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")


def test_leaving_needs_the_version_that_was_seen(full, start):
    token = join(full, start).json()["token"]

    assert_problem(post(f"/wait-list/{token}/leave"), 428, "precondition-required")


def test_leaving_on_an_old_view_changes_nothing_and_shows_the_present_state(full, start):
    token = join(full, start).json()["token"]

    response = post(f"/wait-list/{token}/leave", seen='"7"')

    problem = assert_problem(response, 412, "stale")
    assert problem["wait_entry"]["status"] == "waiting"
    assert response["ETag"] == get(f"/wait-list/{token}")["ETag"]


def test_an_offer_is_shown_and_is_taken_as_a_booking(full, start):
    token = join(full, start).json()["token"]
    advance(Booking.objects.get(), "cancel", by="customer")
    while offering.drain():
        pass

    told = get(f"/wait-list/{token}")
    offer = told.json()["offer"]
    assert told.json()["status"] == "offered"
    assert offer["until"]
    assert_problem(post(f"/wait-list/{token}/leave", seen=told["ETag"]), 409, "not-allowed-now")

    seen = get(f"/bookings/{offer['token']}")["ETag"]
    assert post(f"/bookings/{offer['token']}/take", seen=seen).status_code == 200
    assert get(f"/wait-list/{token}").json()["status"] == "taken"


def test_an_offer_of_what_they_booked_meanwhile_is_asked_about_and_taken_when_it_is_meant(full, start):
    token = join(full, start).json()["token"]
    advance(Booking.objects.get(), "cancel", by="customer")
    while offering.drain():
        pass
    ResourceFactory(location=full.location)
    book(full, start)
    offer, key = get(f"/wait-list/{token}").json()["offer"]["token"], uuid.uuid4()
    seen = get(f"/bookings/{offer}")["ETag"]

    asked = post(f"/bookings/{offer}/take", key=key, seen=seen)
    meant = post(f"/bookings/{offer}/take", {"confirm_duplicate": True}, key=key, seen=seen)

    assert_problem(asked, 409, "likely-duplicate")
    assert (meant.status_code, meant.json()["status"]) == (200, "submitted")


def test_every_end_is_explained():
    entry = advance(WaitEntryFactory(), "leave")

    body = get(f"/wait-list/{entry.token}").json()

    assert (body["status"], body["allowed_actions"], body["offer"]) == ("left", [], None)
    assert body["explanation"]


def test_an_unknown_place_in_line_is_not_found():
    assert_problem(get("/wait-list/unknown"), 404, "unknown-wait-entry")
    assert_problem(post("/wait-list/unknown/leave", seen='"1"'), 404, "unknown-wait-entry")
