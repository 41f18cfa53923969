"""The ways out of a stuck booking, each one meaning for staff, sweep and command alike."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import changes, merging, messages, processing
from bookings.booking import Booking, BookingQuerySet, FailureCode, Status
from bookings.correspondence import Enquiry
from bookings.explanations import STAFF_MAY_RETRY
from bookings.outside import LeftOutside
from operations import verdicts, workflow
from operations.recovery import Consequence, Remedy
from operations.verdicts import Verdict
from operations.workflow import Actor, Operation


def process_now(booking: Booking, operation: Operation) -> None:
    processing.decide(booking, operation)


def accept(booking: Booking, operation: Operation) -> None:
    processing.accept(booking, operation)


def accept_with_evidence(booking: Booking, operation: Operation, *, evidence: str) -> None:
    processing.accept(booking, _with_reason(operation, evidence))


def cancel(booking: Booking, operation: Operation) -> None:
    """Call the booking off for the place, and tell the customer why."""
    workflow.perform(booking, "cancel", operation, by=Actor.STAFF, reason=operation.reason)
    messages.supersede_unsent(booking, operation)
    messages.tell(booking, "cancelled_by_staff", operation)


def decline(booking: Booking, operation: Operation) -> None:
    workflow.perform(booking, "cancel", operation, by=Actor.STAFF, reason=operation.reason)
    messages.supersede_unsent(booking, operation)
    messages.tell(booking, "declined", operation)


def decline_payment(booking: Booking, operation: Operation) -> None:
    processing.fail(booking, FailureCode.PAYMENT_DECLINED, operation)


def expire(booking: Booking, operation: Operation) -> None:
    processing.fail(booking, FailureCode.CONFIRMATION_EXPIRED, operation)


def release_draft(booking: Booking, operation: Operation) -> None:
    changes.let_go(booking, operation, by=Actor(operation.actor))


def complete(booking: Booking, operation: Operation) -> None:
    workflow.perform(booking, "complete", operation)


def complete_as_no_show(booking: Booking, operation: Operation) -> None:
    workflow.perform(booking, "complete", operation)
    workflow.perform(booking, "record_no_show", operation)


def acknowledge(booking: Booking, operation: Operation, *, evidence: str) -> None:
    workflow.perform(booking, "acknowledge", _with_reason(operation, evidence))


def keep_both(booking: Booking, operation: Operation) -> None:
    workflow.perform(booking, "settle_duplicate", operation)


def stay_outside(booking: Booking, operation: Operation) -> None:
    """It stays, and nobody has to look at it again."""
    workflow.perform(booking, "stay_outside", operation)
    LeftOutside.objects.filter(booking=booking).delete()


def cancel_duplicate(booking: Booking, operation: Operation) -> None:
    workflow.perform(booking, "settle_duplicate", operation)
    cancel(booking, operation)


def answer(enquiry: Enquiry, operation: Operation, *, text: str) -> None:
    workflow.perform(enquiry, "reply", operation, text=text)
    messages.tell_enquirer(enquiry, "enquiry_answered", operation)


def close(enquiry: Enquiry, operation: Operation) -> None:
    workflow.perform(enquiry, "close", operation)


def _with_reason(operation: Operation, evidence: str) -> Operation:
    reason = " · ".join(part for part in (operation.reason, evidence) if part)
    return Operation(
        actor=operation.actor,
        source=operation.source,
        reason=reason,
        request_id=operation.request_id,
        user_id=operation.user_id,
        id=operation.id,
    )


def _cannot_retry(booking: Booking) -> str:
    if booking.failure_code not in STAFF_MAY_RETRY:
        return str(_("Nobody may retry this; cancel it and book anew."))
    return _over(booking)


def _over(booking: Booking) -> str:
    return "" if booking.starts_at > timezone.now() else str(_("Its time has passed."))


def _outcome(booking: Booking, since: datetime) -> Verdict:  # noqa: ARG001 - a booking tells it by itself
    if booking.status == Status.FAILED:
        return verdicts.bad(booking.failure_code, booking.get_failure_code_display())
    is_undecided = booking.status == Status.SUBMITTED and not booking.waiting_for
    return verdicts.PENDING if is_undecided else verdicts.GOOD


RETRY = Remedy(
    code="retry",
    title=_("Retry now"),
    says=_("Takes the time again, or says that it is gone, and processes the booking anew as if just sent."),
    apply=changes.take_again,
    refuses=_cannot_retry,
    outcome=_outcome,
)
PROCESS = Remedy(
    code="process",
    title=_("Process now"),
    says=_("Does what the worker would have done; the customer gets the usual mail."),
    apply=process_now,
)
CANCEL = Remedy(
    code="cancel",
    title=_("Cancel and tell the customer"),
    says=_("Ends the booking, frees its time and sends the customer a cancellation with your reason."),
    apply=cancel,
    consequence=Consequence.TELLS_CUSTOMER,
)
ACCEPT = Remedy(
    code="accept",
    title=_("Accept the request"),
    says=_("Confirms the booking; the customer gets the confirmation."),
    apply=accept,
    consequence=Consequence.TELLS_CUSTOMER,
    refuses=_over,
)
DECLINE = Remedy(
    code="decline",
    title=_("Decline the request"),
    says=_("Ends the request, frees its time and tells the customer, with your reason."),
    apply=decline,
    consequence=Consequence.TELLS_CUSTOMER,
)
CONFIRM = Remedy(
    code="confirm",
    title=_("Confirm: it is paid or agreed"),
    says=_("Confirms the booking on your evidence; the customer gets the confirmation."),
    apply=accept_with_evidence,
    consequence=Consequence.NEEDS_CHECK,
    refuses=_over,
    asks={"evidence": _("What shows it? (receipt number, who agreed)")},
)
NOT_PAID = Remedy(
    code="decline",
    title=_("Not paid or not agreed"),
    says=_("Ends the booking, frees its time and tells the customer that they may try again."),
    apply=decline_payment,
    consequence=Consequence.TELLS_CUSTOMER,
)
COMPLETE = Remedy(
    code="complete",
    title=_("It took place"),
    says=_("Closes the booking as completed; nobody is told."),
    apply=complete,
    due_by_itself=lambda bookings: bookings,
)
NO_SHOW = Remedy(
    code="no_show",
    title=_("Nobody came"),
    says=_("Closes the booking and records a no-show; nobody is told."),
    apply=complete_as_no_show,
)
ACKNOWLEDGE = Remedy(
    code="acknowledge",
    title=_("The customer knows"),
    says=_("Takes it off the desk; nothing is sent. Say how you know."),
    apply=acknowledge,
    consequence=Consequence.NEEDS_CHECK,
    asks={"evidence": _("How do you know? (called, wrote back, …)")},
)
KEEP_BOTH = Remedy(
    code="keep_both",
    title=_("Both are meant"),
    says=_("Takes it off the desk; nobody is told."),
    apply=keep_both,
)
STAY_OUTSIDE = Remedy(
    code="stay",
    title=_("It stays as it is"),
    says=_("Takes it off the desk; the booking stands and nobody is told."),
    apply=stay_outside,
)
CANCEL_DUPLICATE = Remedy(
    code="cancel_this",
    title=_("Cancel this one"),
    says=_("Cancels the later booking and tells the customer; the earlier one stays."),
    apply=cancel_duplicate,
    consequence=Consequence.TELLS_CUSTOMER,
)
MERGE = Remedy(
    code="merge",
    title=_("Make one of both"),
    says=_(
        "One booking stays and takes over what only the other says; the other ends and its time is free. "
        "The customer gets one message that says so."
    ),
    apply=merging.merge,
    consequence=Consequence.TELLS_CUSTOMER,
    refuses=merging.why_not,
    also=merging.others,
    compares=merging.compare,
    is_for_one=True,
)
ANSWER = Remedy(
    code="answer",
    title=_("Answer"),
    says=_("Sends your answer to the person who wrote, and closes the enquiry."),
    apply=answer,
    consequence=Consequence.TELLS_CUSTOMER,
    asks={"text": _("Your answer")},
    is_for_one=True,
)
CLOSE = Remedy(
    code="close",
    title=_("Close without an answer"),
    says=_("Closes the enquiry; nobody is told."),
    apply=close,
)
EXPIRE = Remedy(
    code="expire",
    title=_("End it unanswered"),
    says=_("Ends the request as it was announced to the customer, frees its time and tells them."),
    apply=expire,
    consequence=Consequence.TELLS_CUSTOMER,
    due_by_itself=BookingQuerySet.answer_overdue,
)
RELEASE = Remedy(
    code="release",
    title=_("Release the time"),
    says=_("Ends the unfinished booking and frees its time; nothing was promised to anybody."),
    apply=release_draft,
    due_by_itself=BookingQuerySet.drafts_run_out,
)
