"""What staff do in the course of a day: once, from a fresh page, when it makes sense, with their name."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from bookings import attending, processing
from bookings.allocation import TimeTaken
from bookings.changes import NotAllowedNow
from bookings.eligibility import NotOffered
from bookings.models import Booking
from notifications.models import Delivery
from operations import intents, recovery, workflow
from operations.errors import StaleRecord
from operations.history import Event
from operations.people.notes import Note
from tests.calendar.attending import breaches, do, hand, number, staff
from tests.factories import BookingFactory, ResourceFactory, ServiceFactory, advance
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def begun(**given):
    """A confirmed booking that began a quarter of an hour ago."""
    started = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=15)
    return BookingFactory(starts_at=started, accepted=True, **given)


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def transitions(booking):
    return [event.transition for event in Event.objects.of(booking)]


def test_a_day_goes_by():
    booking = begun()

    started = do(booking, attending.STARTING)
    done = do(started, attending.COMPLETING)

    assert (started.status, done.status) == ("in_progress", "completed")
    assert [event.user_id for event in Event.objects.of(booking)][-2:] == [staff().pk] * 2


def test_nobody_came_and_then_they_had():
    missed = do(begun(), attending.MISSING)
    assert (missed.status, missed.no_show) == ("completed", True)

    assert do(missed, attending.TAKING_BACK).no_show is False
    assert transitions(missed)[-3:] == ["complete", "record_no_show", "take_back_no_show"]


def test_a_completed_booking_can_turn_out_to_be_missed():
    assert do(do(begun(), attending.COMPLETING), attending.MISSING).no_show


@pytest.mark.parametrize(
    ("act", "trait"),
    [
        (attending.STARTING, {"accepted": True}),
        (attending.COMPLETING, {"accepted": True}),
        (attending.MISSING, {"accepted": True}),
        (attending.STARTING, {}),
        (attending.TAKING_BACK, {"completed": True}),
        (attending.CANCELLING, {"cancelled": True}),
        (attending.MOVING, {"completed": True}),
    ],
)
def test_what_makes_no_sense_next_week_is_refused_in_words(act, trait):
    booking = BookingFactory(**trait)

    with pytest.raises(NotAllowedNow) as refused:
        do(booking, act)

    assert str(refused.value)
    assert fresh(booking).version == booking.version
    assert not intents.Intent.objects.filter(scope=act.scope).exists()


def test_pressing_twice_does_it_once():
    booking = begun()
    same = hand(booking, attending.STARTING)

    results = race(4, lambda _index: attending.do(attending.STARTING, booking.pk, same))

    assert sorted(result.is_repeat for result in results) == [False, True, True, True]
    assert transitions(booking).count("start") == 1


def test_two_people_who_press_at_once_do_it_once():
    booking = begun()
    hands = [hand(booking, attending.STARTING, user_id=staff(name).pk) for name in ("kim", "robin")]

    results = race(2, lambda index: attending.do(attending.STARTING, booking.pk, hands[index]))

    assert sorted(type(result).__name__ for result in results) == ["Changed", "StaleRecord"]


def test_a_stale_page_changes_nothing():
    booking = begun()
    advance(booking, "correct_email", email="new@example.com")

    with pytest.raises(StaleRecord):
        do(booking, attending.COMPLETING)

    assert fresh(booking).status == "accepted"


def test_a_cancellation_tells_the_customer():
    booking = BookingFactory(accepted=True)

    do(booking, attending.CANCELLING, "Lena is ill.", tells=True)

    assert [each.kind for each in Delivery.objects.all()] == ["cancelled_by_staff"]
    assert fresh(booking).cancel_reason == "Lena is ill."
    assert recovery.conditions()["bookings.cancelled_by_staff"].records().count() == 1


def test_a_cancellation_of_somebody_who_called_sends_nothing_and_leaves_the_desk_clean():
    booking = BookingFactory(accepted=True)

    do(booking, attending.CANCELLING, "She called.", tells=False)

    assert not Delivery.objects.exists()
    assert not recovery.conditions()["bookings.cancelled_by_staff"].records().exists()
    assert not any("cancelled_by_staff" in breach.text for breach in breaches())


def test_a_move_to_another_time_and_person():
    booking = BookingFactory(accepted=True)
    lena = ResourceFactory(location=booking.location)
    later = booking.starts_at + timedelta(minutes=30)

    moved = do(booking, attending.MOVING, start=later, resource=lena)

    assert (moved.starts_at, moved.resource) == (later, lena)
    assert [each.kind for each in Delivery.objects.exclude(kind="reminder")] == ["moved"]


def test_a_silent_move_keeps_the_proof_and_reminds_of_the_new_time():
    booking = BookingFactory()
    with transaction.atomic():
        processing.accept(Booking.objects.select_for_update().get(pk=booking.pk), workflow.WORKER)
    booking = fresh(booking)

    later = booking.starts_at + timedelta(minutes=30)
    do(booking, attending.MOVING, "She called.", start=later, resource=None, tells=False)

    pending = Delivery.objects.filter(status="pending")
    assert not pending.filter(kind="moved").exists()
    assert pending.filter(kind="confirmation").count() == 1, "what was owed before still leaves"
    assert {each.harm_at for each in pending.filter(kind="reminder")} == {later}
    assert [breach for breach in breaches() if "bookings.booking" in breach.record] == []


def test_a_move_onto_somebody_else_is_refused_and_kept():
    service = ServiceFactory()
    one = BookingFactory(accepted=True, service=service)
    other = BookingFactory(accepted=True, service=service, starts_at=one.starts_at + timedelta(hours=1))

    with pytest.raises(TimeTaken):
        do(other, attending.MOVING, "They insist.", start=one.starts_at, resource=None, overrides=True)

    refused = intents.Refused.objects.get()
    assert (refused.code, refused.subject_id) == ("time_taken", other.pk)
    assert fresh(other).starts_at == other.starts_at


def test_a_move_against_the_hours_needs_them_set_aside():
    booking = BookingFactory(accepted=True)
    night = booking.starts_at.replace(hour=22)

    with pytest.raises(NotOffered):
        do(booking, attending.MOVING, start=night, resource=None)
    moved = do(booking, attending.MOVING, "A regular.", start=night, resource=None, overrides=True)

    assert moved.starts_at == night
    assert Event.objects.of(booking).last().reason == "A regular."


def test_a_move_to_where_it_is_moves_nothing():
    booking = BookingFactory(accepted=True)

    with pytest.raises(NotAllowedNow):
        do(booking, attending.MOVING, start=booking.starts_at, resource=booking.resource)


def test_a_note_is_kept_once_and_makes_no_page_stale():
    booking = begun()
    request = number("desk:note")

    for _again in range(2):
        attending.write_note(request, booking.pk, staff().pk, "Allergic to nuts.")

    assert [note.text for note in Note.objects.of(booking)] == ["Allergic to nuts."]
    assert do(booking, attending.STARTING).status == "in_progress"
