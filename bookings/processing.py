"""What the worker does with a submitted booking: accept it, or ask whoever must agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import customers, messages, rehearsal, staff_notices
from bookings.booking import Booking, FailureCode, Waiting
from bookings.offerings import Approval
from operations import incidents, workflow
from operations.effects import backoff
from operations.errors import in_words
from operations.transactions import limit_lock_waits
from operations.workflow import WORKER, Operation, Source

log = structlog.get_logger("holdfast.processing")
TOPIC = "bookings"
BLOCKED = _("The customer is blocked: what they book waits for staff.")


def drain() -> bool:
    """Process one batch of due bookings, each in a transaction of its own; True when more may be due.

    One that cannot even be postponed holds up no other; its error is raised when the rest is done.
    """
    batch = settings.HOLDFAST.claim_batch_count
    ids = list(Booking.objects.due().order_by("next_at").values_list("pk", flat=True)[:batch])
    failures = []
    for pk in ids:
        try:
            process(pk)
        except Exception as error:
            log.exception("a booking cannot be postponed", booking=pk)
            failures.append(error)
    if failures:
        raise failures[0]
    return len(ids) == batch


def due_since() -> datetime | None:
    """Since when the oldest unprocessed booking waits."""
    oldest: datetime | None = Booking.objects.due().aggregate(oldest=Min("next_at"))["oldest"]
    return oldest


def process(pk: int) -> None:
    """Decide about one booking unless somebody else is; an error postpones it, the last one fails it."""
    try:
        with transaction.atomic():
            limit_lock_waits()
            booking = _lock_due(pk)
            if booking and not rehearsal.is_stuck(booking):
                decide(booking, WORKER)
    except Exception as error:
        log.exception("processing failed", booking=pk)
        _keep_failure(pk, error)


def decide(booking: Booking, operation: Operation) -> None:
    """Accept a locked booking, or start waiting for the agreement that its service asks for.

    What a blocked customer books waits for staff, whatever the service asks for.
    """
    match booking.service.approval:
        case _ if booking.source != Source.DESK and customers.is_blocked(booking):
            _ask_staff(booking, replace(operation, reason=str(BLOCKED)))
        case Approval.AUTOMATIC:
            accept(booking, operation)
        case Approval.STAFF if booking.source == Source.DESK:
            accept(booking, operation)  # staff wrote it down themselves: they have agreed
        case Approval.STAFF:
            _ask_staff(booking, operation)
        case Approval.PAYMENT:
            _ask(booking, Waiting.PAYMENT, _confirmation_deadline(booking), operation)
        case Approval.PARTNER:
            _ask(booking, Waiting.PARTNER, _confirmation_deadline(booking), operation)


def accept(booking: Booking, operation: Operation, *, silently: bool = False) -> None:
    """Accept a locked booking and tell the customer, unless it is `silently`; reminders come anyway."""
    has_staff_s_answer = booking.waiting_for == Waiting.STAFF
    if booking.waiting_for:
        messages.supersede_unsent(booking, operation)
    workflow.perform(booking, "accept", operation, silently=silently)
    if not silently:
        messages.tell(booking, "confirmation", operation)
    if not has_staff_s_answer:
        staff_notices.tell(booking, staff_notices.BOOKED, operation)
    messages.remind(booking, operation)


def fail(booking: Booking, code: str, operation: Operation, text: str = "") -> None:
    """Fail a locked booking: its time is free again and the customer is told what to do."""
    workflow.perform(booking, "fail", operation, code=code, text=text)
    messages.supersede_unsent(booking, operation)
    messages.tell(booking, "failed", operation)


def _ask_staff(booking: Booking, operation: Operation) -> None:
    _ask(booking, Waiting.STAFF, _staff_deadline(booking), operation)
    messages.tell_staff(booking, "staff_request_waiting", operation)


def _ask(booking: Booking, whom: Waiting, until: datetime, operation: Operation) -> None:
    workflow.perform(booking, "ask", operation, whom=whom, until=until)
    messages.tell(booking, "received", operation)


def _lock_due(pk: int) -> Booking | None:
    due = Booking.objects.due().filter(pk=pk).select_related("service", "location")
    return due.select_for_update(of=("self",), skip_locked=True).first()


def _keep_failure(pk: int, error: Exception) -> None:
    """Note an error; what it hinders from failing too, as nobody can be told, is tried again later."""
    try:
        _note_failure(pk, error, may_end_it=True)
    except Exception:
        log.exception("a booking cannot fail", booking=pk)
        _note_failure(pk, error, may_end_it=False)


@transaction.atomic
def _note_failure(pk: int, error: Exception, *, may_end_it: bool) -> None:
    booking, text = _lock_due(pk), in_words(error)[:2000]
    if booking is None:
        return
    incidents.note(booking, TOPIC, error)
    if may_end_it and booking.attempts + 1 >= settings.HOLDFAST.processing_max_attempts:
        fail(booking, FailureCode.PROCESSING_ERROR, WORKER, text)
        return
    until = timezone.now() + backoff(booking.attempts + 1)
    workflow.perform(booking, "postpone", WORKER, until=until, text=text)


def _staff_deadline(booking: Booking) -> datetime:
    """The service's promise from now on, but a day before the start where there is still a day to answer.

    What is asked late, or once more after it had ended, has not been seen by anybody yet.
    """
    now = timezone.now()
    promised = now + timedelta(hours=booking.service.answer_within_hours)
    before_start = booking.starts_at - timedelta(seconds=settings.HOLDFAST.approval_before_start_seconds)
    latest = before_start if before_start > now else booking.starts_at
    return min(promised, latest)


def _confirmation_deadline(booking: Booking) -> datetime:
    return min(
        timezone.now() + timedelta(seconds=settings.HOLDFAST.confirmation_wait_seconds), booking.starts_at
    )
