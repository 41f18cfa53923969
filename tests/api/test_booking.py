"""Booking over the API: once per key, whatever is sent again."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from bookings import processing, rehearsal
from bookings.models import Booking
from operations.intents import Intent
from tests.api.calls import assert_problem, book, get, post, wish
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory

pytestmark = pytest.mark.django_db

MEMBERS = {
    *("reference", "token", "status", "version", "start", "end", "time_zone", "explanation", "next_step"),
    *("messages", "confirmation", "allowed_actions"),
}


def test_a_booking_is_recorded_and_shown(service, start):
    response = book(service, start)

    booking = Booking.objects.get()
    body = response.json()
    assert body.keys() >= MEMBERS
    assert (body["token"], body["status"], body["version"]) == (booking.token, "submitted", 1)
    assert response["Location"] == f"/api/v1/bookings/{booking.token}"
    assert response["ETag"].startswith('"1-')
    assert booking.source == "api"


def test_times_have_the_offset_of_the_location(service, start):
    body = book(service, start).json()

    assert datetime.fromisoformat(body["start"]) == start
    assert body["start"] == start.astimezone(service.location.zone).isoformat()
    assert body["time_zone"] == "Europe/Berlin"


def test_the_address_of_a_new_booking_leads_to_it(service, start):
    response = book(service, start)

    found = get(response["Location"].removeprefix("/api/v1"))
    assert (found.json(), found["ETag"]) == (response.json(), response["ETag"])


def test_sending_again_gives_the_same_booking_in_its_present_state(service, start):
    key = uuid.uuid4()
    first = post("/bookings", wish(service, start), key=key).json()
    booking = Booking.objects.get()
    post(f"/bookings/{booking.token}/cancel", seen='"1"')

    again = post("/bookings", wish(service, start), key=key)

    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert (again.json()["token"], again.json()["status"]) == (first["token"], "cancelled")
    assert Booking.objects.count() == 1


def test_the_first_answer_is_no_replay(service, start):
    assert "Idempotency-Replayed" not in book(service, start)


def test_what_is_only_written_differently_is_the_same(service, start):
    key, local = uuid.uuid4(), start.astimezone(service.location.zone)
    post("/bookings", wish(service, start), key=key)

    again = post("/bookings", wish(service, local, name=" Ada Lovelace ", email="ADA@example.com"), key=key)

    assert again["Idempotency-Replayed"] == "true"


def test_a_quoted_key_is_the_same_key(service, start):
    key = uuid.uuid4()
    post("/bookings", wish(service, start), key=key)

    assert post("/bookings", wish(service, start), key=f'"{key}"')["Idempotency-Replayed"] == "true"


def test_a_repeat_finds_the_booking_of_a_service_that_is_not_offered_any_more(service, start):
    key = uuid.uuid4()
    post("/bookings", wish(service, start), key=key)
    type(service).objects.update(is_active=False)

    assert post("/bookings", wish(service, start), key=key).status_code == 201


def test_a_repeat_finds_the_booking_with_somebody_who_has_left(service, start):
    key = uuid.uuid4()
    post("/bookings", wish(service, start, resource="ada"), key=key)
    service.location.resources.update(is_active=False)

    assert post("/bookings", wish(service, start, resource="ada"), key=key).status_code == 201
    other = post("/bookings", wish(service, start + timedelta(hours=1), resource="ada"))
    assert assert_problem(other, 422, "not-offered")["alternatives"] == []


@pytest.mark.parametrize(
    "change", [{"requires_phone": True}, {"requires_notes": True}, {"max_people": 1}], ids=str
)
def test_a_repeat_finds_the_booking_whatever_the_place_asks_for_by_now(service, start, change):
    type(service).objects.update(capacity=6, max_people=4)
    key, body = uuid.uuid4(), wish(service, start, people=3)
    first = post("/bookings", body, key=key)
    type(service).objects.update(**change)
    service.questions.create(code="size", text="Your size?", is_required=True)

    again = post("/bookings", body, key=key)

    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert again.json()["token"] == first.json()["token"]


@pytest.mark.parametrize("other", [{"name": "Bob"}, {"email": "nobody"}], ids=str)
def test_a_used_key_with_what_is_wrong_by_now_is_not_called_unused(service, start, other):
    key = uuid.uuid4()
    post("/bookings", wish(service, start), key=key)
    type(service).objects.update(requires_phone=True)

    assert_problem(post("/bookings", wish(service, start) | other, key=key), 422, "idempotency-key-reused")
    assert Booking.objects.count() == 1


def test_the_same_key_with_another_body_changes_nothing(service, start):
    key = uuid.uuid4()
    post("/bookings", wish(service, start), key=key)

    other = post("/bookings", wish(service, start + timedelta(hours=1)), key=key)

    assert_problem(other, 422, "idempotency-key-reused")
    assert Booking.objects.get().starts_at == start


@pytest.mark.parametrize("key", [False, "", "7", "not-a-uuid", "{5f0c8a4e-3d0b-4a6e-9a52-0f6a8f3f1c11}"])
def test_a_write_needs_a_uuid_as_key(service, start, key):
    headers = {} if key is False else {"Idempotency_Key": key}
    response = post("/bookings", wish(service, start), key=False, **headers)

    assert_problem(response, 400, "bad-idempotency-key")
    assert not Booking.objects.exists()


def test_keys_live_in_the_scope_of_client_method_and_route(service, start):
    book(service, start)

    assert Intent.objects.get().scope == "api:public:POST:/bookings"


def test_a_taken_time_is_refused_with_the_nearest_free_ones(service, start):
    BookingFactory(service=service, starts_at=start)
    key = uuid.uuid4()

    problem = assert_problem(post("/bookings", wish(service, start), key=key), 409, "time-taken")

    first = problem["alternatives"][0]
    assert first.keys() == {"start", "end", "resources", "places_left"}
    assert (
        post("/bookings", wish(service, datetime.fromisoformat(first["start"])), key=key).status_code == 201
    )


def test_a_likely_duplicate_is_asked_about_and_made_when_it_is_meant(service, start):
    ResourceFactory(location=service.location)
    token = book(service, start).json()["token"]
    key = uuid.uuid4()

    asked = post("/bookings", wish(service, start), key=key)
    meant = post("/bookings", wish(service, start, confirm_duplicate=True), key=key)

    assert_problem(asked, 409, "likely-duplicate")
    assert token not in asked.content.decode()
    assert meant.status_code == 201


def test_a_time_against_the_rules_is_refused_with_the_rule_and_free_times(service, start):
    night = start.replace(hour=1)

    problem = assert_problem(post("/bookings", wish(service, night)), 422, "not-offered")

    assert problem["reason"] == "closed"
    assert problem["errors"][0]["pointer"] == "#/start"
    assert problem["alternatives"]


def test_the_past_cannot_be_booked(service):
    problem = assert_problem(
        post("/bookings", wish(service, timezone.now() - timedelta(days=1))), 422, "not-offered"
    )
    assert problem["reason"] == "past"


@pytest.mark.parametrize("wanted", [None, "", "ada"])
def test_nobody_in_particular_or_one_person_can_be_asked_for(service, start, wanted):
    assert book(service, start, resource=wanted).json()["resource"] == "ada"


def test_a_waiting_booking_says_for_whom_and_until_when(service):
    booking = BookingFactory(service=service, waiting=True)

    confirmation = get(f"/bookings/{booking.token}").json()["confirmation"]

    assert confirmation["waiting_for"] == "staff"
    assert datetime.fromisoformat(confirmation["until"]) == booking.answer_until


def test_answers_are_kept(service, start):
    book(service, start, answers={"First visit?": True, "Allergies": "  none ", "Children": 2})

    assert Booking.objects.get().answers == {"First visit?": True, "Allergies": "none", "Children": 2}


def test_no_program_can_make_a_booking_look_like_a_rehearsal(service, start, settings):
    settings.DEMO = True

    marked = post("/bookings", wish(service, start, answers={rehearsal.MARK: "yes"}))
    book(service, start, answers={"rehearsal": "yes"})
    booking = Booking.objects.get()
    processing.process(booking.pk)

    assert_problem(marked, 422, "invalid")
    assert not rehearsal.is_marked(booking)
    assert Booking.objects.get().status == "accepted"


def test_what_the_service_asks_for_is_needed(start):
    service = ServiceFactory(requires_phone=True, location=LocationFactory())
    ResourceFactory(location=service.location)

    problem = assert_problem(post("/bookings", wish(service, start)), 422, "invalid")

    assert [error["pointer"] for error in problem["errors"]] == ["#/phone"]


def test_several_people_are_booked_at_once_where_the_service_takes_them(service, start):
    service.capacity, service.max_people = 6, 4
    service.save()

    answer = book(service, start, people=3)

    assert answer.status_code == 201
    assert answer.json()["people"] == 3


def test_a_service_for_one_is_booked_for_one(service, start):
    answer = post("/bookings", wish(service, start, people=2))

    assert_problem(answer, 422, "invalid")
    assert Booking.objects.count() == 0
