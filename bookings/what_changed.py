"""Tells a customer what happened to their booking, from the beginning or since the page they acted on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bookings import language
from bookings.booking import OPEN, Booking
from operations.workflow import Actor, Event

TOLD = frozenset(
    {
        *("submit", "accept", "move", "change", "cancel", "fail", "resubmit", "start", "complete"),
        *("merge", "take_over", "correct_email"),
    }
)
AGREED_ANEW = frozenset({"move", "change"})
OURS = frozenset({"accept", "ask", "postpone"})  # how a worker carries on with what a customer did


@dataclass(frozen=True)
class Change:
    """One event in words."""

    at: datetime
    text: str
    actor: str


@dataclass(frozen=True)
class History:
    """All that happened, oldest first; of what stands, how it changed last, and if nobody wrote of that."""

    changes: list[Change]
    moved: str = ""
    moved_silently: Change | None = None


def since(booking: Booking, version: int) -> list[Change]:
    """Everything after `version`, oldest first."""
    events = Event.objects.of(booking).filter(sequence__gt=version)
    return [_change(booking, event, _words_of_silence(event)) for event in events]


def as_seen(booking: Booking, version: int) -> int:
    """The version that a page of `version` stands for: nobody must know that only a worker did something."""
    events = list(Event.objects.of(booking).filter(sequence__gt=version))
    return events[-1].sequence if events and all(_is_ours(event) for event in events) else version


def was_only_booked(booking: Booking, version: int) -> bool:
    """Whether all that a customer did with their draft since `version` was to book it."""
    events = list(Event.objects.of(booking).filter(sequence__gt=version))
    is_booked = bool(events) and (events[0].transition, events[0].actor) == ("submit", Actor.CUSTOMER)
    return is_booked and all(_is_ours(event) for event in events[1:])


def _is_ours(event: Event) -> bool:
    return event.actor == Actor.WORKER and event.transition in OURS


def so_far(booking: Booking) -> History:
    """What has happened since the booking was asked for; one query, none for what was never sent."""
    if booking.is_unsent:
        return History([])
    events = list(Event.objects.of(booking).filter(transition__in=TOLD))
    moves = [event for event in events if event.transition in AGREED_ANEW]
    last = moves[-1] if moves else None
    silence = _words_of_silence(last) if last else ""
    return History(
        [_change(booking, event) for event in events],
        moved=_text(booking, last) if last and booking.status in OPEN else "",
        moved_silently=_change(booking, last, silence) if last and silence else None,
    )


def old_time(booking: Booking, known: str = "") -> str:
    """When a booking was, as its customer knew it or else before its last move; "" if it is then still."""
    if known:
        return "" if known == booking.local_start else _moment(booking, known)
    last = Event.objects.of(booking).filter(transition="move").last() if booking.pk else None
    return _moment(booking, last.details.get("from")) if last and not _kept_its_time(last) else ""


def _change(booking: Booking, event: Event, besides: str = "") -> Change:
    text = _text(booking, event)
    return Change(event.at, f"{text} {besides}" if besides else text, _actor(booking, event))


def _words_of_silence(event: Event) -> str:
    is_silent = event.transition in AGREED_ANEW and event.details.get("silently")
    return _("You were not sent a message about it.") if is_silent else ""


def _text(booking: Booking, event: Event) -> str:
    match event.transition:
        case "submit":
            return _("The booking was asked for.")
        case "accept":
            return _("The booking was confirmed.")
        case "cancel":
            return _("The booking was cancelled.")
        case "merge":
            return _("The booking was merged into another one of yours.")
        case "take_over":
            return _("Another booking of yours was merged into it.")
        case "fail":
            return _("The booking did not work out.")
        case "resubmit":
            return _("The booking was asked for again.")
        case "ask":
            return _("The booking began to wait for an answer.")
        case "start":
            return _("The appointment began.")
        case "complete":
            return _("The appointment ended.")
        case "correct_email":
            return _("The e-mail address was corrected.")
        case "correct_phone":
            return _("The telephone number was corrected.")
        case "correct_name":
            return _("The name was corrected.")
        case "correct_notes":
            return _("Your remarks were corrected.")
        case "move":
            return _move(booking, event)
        case "change":
            return _("The booking was changed from %(before)s to %(after)s.") % {
                "before": event.details.get("was", ""),
                "after": event.details.get("becomes", ""),
            }
    return _("The booking was updated.")


def _kept_its_time(move: Event) -> bool:
    return bool(move.details.get("from") == move.details.get("to"))


def _move(booking: Booking, event: Event) -> str:
    if _kept_its_time(event):
        return _("The booking was given another person or room, at the same time.")
    return _("The booking was moved from %(before)s to %(after)s.") % {
        "before": _moment(booking, event.details.get("from")),
        "after": _moment(booking, event.details.get("to")),
    }


def _moment(booking: Booking, text: str | None) -> str:
    if not text:
        return _("another time")
    spoken = language.spoken(datetime.fromisoformat(text), booking.location)
    return f"{spoken.date}, {spoken.time}"


def _actor(booking: Booking, event: Event) -> str:
    return {
        Actor.CUSTOMER: _("by you, or somebody with your link"),
        Actor.STAFF: _("by %(place)s") % {"place": booking.location.name},
        Actor.PARTNER: _("by a partner"),
    }.get(Actor(event.actor), _("automatically"))
