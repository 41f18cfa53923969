"""What staff do with a booking in the course of a day, each act exactly once and never on a stale page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import allocation, altering, changes, customers, messages, questions, redirecting
from bookings.allocation import TimeTaken
from bookings.altering import Wanted
from bookings.booking import OPEN, Booking, BookingQuerySet, Status
from bookings.changes import Changed, NotAllowedNow
from bookings.eligibility import NotOffered, Rules
from bookings.offerings import Service
from bookings.resources import Resource
from operations import intents, workflow
from operations.people import notes
from operations.transactions import use_case
from operations.workflow import Actor, Operation, Source

BOOK, MOVE, CANCEL, RUN, OVERRIDE = (
    f"bookings.attend_{what}" for what in ("book", "move", "cancel", "run", "override")
)


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Who acts, under which request id, from which version of the booking, and why."""

    request: intents.Request
    version: int
    user_id: int
    reason: str = ""

    @property
    def operation(self) -> Operation:
        return by_staff(self.request, self.user_id, self.reason)


@dataclass(frozen=True)
class Act:
    """One thing to do; `refuses` says why it makes no sense for a booking as it is, or ""."""

    code: str
    title: str | Promise
    permission: str
    refuses: Callable[[Booking], str]
    apply: Callable[..., None]

    @property
    def scope(self) -> str:
        """The scope of its request ids."""
        return f"desk:{self.code}"


def by_staff(request: intents.Request, user_id: int, reason: str = "") -> Operation:
    """Somebody of the staff at the desk."""
    return Operation(
        actor=Actor.STAFF, source=Source.DESK, reason=reason, request_id=request.key, user_id=user_id
    )


def do(act: Act, pk: int, hand: Hand, **arguments: Any) -> Changed:
    """Do it once per request id, or say that it was done.

    Raises StaleRecord, NotAllowedNow, KeyReused, RequestExpired, Busy, and for a move or a change
    TimeTaken and NotOffered; nothing is changed then, and a refused time is kept to be explained.
    """
    try:
        return _do_once(act, pk, hand, arguments)
    except IntegrityError as error:
        if allocation.is_taken(error):
            raise TimeTaken from error
        raise
    except (TimeTaken, NotOffered) as refusal:
        intents.record_refusal(hand.request, refusal.code, Booking(pk=pk))
        raise


@use_case
def _do_once(act: Act, pk: int, hand: Hand, arguments: dict[str, Any]) -> Changed:
    claim = intents.claim(hand.request, {"booking": pk, "reason": hand.reason, **_plain(arguments)})
    booking = _lock(pk) if claim.won else _find(pk)
    if not claim.won:
        return Changed(booking, is_repeat=True)
    if booking.version != hand.version:
        raise workflow.StaleRecord(record=booking, version=hand.version)
    if why := act.refuses(booking):
        raise NotAllowedNow(why)
    act.apply(booking, hand.operation, **arguments)
    claim.intent.settle(booking, act.code)
    return Changed(booking, is_repeat=False)


@use_case
def write_note(request: intents.Request, pk: int, user_id: int, text: str) -> Changed:
    """Keep a note about a booking; it changes no version, so no page becomes stale by it."""
    claim, booking = intents.claim(request, {"booking": pk, "text": text}), _find(pk)
    if claim.won:
        notes.write(booking, user_id, text)
        claim.intent.settle(booking, "note")
    return Changed(booking, is_repeat=not claim.won)


def _start(booking: Booking, operation: Operation) -> None:
    workflow.perform(booking, "start", operation)


def _complete(booking: Booking, operation: Operation) -> None:
    workflow.perform(booking, "complete", operation)


def _no_show(booking: Booking, operation: Operation) -> None:
    if booking.status != Status.COMPLETED:
        workflow.perform(booking, "complete", operation)
    workflow.perform(booking, "record_no_show", operation)


def _take_back(booking: Booking, operation: Operation) -> None:
    workflow.perform(booking, "take_back_no_show", operation)


def _cancel(booking: Booking, operation: Operation, *, tells: bool) -> None:
    """Call it off for the place; without a message somebody vouches that the customer knows."""
    workflow.perform(
        booking, "cancel", operation, by=Actor.STAFF, reason=operation.reason, silently=not tells
    )
    messages.supersede_unsent(booking, operation)
    if tells:
        messages.tell(booking, "cancelled_by_staff", operation)
    else:
        workflow.perform(booking, "acknowledge", operation)


def _submit(booking: Booking, operation: Operation) -> None:
    """The time that was held during the call becomes a booking like any other."""
    changes.book_held(booking, operation)


def _let_go(booking: Booking, operation: Operation) -> None:
    changes.let_go(booking, operation, by=Actor.STAFF, reason=operation.reason)


def _answer(booking: Booking, operation: Operation, *, answers: dict[str, Any]) -> None:
    """Keep what was asked later, with the words and the version that were asked."""
    if not answers:
        raise NotAllowedNow(_("Nothing is answered yet."))
    kept = questions.as_kept(booking.service, answers)
    workflow.perform(booking, "answer", operation, answers=kept)


def _correct(
    booking: Booking, operation: Operation, *, name: str, phone: str, email: str, notes: str
) -> None:
    """Put right what was written down wrong; messages follow to the right address and number."""
    wanted = {"name": name, "phone": phone, "email": email, "notes": notes}
    changed = {field for field, value in wanted.items() if value != getattr(booking, field)}
    if not changed:
        raise NotAllowedNow(_("Nothing of it is different."))
    if "name" in changed:
        workflow.perform(booking, "correct_name", operation, called=name)
        customers.rename(booking)
    if "notes" in changed:
        workflow.perform(booking, "correct_notes", operation, notes=notes)
    if "phone" in changed:
        redirecting.correct_phone(booking, phone, operation)
    if "email" in changed:
        redirecting.correct(booking, email, operation)


def _move(
    booking: Booking,
    operation: Operation,
    *,
    start: datetime,
    resource: Resource | None,
    overrides: bool = False,
    tells: bool = True,
) -> None:
    rules = Rules.SET_ASIDE if overrides else Rules.DESK
    changes.move_to(booking, start, resource, operation, rules=rules, tells=tells)


def _change(
    booking: Booking,
    operation: Operation,
    *,
    service: Service,
    people: int,
    start: datetime,
    resource: Resource | None,
    overrides: bool = False,
    tells: bool = True,
) -> None:
    rules = Rules.SET_ASIDE if overrides else Rules.DESK
    altering.change_to(booking, Wanted(service, people, start, resource), operation, rules=rules, tells=tells)


def _lock(pk: int) -> Booking:
    return _full().select_for_update(of=("self",)).get(pk=pk)


def _find(pk: int) -> Booking:
    return _full().get(pk=pk)


def _full() -> BookingQuerySet:
    return Booking.objects.select_related("location", "service__location", "session", "resource")


def _plain(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as a payload that can be compared."""
    return {name: getattr(value, "pk", value) for name, value in arguments.items()}


def _has_ended(booking: Booking) -> str:
    return _("It is %(status)s already.") % {"status": booking.get_status_display().lower()}


def _cannot_submit(booking: Booking) -> str:
    if booking.status != Status.DRAFT:
        return _("It is booked already.")
    return "" if booking.name else _("Please enter the name.")


def _cannot_let_go(booking: Booking) -> str:
    if booking.status != Status.DRAFT:
        return _("Only a time that is held, and not booked, can be let go.")
    if hasattr(booking, "wait_entry"):
        return _("It is offered to somebody from the wait list, who may still take it.")
    return ""


def _cannot_cancel(booking: Booking) -> str:
    if booking.status == Status.DRAFT:
        return _("Nothing is booked yet: there is a time that is held.")
    return _has_ended(booking) if booking.status in Booking.final_statuses else ""


def _cannot_answer(booking: Booking) -> str:
    """Once it is over or ended there is nothing to ask for."""
    live = (*OPEN, Status.IN_PROGRESS)
    return "" if booking.status in live else _has_ended(booking)


def _cannot_correct(booking: Booking) -> str:
    if booking.status == Status.DRAFT:
        return _("Nothing is booked yet: there is a time that is held.")
    return _("The customer's data were removed.") if booking.forgotten_at else ""


def _cannot_move(booking: Booking) -> str:
    if booking.status in OPEN:
        return ""
    return _("Only a booking that is to come can be moved; this one is %(status)s.") % {
        "status": booking.get_status_display().lower()
    }


def _cannot_change(booking: Booking) -> str:
    if booking.status in (*OPEN, Status.IN_PROGRESS):
        return ""
    if booking.status == Status.DRAFT:
        return _("Nothing is booked yet: there is a time that is held.")
    return _has_ended(booking)


def _cannot_start(booking: Booking) -> str:
    if booking.status == Status.SUBMITTED:
        return _("It is not confirmed yet.")
    return _not_today(booking) if booking.status == Status.ACCEPTED else _has_ended(booking)


def _cannot_complete(booking: Booking) -> str:
    if booking.status == Status.IN_PROGRESS:
        return ""
    return _cannot_start(booking)


def _cannot_be_missed(booking: Booking) -> str:
    if booking.status == Status.COMPLETED:
        return _("That nobody came is written down already.") if booking.no_show else ""
    if booking.status not in (Status.ACCEPTED, Status.IN_PROGRESS):
        return _cannot_start(booking)
    return "" if booking.starts_at <= timezone.now() else _("It has not begun yet.")


def _was_not_missed(booking: Booking) -> str:
    return "" if booking.no_show else _("Nobody said that they had not come.")


def _not_today(booking: Booking) -> str:
    """Early is fine, the day before is a slip of the hand."""
    zone = ZoneInfo(booking.time_zone)
    if booking.starts_at.astimezone(zone).date() <= timezone.localdate(timezone=zone):
        return ""
    return _("It is not today.")


MOVING = Act("move", gettext_lazy("Move"), MOVE, _cannot_move, _move)
CHANGING = Act("change", gettext_lazy("Change service or people"), MOVE, _cannot_change, _change)
CANCELLING = Act("cancel", gettext_lazy("Cancel"), CANCEL, _cannot_cancel, _cancel)
STARTING = Act("start", gettext_lazy("They are here: start"), RUN, _cannot_start, _start)
COMPLETING = Act("complete", gettext_lazy("Complete"), RUN, _cannot_complete, _complete)
MISSING = Act("no_show", gettext_lazy("Nobody came"), RUN, _cannot_be_missed, _no_show)
TAKING_BACK = Act("take_back_no_show", gettext_lazy("They had come"), RUN, _was_not_missed, _take_back)
ANSWERING = Act("answer", gettext_lazy("Keep the answers"), BOOK, _cannot_answer, _answer)
CORRECTING = Act("correct", gettext_lazy("Correct"), BOOK, _cannot_correct, _correct)
LETTING_GO = Act("let_go", gettext_lazy("Let this time go"), BOOK, _cannot_let_go, _let_go)
SUBMITTING = Act("submit", gettext_lazy("Book"), BOOK, _cannot_submit, _submit)
ACTS = {
    act.code: act
    for act in (
        *(MOVING, CHANGING, CANCELLING, STARTING, COMPLETING, MISSING, TAKING_BACK),
        *(ANSWERING, CORRECTING, LETTING_GO),
    )
}
