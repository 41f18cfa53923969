"""What a booking's state means for its customer, what happens next, and what they can do now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import copies, language, money
from bookings.booking import Booking, FailureCode, Status, Waiting
from bookings.offerings import Approval

CUSTOMER_MAY_RETRY = frozenset(
    {
        FailureCode.TIME_TAKEN,
        FailureCode.PAYMENT_DECLINED,
        FailureCode.CONFIRMATION_EXPIRED,
        FailureCode.PROCESSING_ERROR,
    }
)
STAFF_MAY_RETRY = CUSTOMER_MAY_RETRY | {FailureCode.PAYMENT_UNKNOWN, FailureCode.PARTNER_DECLINED}


ACTIONS = ("take", "cancel", "move", "retry", "resend", "calendar", "address")
STILL_WRITTEN_TO = timedelta(days=1)  # after the end of the appointment


class Level(StrEnum):
    """The mood of a state: colour never says more than the words do."""

    GOOD = "good"
    WAITING = "waiting"
    TROUBLE = "trouble"
    OVER = "over"


@dataclass(frozen=True)
class Explanation:
    """A headline, what it means, and what happens next and by when."""

    level: Level
    headline: str
    text: str
    next_step: str


def explain(booking: Booking) -> Explanation:
    """The booking's present state in words for its customer; never empty, whatever the state."""
    told = _explain(booking)
    if booking.forgotten_at is None:
        return told
    gone = {"when": language.spoken(booking.forgotten_at, booking.location).date}
    text = _("Your personal data were removed from this booking on %(when)s.") % gone
    return replace(told, text=f"{told.text} {text}")


def _explain(booking: Booking) -> Explanation:
    match booking.status:
        case Status.DRAFT:
            return _held(booking)
        case Status.SUBMITTED:
            return _waiting(booking)
        case Status.ACCEPTED:
            return Explanation(
                Level.GOOD,
                _("Your booking is confirmed"),
                _("Your time is reserved."),
                _("We expect you on %(when)s.") % {"when": _moment(booking, booking.starts_at)},
            )
        case Status.IN_PROGRESS:
            return Explanation(
                Level.GOOD,
                _("Your appointment is under way"),
                _("It has begun."),
                _("There is nothing you need to do."),
            )
        case Status.COMPLETED:
            return _completed(booking)
        case Status.CANCELLED:
            return _cancelled(booking)
    return _failed(booking)


def allowed_actions(booking: Booking) -> tuple[str, ...]:
    """What the customer may do now, out of ACTIONS."""
    return tuple(action for action in ACTIONS if not why_not(booking, action))


def why_not(booking: Booking, action: str) -> str:
    """Why the customer cannot do this now, in a sentence for them; empty when they can."""
    if booking.forgotten_at:
        return _("Your personal data were removed from this booking; nothing more is sent about it.")
    match action:
        case "take":
            return _why_not_take(booking)
        case "cancel":
            return _why_not_cancel(booking)
        case "move":
            return _why_not_move(booking)
        case "retry":
            return _why_not_retry(booking)
        case "resend":
            return _why_not_resend(booking)
        case "calendar":
            return (
                ""
                if booking.status in (Status.ACCEPTED, Status.IN_PROGRESS)
                else _("The booking is not confirmed.")
            )
        case "address":
            return _why_not_address(booking)
    return _("This is not something a booking can do.")


def changes_end(booking: Booking) -> str:
    """Until when a booking that stands can be changed online, or why it cannot be; "" for others.

    It stands on the booking's page and in the letters about it, which are read later.
    """
    if booking.status not in (Status.SUBMITTED, Status.ACCEPTED):
        return ""
    cannot_cancel, cannot_move = why_not(booking, "cancel"), why_not(booking, "move")
    if cannot_cancel:
        return _too_late(booking) or cannot_cancel
    if booking.status == Status.SUBMITTED:
        return cannot_move
    until = {"when": _moment(booking, cancel_until(booking))}
    if cannot_move:
        return " ".join([_("You can cancel it here until %(when)s.") % until, cannot_move])
    return _("You can move or cancel it here until %(when)s.") % until


def cancel_until(booking: Booking) -> datetime:
    """Until when the customer may cancel or move a confirmed booking themselves."""
    return booking.starts_at - timedelta(hours=booking.location.cancel_until_hours)


def is_offer(booking: Booking) -> bool:
    """Whether it is a time held for somebody from the wait list, who has not answered yet."""
    return booking.status == Status.DRAFT and hasattr(booking, "wait_entry")


def was_never_sent(booking: Booking) -> bool:
    """Whether it is what became of a draft that its customer did not book."""
    return booking.is_unsent and booking.status == Status.CANCELLED and not hasattr(booking, "wait_entry")


def _why_not_take(booking: Booking) -> str:
    if booking.status != Status.DRAFT:
        return _("There is no offer to take.")
    if is_offer(booking) and _has_run_out(booking):
        return _("This time was held until %(when)s.") % {"when": _moment(booking, booking.stale_after)}
    return _already_begun(booking)


def _has_run_out(booking: Booking) -> bool:
    return booking.stale_after is not None and booking.stale_after <= timezone.now()


def _why_not_cancel(booking: Booking) -> str:
    if booking.status in (Status.CANCELLED, Status.COMPLETED, Status.IN_PROGRESS):
        return _("The booking is already %(status)s.") % {"status": booking.get_status_display().lower()}
    return _outside_window(booking) if booking.status == Status.ACCEPTED else _already_begun(booking)


def _why_not_move(booking: Booking) -> str:
    if booking.status not in (Status.SUBMITTED, Status.ACCEPTED):
        return _("Only a booking that stands can be moved.")
    if booking.status == Status.ACCEPTED and booking.service.approval in (Approval.STAFF, Approval.PARTNER):
        return _("An agreed time cannot be moved online. Please contact us, or cancel and ask anew.")
    return _outside_window(booking) if booking.status == Status.ACCEPTED else _already_begun(booking)


def _why_not_retry(booking: Booking) -> str:
    if booking.status != Status.FAILED:
        return _("There is nothing to try again.")
    if booking.failure_code not in CUSTOMER_MAY_RETRY:
        return _("This cannot be tried again online. Please contact us.")
    return _already_begun(booking)


def _why_not_resend(booking: Booking) -> str:
    if booking.status == Status.DRAFT or not booking.messages.exists():
        return _("No message has been written yet.")
    return copies.wait(booking)


def _why_not_address(booking: Booking) -> str:
    if booking.merged_into:
        return _("Nothing more is written about it: your other booking counts.")
    if booking.status == Status.DRAFT:
        return _("No message has been written yet.")
    if timezone.now() > booking.ends_at + STILL_WRITTEN_TO:
        return _("The appointment is over; nothing more will be written about it.")
    return ""


def _outside_window(booking: Booking) -> str:
    if timezone.now() <= cancel_until(booking):
        return ""
    return _("This was possible online until %(when)s. Please contact %(place)s.") % {
        "when": _moment(booking, cancel_until(booking)),
        "place": booking.location.name,
    }


def _too_late(booking: Booking) -> str:
    """Until when it could be changed online; the same for what never could be because it begins so soon."""
    if booking.status != Status.ACCEPTED or not _outside_window(booking):
        return ""
    until = cancel_until(booking)
    said = {"when": _moment(booking, until), "place": booking.location.name}
    if until <= booking.created_at:
        soon = _("It begins so soon that it cannot be cancelled online.")
        return " ".join([soon, _("Please contact %(place)s to change anything.") % said])
    return _("It could be moved or cancelled online until %(when)s. Please contact %(place)s.") % said


def _already_begun(booking: Booking) -> str:
    return "" if timezone.now() < booking.starts_at else _("The time of this booking has begun.")


def _held(booking: Booking) -> Explanation:
    until = {"when": _soon(booking, booking.stale_after)}
    if _has_run_out(booking):
        return _held_no_more(booking, until)
    step = _("The time is held until %(when)s.") % until
    if is_offer(booking):
        text = _("You were on the wait list for it. Nothing is booked yet: take it, or let it go.")
    else:
        text = _("Nothing is booked yet. Check what you entered, then book it.")
    return Explanation(Level.WAITING, _("This time is held for you"), text, step)


def _held_no_more(booking: Booking, until: dict[str, str]) -> Explanation:
    """The minute or so before the sweep: an offer is over, one's own time can still be had by being quick."""
    if is_offer(booking):
        step = _("It was held until %(when)s and is given to others.") % until
    else:
        step = _("It was held until %(when)s. You can still book it if you are quick.") % until
    return Explanation(
        Level.WAITING, _("This time is no longer held for you"), _("Nothing is booked yet."), step
    )


def _waiting(booking: Booking) -> Explanation:
    deadline = {"when": _moment(booking, booking.answer_until), "place": booking.location.name}
    match booking.waiting_for:
        case Waiting.STAFF:
            return Explanation(
                Level.WAITING,
                _("Your request has been received"),
                _("The time is held for you. %(place)s has to agree before it is confirmed.") % deadline,
                _("You will have an answer by %(when)s; without one the request ends and you are told.")
                % deadline,
            )
        case Waiting.PAYMENT:
            return Explanation(
                Level.WAITING,
                _("Your booking waits for its payment"),
                _("The time is held for you. %(place)s confirms it when the payment has arrived.") % deadline,
                _how_to_pay(booking, deadline["when"]),
            )
        case Waiting.PARTNER:
            return Explanation(
                Level.WAITING,
                _("Your booking waits for a partner's answer"),
                _("The time is held for you until our partner has answered."),
                _("You will have an answer by %(when)s.") % deadline,
            )
    if booking.stale_after and booking.stale_after < timezone.now():
        return Explanation(
            Level.WAITING,
            _("Your booking has been received"),
            _("Confirming it takes longer than it should. It is safe with us and the time is yours."),
            _("We see the delay too. This page shows the answer; you need not book again."),
        )
    return Explanation(
        Level.WAITING,
        _("Your booking has been received"),
        _("The time is reserved for you. We are confirming it now."),
        _("This usually takes a few seconds. This page shows the answer."),
    )


def _how_to_pay(booking: Booking, until: str) -> str:
    """What is to be paid, until when and how: what the place says about it, on lines of its own."""
    amount = booking.deposit or booking.price
    step = _("Please pay by %(when)s; the time is held until then.") % {"when": until}
    if amount:
        currency = booking.currency or booking.location.currency
        step = _("Please pay %(amount)s by %(when)s; the time is held until then.") % {
            "amount": money.spoken_price(amount, currency, language.of_reader(booking.location)),
            "when": until,
        }
    if booking.location.how_to_pay:
        return f"{step}\n{booking.location.how_to_pay}"
    how = _("%(place)s tells you how.") % {"place": booking.location.name}
    return f"{step} {how}"


def _completed(booking: Booking) -> Explanation:
    text = _("It was marked as missed.") if booking.no_show else _("Thank you for coming.")
    return Explanation(Level.OVER, _("This appointment is over"), text, _("There is nothing left to do."))


def _cancelled(booking: Booking) -> Explanation:
    if was_never_sent(booking):
        return Explanation(
            Level.OVER,
            _("Nothing is booked"),
            _("The time was held for you until you let it go, or until the hold ran out."),
            _("You can still book the time, if it is free."),
        )
    place = {"place": booking.location.name}
    if booking.merged_into:
        return _merged(booking, booking.merged_into)
    text = {
        "customer": _("You cancelled this booking."),
        "staff": _("%(place)s cancelled this booking.") % place,
        "schedule": _("The time was released because the booking was not finished."),
    }.get(booking.cancelled_by, _("This booking was cancelled."))
    if booking.cancelled_by == "staff" and booking.cancel_reason:
        reason = _("Reason: %(reason)s") % {"reason": booking.cancel_reason}
        text = f"{text} {reason}"
    return Explanation(
        Level.OVER,
        _("This booking is cancelled"),
        text,
        _("The time is free again. You can book another one."),
    )


def _merged(booking: Booking, into: Booking) -> Explanation:
    counts = {"reference": into.reference, "place": booking.location.name}
    return Explanation(
        Level.OVER,
        _("This booking was merged with your other one"),
        _("You had booked the same twice. %(place)s made one booking of both, with all that you told us.")
        % counts,
        _("What counts is %(reference)s: its own page shows how it stands.") % counts,
    )


def _failed(booking: Booking) -> Explanation:
    reason = {
        FailureCode.TIME_TAKEN: _("The time you asked for was given to somebody else."),
        FailureCode.PAYMENT_DECLINED: _("The payment was not made or was declined."),
        FailureCode.PAYMENT_UNKNOWN: _(
            "We could not find out whether the payment was made. We are looking into it."
        ),
        FailureCode.PARTNER_DECLINED: _("Our partner could not take the booking."),
        FailureCode.CONFIRMATION_EXPIRED: _(
            "There was no answer in time, so the request ended as announced."
        ),
        FailureCode.PROCESSING_ERROR: _("Something went wrong on our side. It is not your fault."),
    }.get(FailureCode(booking.failure_code), _("Something went wrong on our side."))
    if not _why_not_retry(booking):
        step = _("Nothing is booked. You can try again below, or choose another time.")
    else:
        step = _("Nothing is booked. Please choose another time or contact %(place)s.") % {
            "place": booking.location.name
        }
    return Explanation(Level.TROUBLE, _("Your booking did not work out"), reason, step)


def _soon(booking: Booking, moment: datetime | None) -> str:
    """The time alone where it is today's."""
    zone = booking.location.zone
    if moment and moment.astimezone(zone).date() == timezone.now().astimezone(zone).date():
        return language.spoken(moment, booking.location).time
    return _moment(booking, moment)


def _moment(booking: Booking, moment: datetime | None) -> str:
    if moment is None:
        moment = booking.created_at + timedelta(seconds=settings.HOLDFAST.draft_hold_seconds)
    spoken = language.spoken(moment, booking.location)
    return f"{spoken.date}, {spoken.time}"
