"""Cancelling, moving, retrying and resending: once per key, and only on what was seen."""

import uuid
from datetime import datetime, timedelta

import pytest

from bookings.models import Booking
from notifications.models import Delivery
from operations.intents import Intent
from operations.workflow import Event
from tests.api.calls import assert_problem, book, get, post
from tests.factories import BookingFactory, DeliveryFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(service, start):
    return BookingFactory(service=service, starts_at=start)


def tag(booking):
    return get(f"/bookings/{booking.token}")["ETag"]


def test_cancelling_answers_with_the_new_state(booking):
    response = post(f"/bookings/{booking.token}/cancel", {"reason": "ill"}, seen=tag(booking))

    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert response["ETag"] == tag(booking)
    assert Booking.objects.get().cancel_reason == "ill"


@pytest.mark.parametrize("body", [b"", b"{}", b"null"])
def test_a_body_without_choices_may_be_left_out(booking, body):
    assert post(f"/bookings/{booking.token}/cancel", body, seen='"1"').status_code == 200


def test_acting_twice_with_one_key_acts_once(booking):
    key, seen = uuid.uuid4(), tag(booking)
    post(f"/bookings/{booking.token}/cancel", key=key, seen=seen)

    again = post(f"/bookings/{booking.token}/cancel", key=key, seen=seen)

    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert Event.objects.of(booking).filter(transition="cancel").count() == 1


def test_the_scope_of_an_act_names_its_route(booking):
    post(f"/bookings/{booking.token}/cancel", seen='"1"')

    assert Intent.objects.latest("pk").scope == "api:public:POST:/bookings/{token}/cancel"


def test_a_key_belongs_to_one_booking(booking):
    key, other = uuid.uuid4(), BookingFactory()
    post(f"/bookings/{booking.token}/cancel", key=key, seen='"1"')

    assert_problem(
        post(f"/bookings/{other.token}/cancel", key=key, seen='"1"'), 422, "idempotency-key-reused"
    )
    assert Booking.objects.get(pk=other.pk).status == "submitted"


@pytest.mark.parametrize("seen", ['"1-whatever"', 'W/"1-whatever"', '"1"', '"0-old", "1-new"', ' "1-x" '])
def test_only_the_version_of_a_tag_counts(booking, seen):
    assert post(f"/bookings/{booking.token}/cancel", seen=seen).status_code == 200


@pytest.mark.parametrize("seen", [None, "", "  ", "*"])
def test_acting_needs_the_version_that_was_seen(booking, seen):
    assert_problem(post(f"/bookings/{booking.token}/cancel", seen=seen), 428, "precondition-required")
    assert Booking.objects.get().status == "submitted"


@pytest.mark.parametrize(
    "seen", ['"2-x"', '"0"', '"somebody-else"', '""', '"99999999999"', "1", '"1-x", "2-y"']
)
def test_another_version_changes_nothing_and_shows_the_present_state(booking, seen):
    key = uuid.uuid4()
    stale = post(f"/bookings/{booking.token}/cancel", key=key, seen=seen)

    problem = assert_problem(stale, 412, "stale")
    assert problem["booking"] == get(f"/bookings/{booking.token}").json()
    assert Booking.objects.get().status == "submitted"
    assert post(f"/bookings/{booking.token}/cancel", key=key, seen=stale["ETag"]).status_code == 200


def test_a_message_that_leaves_meanwhile_is_no_conflict(booking):
    seen = tag(booking)
    DeliveryFactory(booking=booking, done=True)

    assert tag(booking) != seen
    assert post(f"/bookings/{booking.token}/cancel", seen=seen).status_code == 200


@pytest.mark.parametrize("action", ["cancel", "move", "retry", "resend"])
def test_what_is_not_possible_now_says_what_is(action):
    booking = BookingFactory(completed=True)
    body = {"start": booking.starts_at.isoformat()} if action == "move" else None

    response = post(f"/bookings/{booking.token}/{action}", body, seen=tag(booking))

    allowed = get(f"/bookings/{booking.token}").json()["allowed_actions"]
    assert assert_problem(response, 409, "not-allowed-now")["allowed_actions"] == allowed
    assert action not in allowed


@pytest.mark.parametrize("action", ["cancel", "move", "retry", "resend"])
def test_an_unknown_booking_is_not_found(db, start, action):
    body = {"start": start.isoformat()} if action == "move" else None

    assert_problem(post(f"/bookings/unknown/{action}", body, seen='"1"'), 404, "unknown-booking")


@pytest.mark.parametrize("action", ["cancel", "move", "retry", "resend"])
def test_every_act_needs_a_key_and_knows_its_fields(booking, start, action):
    body = {"start": start.isoformat()} if action == "move" else {}
    path = f"/bookings/{booking.token}/{action}"

    assert_problem(post(path, body, seen='"1"', key=False), 400, "bad-idempotency-key")
    assert_problem(post(path, body | {"extra": 1}, seen='"1"'), 422, "invalid")


def test_moving_takes_the_new_time_and_leaves_the_old_one(service, booking, start):
    later = start + timedelta(hours=1)

    moved = post(f"/bookings/{booking.token}/move", {"start": later.isoformat()}, seen=tag(booking))

    assert datetime.fromisoformat(moved.json()["start"]) == later
    assert moved.json()["version"] == booking.version + 1
    assert book(service, start)


def test_moving_onto_a_taken_time_changes_nothing(service, booking, start):
    later = start + timedelta(hours=1)
    BookingFactory(service=service, starts_at=later)

    refused = post(f"/bookings/{booking.token}/move", {"start": later.isoformat()}, seen=tag(booking))

    assert assert_problem(refused, 409, "time-taken")["alternatives"]
    assert Booking.objects.get(pk=booking.pk).starts_at == start


def test_moving_to_a_time_that_is_not_offered_changes_nothing(booking, start):
    night = start.replace(hour=2)

    refused = post(f"/bookings/{booking.token}/move", {"start": night.isoformat()}, seen=tag(booking))

    assert assert_problem(refused, 422, "not-offered")["reason"] == "closed"


def test_a_move_needs_a_time_with_an_offset(booking):
    response = post(f"/bookings/{booking.token}/move", {"start": "2027-01-05T09:30:00"}, seen='"1"')

    assert assert_problem(response, 422, "invalid")["errors"][0]["pointer"] == "#/start"


def test_a_failed_booking_can_be_tried_again(service, start):
    booking = BookingFactory(service=service, starts_at=start, failed=True)

    response = post(f"/bookings/{booking.token}/retry", seen=tag(booking))

    assert (response.status_code, response.json()["status"]) == (200, "submitted")


def test_a_retry_whose_time_is_gone_comes_with_others(service, start):
    booking = BookingFactory(service=service, starts_at=start, failed=True)
    BookingFactory(service=service, starts_at=start)

    refused = post(f"/bookings/{booking.token}/retry", seen=tag(booking))

    assert assert_problem(refused, 409, "time-taken")["alternatives"]
    assert Booking.objects.get(pk=booking.pk).status == "failed"


def test_an_address_is_corrected_once_and_the_last_message_sent_there(booking):
    DeliveryFactory(booking=booking, bounced=True, kind="received")
    key, seen = uuid.uuid4(), tag(booking)
    body = {"email": "ada@example.com"}

    first = post(f"/bookings/{booking.token}/address", body, key=key, seen=seen)
    again = post(f"/bookings/{booking.token}/address", body, key=key, seen=seen)

    assert (first.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert first.json()["version"] == booking.version + 1
    assert Booking.objects.get().email == "ada@example.com"
    assert Delivery.objects.filter(recipient="ada@example.com").count() == 1


@pytest.mark.parametrize("email", ["", "ada", "a@example.com\nBcc: b@example.com", "\x00@example.com"])
def test_what_is_no_address_corrects_nothing(booking, email):
    response = post(f"/bookings/{booking.token}/address", {"email": email}, seen=tag(booking))

    assert assert_problem(response, 422, "invalid")["errors"][0]["pointer"] == "#/email"
    assert Booking.objects.get().email == booking.email


def test_the_address_that_it_has_is_no_correction(booking):
    response = post(f"/bookings/{booking.token}/address", {"email": booking.email}, seen=tag(booking))

    assert assert_problem(response, 422, "invalid")["errors"][0]["pointer"] == "#/email"


def test_a_reason_is_cleaned_like_any_text(booking):
    path = f"/bookings/{booking.token}/cancel"

    assert_problem(post(path, {"reason": "\x00"}, seen='"1"'), 422, "invalid")
    assert_problem(post(path, {"reason": "r" * 501}, seen='"1"'), 422, "invalid")


def test_the_latest_message_is_sent_again_as_a_copy():
    delivery = DeliveryFactory(done=True)
    booking = delivery.message.booking

    response = post(f"/bookings/{booking.token}/resend", seen=tag(booking))

    first, copy = response.json()["messages"]
    assert (first["kind"], copy["kind"]) == ("confirmation", "confirmation")
    assert (first["may_be_duplicate"], copy["may_be_duplicate"]) == (False, True)


def test_messages_to_the_staff_are_not_shown():
    booking = BookingFactory(service=ServiceFactory(), accepted=True)
    DeliveryFactory(booking=booking, is_for_staff=True)

    assert get(f"/bookings/{booking.token}").json()["messages"] == []


def test_a_message_tells_what_is_known_of_it():
    delivery = DeliveryFactory(done=True)

    (message,) = get(f"/bookings/{delivery.message.booking.token}").json()["messages"]

    assert message.keys() == {
        *("kind", "channel", "status", "explanation", "attempts"),
        *("may_be_duplicate", "message_id", "updated_at"),
    }
    assert (message["status"], message["attempts"]) == ("done", 1)
    assert message["message_id"] == delivery.message_id
    assert message["explanation"]


def test_one_of_several_messages_can_be_chosen():
    received = DeliveryFactory(done=True, kind="received")
    booking = received.message.booking
    DeliveryFactory(done=True, booking=booking)

    response = post(f"/bookings/{booking.token}/resend", {"message": received.message_id}, seen=tag(booking))

    assert response.status_code == 200, response.content
    assert Delivery.objects.latest("pk").kind == "received"


def test_a_message_of_another_booking_cannot_be_chosen():
    other = DeliveryFactory(done=True)
    booking = DeliveryFactory(done=True).message.booking

    response = post(f"/bookings/{booking.token}/resend", {"message": other.message_id}, seen=tag(booking))

    assert assert_problem(response, 422, "invalid")["errors"][0]["pointer"] == "#/message"


def test_where_a_group_cannot_be_tried_again_it_is_offered_times_that_hold_all_of_it(service, start):
    service.capacity, service.max_people = 6, 4
    service.save()
    group = {"service": service, "people": 4}
    failed = BookingFactory(**group, starts_at=start, failed=True)
    later = BookingFactory(**group, starts_at=start + timedelta(minutes=30), accepted=True)
    BookingFactory(**group, starts_at=start, accepted=True)

    refused = post(f"/bookings/{failed.token}/retry", seen=tag(failed))

    offered = assert_problem(refused, 409, "time-taken")["alternatives"]
    assert offered
    assert later.starts_at not in [datetime.fromisoformat(each["start"]) for each in offered]


def test_copies_are_sent_every_few_minutes_at_most_and_the_answer_says_when():
    booking = DeliveryFactory(done=True).message.booking
    path, seen, key = f"/bookings/{booking.token}/resend", tag(booking), uuid.uuid4()
    post(path, seen=seen, key=key)

    refused, repeated = post(path, seen=seen), post(path, seen=seen, key=key)

    problem = assert_problem(refused, 409, "not-allowed-now")
    assert "You can ask for another one from" in problem["detail"]
    assert "resend" not in problem["allowed_actions"]
    assert repeated["Idempotency-Replayed"] == "true"
    assert Delivery.objects.count() == 2
