"""One history in words: what happened, who did it, what the other side answered, and why."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import override

from notifications.models import Delivery
from operations import engine, recovery, workflow
from operations.desk import moves, timeline
from operations.engine import Receipt
from operations.errors import TransientError
from operations.history import Event
from operations.repair import RecoveryAttempt, Result
from tests.desk.staff import client, press
from tests.factories import BookingFactory, DeliveryFactory, advance

pytestmark = pytest.mark.django_db


def texts(record):
    return [entry.text for entry in timeline.of(record)]


def test_the_newest_stands_first():
    booking = BookingFactory(cancelled_by_staff=True)

    assert texts(booking) == ["Cancelled", "Confirmed", "Received"]


def test_who_did_it_is_named():
    anna = User.objects.create_user("anna", first_name="Anna", last_name="Berg")
    by_anna = workflow.Operation(
        actor=workflow.Actor.STAFF, source=workflow.Source.DESK, reason="Ill.", user_id=anna.pk
    )
    booking = advance(BookingFactory(accepted=True), "cancel", by_anna, by="staff")

    entry = timeline.of(booking)[0]

    assert (entry.who, entry.reason) == ("Anna Berg (staff) at the desk", "Ill.")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Moved from Tue, 24 Nov 2026, 13:30 to Wed, 25 Nov 2026, 09:00"),
        ("de", "Di., 24. Nov. 2026, 13:30"),
        ("ja", "2026年11月24日(火)"),
    ],
)
def test_moments_are_said_as_the_reader_says_them(language, said):
    event = Event(
        subject_model="bookings.booking",
        transition="move",
        details={"from": "2026-11-24T13:30:00+01:00", "to": "2026-11-25T09:00:00+01:00"},
    )

    with override(language):
        assert said in moves.in_words(event)


def test_somebody_whose_account_is_gone_is_still_somebody():
    gone = workflow.Operation(actor=workflow.Actor.STAFF, source=workflow.Source.DESK, user_id=4711)
    booking = advance(BookingFactory(accepted=True), "cancel", gone, by="staff")

    assert "account is gone" in timeline.of(booking)[0].who


def test_an_attempt_stands_with_the_event_that_began_it_and_says_what_was_answered():
    delivery = DeliveryFactory()

    def refuse(effect, handover):
        raise TransientError("greylisted, come back later", external_code="451 4.7.1")

    [claimed] = engine.claim(Delivery, "email", 1)
    engine.attempt(claimed, refuse)

    [taken] = [entry for entry in timeline.of(delivery) if entry.text == "Taken by a worker"]
    assert taken.notes == ("Failed, may work later: 451 4.7.1 greylisted, come back later",)
    assert "An attempt" not in texts(delivery)


def test_an_attempt_without_an_end_says_so():
    DeliveryFactory()
    [claimed] = engine.claim(Delivery, "email", 1)

    [taken] = [entry for entry in timeline.of(claimed) if entry.text == "Taken by a worker"]

    assert taken.notes == ("No end recorded: still running, or its worker vanished.",)


def test_a_booking_tells_the_history_of_its_messages_too():
    delivery = DeliveryFactory()
    [claimed] = engine.claim(Delivery, "email", 1)

    def deliver(effect, handover):
        handover()
        return Receipt("17", "250 queued")

    engine.attempt(claimed, deliver)

    lines = timeline.of(delivery.message.booking)

    [accepted] = [line for line in lines if line.text == "Accepted by the other side"]
    assert accepted.about.startswith("Confirmation to")


def test_a_press_that_changed_nothing_is_told():
    booking = BookingFactory(failed=True)
    RecoveryAttempt.objects.create(
        condition="bookings.failed",
        remedy="retry",
        subject_model="bookings.booking",
        subject_id=booking.pk,
        result=Result.REFUSED,
        message="The time is gone.",
        actor="staff",
        source="desk",
        operation_id=uuid.uuid4(),
    )

    entry = timeline.of(booking)[0]

    assert (entry.text, entry.notes, entry.level) == (
        "“Retry now”: refused",
        ("The time is gone.",),
        "refused",
    )


def test_an_applied_press_is_told_once_with_the_event_it_caused():
    condition, booking = recovery.conditions()["bookings.failed"], BookingFactory(failed=True)

    press(client("owner"), condition, booking, "cancel")

    lines = [line for line in timeline.of(booking) if not line.about]
    assert [line.text for line in lines] == ["Cancelled", "Failed", "Received"]
    assert lines[0].notes == ("By “Cancel and tell the customer”.",)


def test_a_remedy_that_no_longer_exists_is_told_by_its_code():
    booking = BookingFactory()
    RecoveryAttempt.objects.create(
        condition="bookings.removed",
        remedy="old",
        subject_model="bookings.booking",
        subject_id=booking.pk,
        result=Result.APPLIED,
        actor="staff",
        source="desk",
        operation_id=uuid.uuid4(),
    )

    assert timeline.of(booking)[0].text == "“old”: applied"


def test_what_changed_since_a_version_is_told_without_the_rest():
    booking = BookingFactory(accepted=True)
    moved = advance(booking, "correct_email", email="new@example.com")

    assert [entry.text for entry in timeline.since(moved, booking.version)] == ["E-mail address corrected"]


def test_a_long_history_is_cut_at_two_hundred_lines():
    booking = BookingFactory()
    for number in range(210):
        RecoveryAttempt.objects.create(
            condition="bookings.late",
            remedy="process",
            subject_model="bookings.booking",
            subject_id=booking.pk,
            result=Result.STALE,
            actor="staff",
            source="desk",
            operation_id=uuid.uuid4(),
            at=timezone.now() + timedelta(seconds=number),
        )

    assert len(timeline.of(booking)) == timeline.ENTRY_CAP
