"""Customers, staff, workers and schedules meet on one booking; exactly one of them moves it."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bookings import attending, changes, explanations, intake, processing
from bookings.allocation import TimeTaken
from bookings.changes import NotAllowedNow
from bookings.eligibility import NotOffered, Rules
from bookings.models import Allocation, Booking
from operations import intents, recovery, repair, sweeps
from operations.errors import StaleRecord
from operations.models import Event
from operations.repair import Result
from operations.workflow import Actor, Operation, Source
from tests.calendar.attending import do
from tests.factories import ResourceFactory, ServiceFactory, advance, in_a_week
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def bookable(**traits):
    service = ServiceFactory(**traits)
    service.requirements.create(kind="person")
    ResourceFactory(location=service.location)
    return service


def booked(service, email="ada@example.com", **changes) -> Booking:
    wanted = {"service": service, "start": in_a_week(), "resource": None, "name": "Ada", "email": email}
    request = intents.Request("web:book", uuid.uuid4())
    intake.submit(request, intake.Submission(**wanted | changes), source=Source.WEB)
    while processing.drain():
        pass
    return Booking.objects.get(request__key=request.key)


def press(act, booking, **kwargs):
    request = intents.Request(f"web:{act.__name__}", uuid.uuid4())
    return act(request, booking.token, version=booking.version, source=Source.WEB, **kwargs)


def by_staff(reason="asked by phone") -> Operation:
    return Operation(actor=Actor.STAFF, source=Source.DESK, reason=reason, user_id=1)


def remedy(condition: str, code: str, booking: Booking, operation: Operation | None = None) -> Result:
    declared = recovery.conditions()[condition]
    outcomes = repair.apply(declared, declared.remedy(code), [booking.pk], operation or by_staff())
    return outcomes[0].result


def test_a_cancelled_time_is_free_at_once():
    service = bookable()
    first = booked(service)

    press(changes.cancel, first)

    assert booked(service, "next@example.com").status == "accepted"


def test_cancelling_twice_with_one_request_is_one_cancellation():
    booking, request = booked(bookable()), intents.Request("web:cancel", uuid.uuid4())

    answers = race(
        8, lambda _: changes.cancel(request, booking.token, version=booking.version, source=Source.WEB)
    )

    assert sorted(answer.is_repeat for answer in answers) == [False] + [True] * 7
    assert Event.objects.of(booking).filter(transition="cancel").count() == 1


def test_a_stale_page_changes_nothing():
    booking = booked(bookable())
    press(changes.move, booking, start=in_a_week() + timedelta(hours=1), resource=None)

    with pytest.raises(StaleRecord):
        press(changes.cancel, booking)

    assert Booking.objects.get(pk=booking.pk).status == "accepted"


def test_after_the_window_a_customer_is_sent_to_the_place():
    booking = booked(bookable())

    with (
        time_machine.travel(booking.starts_at - timedelta(hours=23)),
        pytest.raises(NotAllowedNow) as refusal,
    ):
        press(changes.cancel, booking)

    assert booking.location.name in str(refusal.value)


def test_moving_holds_the_new_time_and_frees_the_old_one():
    service = bookable()
    booking = booked(service)

    press(changes.move, booking, start=in_a_week() + timedelta(minutes=15), resource=None)

    held = Allocation.objects.get(is_live=True)
    assert held.occupied.lower == in_a_week() + timedelta(minutes=15)


def test_a_move_to_somebody_is_a_wish_and_one_to_anybody_is_none():
    service = bookable()
    anna, ben = service.location.resources.get(), ResourceFactory(location=service.location)
    to_ben, to_anybody = booked(service), booked(service, "b@example.com", resource=ben)

    press(changes.move, to_ben, start=in_a_week() + timedelta(hours=2), resource=ben)
    press(changes.move, to_anybody, start=in_a_week() + timedelta(hours=3), resource=None)

    assert to_ben.resource == anna
    assert Booking.objects.get(pk=to_ben.pk).wants_resource
    assert not Booking.objects.get(pk=to_anybody.pk).wants_resource


def test_whom_staff_choose_for_a_move_is_no_wish_of_the_customer():
    service = bookable()
    anna, ben = service.location.resources.get(), ResourceFactory(location=service.location)
    anybody, wished = booked(service, start=in_a_week() + timedelta(hours=1)), booked(service, resource=anna)

    for booking, resource in ((anybody, ben), (wished, anna)):
        do(booking, attending.MOVING, start=booking.starts_at + timedelta(days=1), resource=resource)

    assert not Booking.objects.get(pk=anybody.pk).wants_resource
    assert Booking.objects.get(pk=wished.pk).wants_resource
    do(Booking.objects.get(pk=wished.pk), attending.MOVING, start=wished.starts_at, resource=ben)
    assert not Booking.objects.get(pk=wished.pk).wants_resource


def test_moving_onto_a_taken_time_leaves_everything_as_it_was():
    service = bookable()
    booked(service, "other@example.com", start=in_a_week() + timedelta(hours=1))
    booking = booked(service)

    with pytest.raises(TimeTaken):
        press(changes.move, booking, start=in_a_week() + timedelta(hours=1), resource=None)

    assert Booking.objects.get(pk=booking.pk).version == booking.version
    assert Allocation.objects.filter(is_live=True).count() == 2


def test_a_move_to_its_own_time_is_none_and_nobody_is_told():
    pair = bookable(capacity=2)
    booking, _other = booked(pair), booked(pair, "b@example.com")

    with pytest.raises(NotAllowedNow, match="at this time already"):
        press(changes.move, booking, start=booking.starts_at, resource=None)

    assert Booking.objects.get(pk=booking.pk).version == booking.version
    assert not booking.messages.filter(delivery__kind="moved").exists()


def test_two_bookings_that_swap_their_times_never_overlap():
    service = bookable()
    later = in_a_week() + timedelta(hours=1)
    pair = [booked(service, "a@example.com"), booked(service, "b@example.com", start=later)]

    answers = race(
        2, lambda index: press(changes.move, pair[index], start=pair[1 - index].starts_at, resource=None)
    )

    assert all(isinstance(answer, TimeTaken) for answer in answers)


def test_one_of_eight_who_accept_a_request_accepts_it():
    booking = booked(bookable(by_staff=True))

    results = race(8, lambda _: remedy("bookings.awaiting_staff", "accept", booking))

    assert sorted(results) == [Result.ALREADY_RESOLVED] * 7 + [Result.APPLIED]
    assert booking.messages.filter(delivery__kind="confirmation").count() == 1


def test_accepting_while_the_customer_cancels_ends_in_one_state():
    booking = booked(bookable(by_staff=True))

    race(
        2,
        lambda index: (
            remedy("bookings.awaiting_staff", "accept", booking) if index else press(changes.cancel, booking)
        ),
    )

    final = Booking.objects.get(pk=booking.pk)
    told = set(booking.messages.values_list("delivery__kind", "delivery__status"))
    assert final.status in {"accepted", "cancelled"}
    assert (("confirmation", "pending") in told) == (final.status == "accepted")
    assert (("cancelled_by_customer", "pending") in told) == (final.status == "cancelled")


def test_a_request_nobody_answers_ends_as_announced():
    booking = booked(bookable(by_staff=True))
    assert booking.waiting_for == "staff"

    with time_machine.travel(booking.answer_until + timedelta(seconds=1)):
        sweeps.sweep()

    final = Booking.objects.get(pk=booking.pk)
    assert (final.status, final.failure_code) == ("failed", "confirmation_expired")
    assert final.messages.filter(delivery__kind="failed").count() == 1
    assert not Allocation.objects.filter(is_live=True).exists()


def test_a_request_that_expires_while_it_is_accepted_ends_in_one_state():
    booking = booked(bookable(by_staff=True))

    with time_machine.travel(booking.answer_until + timedelta(seconds=1)):
        race(
            2, lambda index: remedy("bookings.awaiting_staff", "accept", booking) if index else sweeps.sweep()
        )

    final = Booking.objects.get(pk=booking.pk)
    to_leave = booking.messages.exclude(delivery__status="cancelled").exclude(delivery__kind="reminder")
    kinds = set(to_leave.values_list("delivery__kind", flat=True))
    assert kinds == ({"confirmation"} if final.status == "accepted" else {"failed"})


def test_a_failed_booking_takes_its_time_again_or_says_that_it_is_gone():
    service = bookable(by_staff=True)
    first = booked(service)
    assert remedy("bookings.awaiting_staff", "expire", first) == Result.APPLIED
    second = booked(service, "b@example.com")

    assert remedy("bookings.failed", "retry", first) == Result.REFUSED
    press(changes.cancel, second)

    assert remedy("bookings.failed", "retry", first) == Result.APPLIED


def test_what_failed_shortly_before_its_time_can_be_tried_again_as_its_page_says():
    booking = booked(bookable(location__minimum_notice_minutes=120))
    advance(booking, "fail", code="processing_error", text="a test says so")

    with time_machine.travel(booking.starts_at - timedelta(minutes=60)):
        failed = Booking.objects.get(pk=booking.pk)
        assert "try again below" in explanations.explain(failed).next_step
        press(changes.retry, failed)

    assert Booking.objects.get(pk=booking.pk).status == "submitted"


def test_staff_may_try_again_what_they_booked_between_the_steps():
    booking = booked(bookable(), start=in_a_week() + timedelta(minutes=7), rules=Rules.DESK)
    advance(booking, "fail", code="processing_error", text="a test says so")

    assert remedy("bookings.failed", "retry", booking) == Result.APPLIED


def test_a_failed_booking_is_not_taken_again_where_the_place_closed_meanwhile():
    booking = booked(bookable())
    advance(booking, "fail", code="processing_error", text="a test says so")
    booking.location.opening_hours = "Mo-Su 12:00-20:00"
    booking.location.save()

    with pytest.raises(NotOffered):
        press(changes.retry, Booking.objects.get(pk=booking.pk))


def test_the_last_two_who_leave_a_class_free_its_teacher():
    service = bookable(group=True)
    pair = [booked(service, "a@example.com"), booked(service, "b@example.com")]
    assert pair[0].session == pair[1].session

    race(2, lambda index: press(changes.cancel, pair[index]))

    assert not Allocation.objects.filter(is_live=True).exists()


def test_a_cancelled_place_leaves_the_teacher_in_the_class():
    service = bookable(group=True)
    first, _second = booked(service, "a@example.com"), booked(service, "b@example.com")
    private = ServiceFactory(location=service.location)
    private.requirements.create(kind="person")

    press(changes.cancel, first)

    with pytest.raises(TimeTaken):
        booked(private, "c@example.com")


def test_a_cancellation_by_staff_stays_visible_until_somebody_made_sure():
    booking = booked(bookable(by_staff=True))
    remedy("bookings.awaiting_staff", "decline", booking, by_staff("The room is closed."))
    called_off = recovery.conditions()["bookings.cancelled_by_staff"]
    assert [record.reference for record in called_off.ordered()] == [booking.reference]

    repair.apply(
        called_off,
        called_off.remedy("acknowledge"),
        [booking.pk],
        by_staff(),
        answers={"evidence": "called her"},
    )

    assert not called_off.ordered().exists()
    assert Event.objects.of(booking).last().reason == "asked by phone · called her"


def test_an_appointment_that_is_over_closes_itself():
    booking = booked(bookable())

    with time_machine.travel(booking.ends_at + timedelta(hours=2)):
        sweeps.sweep()
        assert timezone.now() > booking.ends_at

    assert Booking.objects.get(pk=booking.pk).status == "completed"
