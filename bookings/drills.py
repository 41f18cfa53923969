"""What can be rehearsed with a booking."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import changes, intake, processing, rehearsal, rehearsed, times
from bookings.booking import Booking, Status
from bookings.intake import Submission
from bookings.offerings import Approval
from bookings.rehearsal import Fault
from operations import intents, rehearsals, workflow
from operations.errors import Refusal
from operations.rehearsals import Drill, NotPossible, Staged, register
from operations.transactions import use_case
from operations.workflow import Actor, Operation, Source

DURATION = timedelta(hours=1)
SILENCE = timedelta(minutes=10)
CLICKS = 4


def stick() -> Staged:
    """Submit a booking that no worker processes for an hour, and let it be late at once."""
    until = timezone.now() + DURATION
    booking = rehearsed.book(days=2, answers=rehearsal.mark(Fault.STUCK, until))
    Booking.objects.filter(pk=booking.pk).update(stale_after=timezone.now())
    what = "It is received and nobody processes it. Press: Process now."
    return rehearsed.look_at(booking, "bookings.late", what, until=until)


def unstick() -> None:
    """Let workers process again whatever they were to pass by."""
    stuck = {rehearsal.MARK: {"fault": Fault.STUCK}}
    for booking in Booking.objects.filter(status=Status.SUBMITTED, answers__contains=stuck):
        Booking.objects.filter(pk=booking.pk).update(answers=rehearsal.mark())


def fail() -> Staged:
    """Submit a booking whose processing fails until it is given up; tried again, it succeeds."""
    booking = rehearsed.book(days=5, answers=rehearsal.mark(Fault.ERROR, timezone.now() + DURATION))
    ours = Booking.objects.filter(pk=booking.pk)
    with _without_alarm():
        for _try in range(2 * settings.HOLDFAST.processing_max_attempts):
            ours.filter(status=Status.SUBMITTED).update(next_at=timezone.now())
            processing.process(booking.pk)
    ours.update(answers=rehearsal.mark())
    if ours.get().status != Status.FAILED:
        raise NotPossible("The booking did not fail; somebody else processed it.")
    what = "It failed three times and was given up. Press: Retry now."
    return rehearsed.look_at(booking, "bookings.failed", what)


def mistype() -> Staged:
    """Book with an address that the mail server refuses for good."""
    booking = rehearsed.book(days=3, domain="refused.example")
    what = "Its confirmation is refused. Press: Correct and replace."
    return rehearsed.look_at(booking, "notifications.dead", what)


def lose_answer() -> Staged:
    """Book with an address at which the mail server takes the message and hangs up without a word."""
    booking = rehearsed.book(days=4, domain="silent.example")
    what = "Nobody knows whether its confirmation arrived; it did, this time."
    return rehearsed.look_at(booking, "notifications.unknown", what)


def keep_silent() -> Staged:
    """Book what a payment or a partner has to confirm, and let that answer never come."""
    booking = rehearsed.accepted(days=4, approvals=(Approval.PAYMENT, Approval.PARTNER))
    until = timezone.now() + SILENCE
    Booking.objects.filter(pk=booking.pk).update(answer_until=until)
    what = "Nobody confirms it. Find out, then press: It is paid, or: It is not paid."
    return rehearsed.look_at(booking, "bookings.awaiting_confirmation", what, until=until)


def click_often() -> Staged:
    """Send one form four times at once, as an impatient customer does."""
    request, submission = rehearsed.request(), next(rehearsed.submissions(days=7), None)
    if submission is None:
        raise NotPossible("There is no service with a free time that is accepted automatically.")
    with ThreadPoolExecutor(CLICKS) as fingers:
        made = {pk for pk in fingers.map(lambda _n: _click(request, submission), range(CLICKS)) if pk}
    if len(made) != 1:
        raise NotPossible("The time was taken meanwhile. Try again.")
    what = f"The form was sent {CLICKS} times at once; there is one booking. Find the repeats on the desk."
    return rehearsed.look_at(Booking.objects.get(pk=made.pop()), "bookings.possible_duplicate", what)


def press_on_an_old_page() -> Staged:
    """Move a booking while its customer's phone still shows the old time, and let the phone cancel it."""
    booking = rehearsed.accepted(days=8)
    if booking.status != Status.ACCEPTED:
        raise NotPossible("The booking was not accepted; try again.")
    _move(booking)
    with suppress(workflow.StaleRecord):
        request = rehearsed.request("web:cancel")
        changes.cancel(request, booking.token, version=booking.version, source=Source.WEB)
    if Booking.objects.get(pk=booking.pk).status != Status.ACCEPTED:
        raise NotPossible("The phone was faster than the move; try again.")
    intents.record_refusal(request, "stale_version", booking)
    what = (
        "The place moved it while the customer's phone showed the old time; there they pressed Cancel. "
        "Nothing was cancelled, the phone shows what changed. The customer calls: what do you tell them?"
    )
    return rehearsed.look_at(booking, "bookings.cancelled_by_staff", what)


@use_case
def _move(booking: Booking) -> None:
    """To the next free time, as staff would."""
    fresh = workflow.fetch(Booking, pk=booking.pk)
    offers = times.nearest(fresh.service, fresh.starts_at + timedelta(days=1), count=1)
    if not offers:
        raise NotPossible("There is no other free time to move to.")
    by_staff = Operation(actor=Actor.STAFF, source=Source.COMMAND, reason="a rehearsal")
    changes.move_to(fresh, offers[0].start, None, by_staff)


def _click(request: intents.Request, submission: Submission) -> int | None:
    try:
        return intake.submit(request, submission, source=Source.WEB).booking.pk
    except Refusal:
        return None
    finally:
        connection.close()


@contextmanager
def _without_alarm() -> Iterator[None]:
    """What fails on purpose needs no trace in the log."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


rehearsals.let_customers_come(rehearsed.customers)
rehearsals.clear_by(Booking, rehearsed.clear)
register(
    Drill(
        code="stuck_submission",
        title=_("A booking is submitted and not processed"),
        says=_("Workers pass one booking by for an hour. It is late at once; its customer sees “received”."),
        run=stick,
        end=unstick,
        where=("bookings.late",),
    ),
    Drill(
        code="failed_booking",
        title=_("Processing a booking fails"),
        says=_("A booking fails by an error of ours until it is given up. Tried again, it succeeds."),
        run=fail,
        where=("bookings.failed",),
    ),
    Drill(
        code="wrong_address",
        title=_("A message is refused for good"),
        says=_("Somebody has mistyped the address: the mail server refuses the confirmation for good."),
        run=mistype,
        where=("notifications.dead",),
    ),
    Drill(
        code="lost_answer",
        title=_("A message is handed over and no answer comes back"),
        says=_("The mail server takes a confirmation and hangs up. Did it arrive? Nobody knows."),
        run=lose_answer,
        where=("notifications.unknown",),
    ),
    Drill(
        code="provider_silent",
        title=_("Whoever should confirm a payment is silent"),
        says=_(
            "A booking waits for its payment, and no word comes. After ten minutes it ends by itself, its "
            "time is free and the customer is told. Find out what is true, and say so before that."
        ),
        run=keep_silent,
        where=("bookings.awaiting_confirmation",),
    ),
    Drill(
        code="double_clicks",
        title=_("A customer clicks four times"),
        says=_("One form is sent four times at once. Show the customer that there is one booking."),
        run=click_often,
        where=("bookings.possible_duplicate",),
    ),
    Drill(
        code="stale_phone",
        title=_("A customer presses on an old page"),
        says=_(
            "The place moves a booking; the customer's phone, which shows the old time, cancels. "
            "Nothing is cancelled. Find out what happened, and put right what the customer wants."
        ),
        run=press_on_an_old_page,
        where=("bookings.cancelled_by_staff",),
    ),
)
