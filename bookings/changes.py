"""What a customer may do with a booking of theirs, each act exactly once and never on a stale page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from bookings import (
    agreed,
    allocation,
    explanations,
    intake,
    messages,
    processing,
    redirecting,
    staff_notices,
)
from bookings.agreed import Agreed
from bookings.allocation import TimeTaken
from bookings.booking import Booking, Status, Waiting
from bookings.eligibility import NotOffered, Rules
from bookings.resources import Resource
from bookings.sessions import LIVE_STATUSES, Session
from operations import intents, queue, workflow
from operations.errors import Refusal
from operations.transactions import use_case
from operations.workflow import Actor, Operation, Source


class NotAllowedNow(Refusal):
    """Raised when the booking's state or the place's rules do not allow the act (any more)."""

    code = "not_allowed_now"
    message = _("This is not possible any more. Please contact us.")


class UnknownBooking(Refusal):
    """Raised when no booking has this token."""

    code = "unknown_booking"
    message = _("There is no booking at this address.")


@dataclass(frozen=True)
class Changed:
    """The booking after the act, and whether an earlier, equal request had done it already."""

    booking: Booking
    is_repeat: bool


def cancel(
    request: intents.Request, token: str, *, version: int, source: Source, reason: str = ""
) -> Changed:
    """Cancel for the customer; raises NotAllowedNow after the place's cancellation window."""

    def act(booking: Booking, operation: Operation) -> None:
        call_off(booking, operation, reason=reason)

    return _change(request, token, version, source, "cancel", {"reason": reason}, act)


def take(
    request: intents.Request, token: str, *, version: int, source: Source, confirm_duplicate: bool = False
) -> Changed:
    """Take what is held, an offer of the wait list or one's own draft: it becomes a booking like any other.

    Raises intake.LikelyDuplicate when the same was booked while it was held, unless that is meant.
    """

    def act(booking: Booking, operation: Operation) -> None:
        book_held(booking, operation, confirm_duplicate=confirm_duplicate)

    return _change(request, token, version, source, "take", {}, act)


def move(
    request: intents.Request,
    token: str,
    *,
    version: int,
    source: Source,
    start: datetime,
    resource: Resource | None,
) -> Changed:
    """Move to another time of the same service.

    Raises TimeTaken, NotOffered, or NotAllowedNow for the time that it has; then nothing is changed.
    """

    def act(booking: Booking, operation: Operation) -> None:
        move_to(booking, start, resource, operation)
        if booking.waiting_for != Waiting.STAFF:
            staff_notices.tell(booking, staff_notices.MOVED, operation)

    payload = {"start": start, "resource": resource.pk if resource else None}
    try:
        return _change(request, token, version, source, "move", payload, act)
    except (TimeTaken, NotOffered) as refusal:
        intents.record_refusal(request, refusal.code, _find(token), start=start.isoformat())
        raise


def retry(request: intents.Request, token: str, *, version: int, source: Source) -> Changed:
    """Ask again for a booking that failed; raises TimeTaken when its time is gone."""
    return _change(request, token, version, source, "retry", {}, take_again)


def resend(
    request: intents.Request, token: str, *, version: int, source: Source, message_id: str = ""
) -> Changed:
    """Send one of the booking's messages once more, marked as a copy: the latest unless one is named.

    Every few minutes at most (`copies.wait`): another press is not allowed now.
    Raises messages.UnknownMessage when the customer was never told anything under that id.
    """

    def act(booking: Booking, operation: Operation) -> None:
        messages.send_copy(booking, operation, message_id=message_id)

    return _change(request, token, version, source, "resend", {"message": message_id}, act)


def correct_address(
    request: intents.Request, token: str, *, version: int, source: Source, email: str
) -> Changed:
    """Send everything about the booking to another address; the old one is told.

    Raises redirecting.SameAddress and redirecting.CorrectedTooOften.
    """

    def act(booking: Booking, operation: Operation) -> None:
        redirecting.correct(booking, email, operation)

    return _change(request, token, version, source, "address", {"email": email.lower()}, act)


def move_to(
    booking: Booking,
    start: datetime,
    resource: Resource | None,
    operation: Operation,
    *,
    rules: Rules = Rules.ALL,
    tells: bool = True,
) -> None:
    """Move a locked booking; it takes the new time before it leaves the old one.

    Without a message somebody vouches that the customer knows; what they are owed from before still
    leaves, and says how things stand then. Raises NotAllowedNow when it leads nowhere.
    """
    refuse_to_stay(booking, start, resource)
    zone, before = booking.location.zone, agreed.of(booking)
    set_aside = allocation.rule_against(booking.service, start, resource) if rules.are_of_staff else ""
    place = allocation.take(
        booking.service,
        start.astimezone(zone),
        resource=resource,
        people=booking.people,
        leaving=left_alone(booking.session, booking),
        rules=rules,
    )
    workflow.perform(
        booking,
        "move",
        operation,
        session=place.session,
        place=place.number,
        resource=place.resource,
        wants_resource=is_wished(booking, resource, rules),
        local_start=place.session.starts_at.astimezone(zone).isoformat(),
        silently=not tells,
        set_aside=set_aside,
    )
    follow(booking, "moved", operation, tells=tells, before=before)


def follow(booking: Booking, kind: str, operation: Operation, *, tells: bool, before: Agreed) -> None:
    """Say what counts now in place of what was said before, unless they know; reminders follow anyway.

    What is taken back unsent is told with it: the letter compares with what the customer was told last.
    """
    if tells:
        messages.supersede_unsent(booking, operation)
        if known := messages.known_before(booking):
            before = agreed.was(known, booking)
            kind = kind if agreed.is_only_moved(before, agreed.of(booking)) else "changed"
        messages.tell(booking, kind, operation, parameters={agreed.BEFORE: agreed.kept(before)})
        if booking.waiting_for == Waiting.STAFF:
            messages.tell_staff(booking, "staff_request_waiting", operation)
    else:
        messages.supersede_reminders(booking, operation)
    messages.remind(booking, operation)


def is_wished(booking: Booking, resource: Resource | None, rules: Rules) -> bool:
    """Whether the customer asked for this one: staff who choose another do not speak for them."""
    if rules.are_of_staff:
        return booking.wants_resource and resource == booking.resource
    return resource is not None


def call_off(booking: Booking, operation: Operation, *, reason: str = "") -> None:
    """Cancel a locked booking for its customer; of a draft nothing was promised and nobody is told."""
    if booking.status == Status.DRAFT:
        let_go(booking, operation, by=Actor.CUSTOMER, reason=reason)
        return
    workflow.perform(booking, "cancel", operation, by=Actor.CUSTOMER, reason=reason)
    messages.supersede_unsent(booking, operation)
    messages.tell(booking, "cancelled_by_customer", operation)
    staff_notices.tell(booking, staff_notices.CANCELLED_ONLINE, operation)


def let_go(booking: Booking, operation: Operation, *, by: Actor, reason: str = "") -> None:
    """Release the time of a locked draft; nothing was promised, so nobody is told."""
    workflow.perform(booking, "let_go", operation, by=by, reason=reason)
    messages.supersede_unsent(booking, operation)


def book_held(booking: Booking, operation: Operation, *, confirm_duplicate: bool = False) -> None:
    """Submit a locked draft; raises intake.LikelyDuplicate when the same was booked while it was held."""
    earlier = booking.duplicate_of or intake.likely_duplicate(
        booking.service, booking.starts_at, email=booking.email, phone=booking.phone
    )
    if earlier and not (booking.duplicate_of or confirm_duplicate):
        raise intake.LikelyDuplicate(earlier)
    workflow.perform(booking, "submit", operation, duplicate_of=earlier)
    messages.supersede_unsent(booking, operation)
    queue.wake(processing.TOPIC)


def take_again(booking: Booking, operation: Operation) -> None:
    """Submit a locked, failed booking again: its time is taken anew or refused with TimeTaken.

    It kept notice, horizon and steps when it was booked, or staff set them aside: the hours alone count now.
    """
    start = booking.starts_at.astimezone(booking.location.zone)
    wish = booking.resource if booking.wants_resource else None
    place = allocation.take(
        booking.service, start, resource=wish, people=booking.people, rules=Rules.PROMISED
    )
    workflow.perform(
        booking, "take_place", operation, session=place.session, place=place.number, resource=place.resource
    )
    workflow.perform(booking, "resubmit", operation)
    messages.supersede_unsent(booking, operation)
    queue.wake(processing.TOPIC)


def _change(
    request: intents.Request,
    token: str,
    version: int,
    source: Source,
    action: str,
    payload: dict[str, Any],
    act: Callable[[Booking, Operation], None],
) -> Changed:
    try:
        return _change_once(request, token, version, source, action, payload, act)
    except IntegrityError as error:
        if allocation.is_taken(error):
            raise TimeTaken from error
        raise


@use_case
def _change_once(
    request: intents.Request,
    token: str,
    version: int,
    source: Source,
    action: str,
    payload: dict[str, Any],
    act: Callable[[Booking, Operation], None],
) -> Changed:
    claim = intents.claim(request, payload | {"token": token, "action": action})
    booking = _find(token, lock=claim.won)
    if not claim.won:
        return Changed(booking, is_repeat=True)
    if booking.version != version:
        raise workflow.StaleRecord(record=booking, version=version)
    if action not in explanations.allowed_actions(booking):
        raise NotAllowedNow(explanations.why_not(booking, action))
    act(booking, Operation(actor=Actor.CUSTOMER, source=source, request_id=request.key))
    claim.intent.settle(booking, action)
    return Changed(booking, is_repeat=False)


def _find(token: str, *, lock: bool = False) -> Booking:
    bookings = Booking.objects.select_related("location", "service", "session", "resource")
    if lock:
        bookings = bookings.select_for_update(of=("self",))
    try:
        return bookings.get(token=token)
    except Booking.DoesNotExist as error:
        raise UnknownBooking from error


def refuse_to_stay(booking: Booking, start: datetime, resource: Resource | None) -> None:
    """Raise NotAllowedNow when a move there would leave the booking where it is."""
    if start == start_to_leave(booking, resource):
        raise NotAllowedNow(_("It is at this time already."))


def start_to_leave(booking: Booking, resource: Resource | None) -> datetime | None:
    """The start that would be no move with this wish; with somebody else, each is one."""
    return booking.starts_at if resource in (None, booking.resource) else None


def left_alone(session: Session, booking: Booking) -> Session | None:
    """The session, if nobody stays in it once this booking has left."""
    others = session.bookings.filter(status__in=LIVE_STATUSES).exclude(pk=booking.pk)
    return None if others.exists() else session
