"""Tells a customer what happened to their booking since the page they acted on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bookings import language
from bookings.booking import Booking
from operations.workflow import Actor, Event

OURS = frozenset({"accept", "ask", "postpone"})  # how a worker carries on with what a customer did


@dataclass(frozen=True)
class Change:
    """One event in words."""

    at: datetime
    text: str
    actor: str


def since(booking: Booking, version: int) -> list[Change]:
    """Everything after `version`, oldest first."""
    events = Event.objects.of(booking).filter(sequence__gt=version)
    return [Change(event.at, _text(booking, event), _actor(booking, event)) for event in events]


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


def moved_silently(booking: Booking) -> Change | None:
    """The last move, if it is one that nobody wrote to the customer about; at most one query."""
    if booking.revision == 0:  # nothing that is told to people has happened to it
        return None
    last = Event.objects.of(booking).filter(transition="move").order_by("-sequence").first()
    if last is None or not last.details.get("silently"):
        return None
    return Change(last.at, _text(booking, last), _actor(booking, last))


def _text(booking: Booking, event: Event) -> str:
    match event.transition:
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
            text = _("The booking was moved from %(before)s to %(after)s.")
            if event.details.get("silently"):
                text += " " + _("You were not sent a message about it.")
            return text % {
                "before": _moment(booking, event.details.get("from")),
                "after": _moment(booking, event.details.get("to")),
            }
    return _("The booking was updated.")


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
