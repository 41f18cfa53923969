"""What a text message about a booking says, and to which number it goes: only where the place wants it."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from bookings import letters, phones, reminders, when
from bookings.booking import Booking
from bookings.places import Location
from notifications import gathering, segments
from notifications.models import Delivery
from notifications.sms import MOST_SEGMENTS
from operations.errors import OvertakenError

KINDS = frozenset(
    {"confirmation", "moved", "changed", "cancelled_by_staff", "wait_list_offer", reminders.REMINDER}
)
FOR_WANT_OF_MAIL = frozenset({"merged"})  # nothing urgent: only to those who have no address
COMPOSED = KINDS | FOR_WANT_OF_MAIL
LONGEST_NAMES = (120, 40, 20)  # characters of the service's and the place's name, until it fits
SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " "})  # each would double the price


def are_sent(location: Location) -> bool:
    """Whether the place sends text messages, and there is a gateway that takes them."""
    return location.text_messages and bool(settings.SMS_URL)


def recipient(booking: Booking) -> str:
    """The number that text messages go to, or "" where none are sent."""
    return written_out(booking.phone, booking.location) if are_sent(booking.location) else ""


def written_out(typed: str, location: Location) -> str:
    """The number with its country, the place's unless it names one; as typed when it is no number.

    That message cannot leave then, and staff see it and correct the number.
    """
    return phones.e164(typed, location.country) or typed


def compose(delivery: Delivery) -> str:
    """A line with the link to the booking's page; raises OvertakenError when the booking has moved on."""
    message = gathering.told(delivery, letters.about)
    booking = message.booking
    if delivery.kind == reminders.REMINDER:
        reminders.refuse_overtaken(delivery, message)
    if booking.status not in letters.TRUE_WHILE[delivery.kind] or message.revision < booking.revision:
        raise OvertakenError("The booking has changed since.")
    with override(delivery.language):
        texts = [_text(delivery, booking, longest) for longest in LONGEST_NAMES]
    return next((text for text in texts if segments.count(text) <= MOST_SEGMENTS), texts[-1])


def _text(delivery: Delivery, booking: Booking, longest: int) -> str:
    facts = {
        "service": _shortened(booking.service.name, longest),
        "place": _shortened(booking.location.name, longest),
        "when": when_in_words(booking, delivery.language),
        "until": _held_until(booking, delivery.language),
        "link": f"{settings.HOLDFAST_URL}/b/{booking.token}/?m={delivery.uid}",
    }
    text = _words(delivery.kind) % facts
    if delivery.may_be_duplicate:
        text = _("You may already have this: %(text)s") % {"text": text}
    return text.translate(SPACES)


def _words(kind: str) -> str:
    match kind:
        case "moved":
            return _("New time: %(service)s at %(place)s, %(when)s. %(link)s")
        case "changed":
            return _("Changed: %(service)s at %(place)s, %(when)s. %(link)s")
        case "cancelled_by_staff":
            return _("Cancelled: %(service)s at %(place)s, %(when)s, does not take place. %(link)s")
        case "wait_list_offer":
            return _("Free now: %(service)s at %(place)s, %(when)s. Held for you until %(until)s: %(link)s")
        case "merged":
            return _("One booking instead of two: %(service)s at %(place)s, %(when)s. %(link)s")
        case reminders.REMINDER:
            return _("Reminder: %(service)s at %(place)s, %(when)s. %(link)s")
    return _("Confirmed: %(service)s at %(place)s, %(when)s. %(link)s")


def when_in_words(booking: Booking, language: str) -> str:
    """The words of page and mail; the zone only where the clock shows this time twice."""
    start = when.for_booking(booking, language).start
    local = booking.starts_at.astimezone(booking.location.zone)
    return str(start) if when.happens_twice(local) else f"{start.date}, {start.time}"


def _held_until(booking: Booking, language: str) -> str:
    """By the clock alone where it is today: an offer is short."""
    held = when.spoken(booking.stale_after or booking.starts_at, booking.location.zone, language)
    today = when.spoken(timezone.now(), booking.location.zone, language)
    return held.time if held.date == today.date else f"{held.date}, {held.time}"


def _shortened(name: str, longest: int) -> str:
    return name if len(name) <= longest else f"{name[: longest - 3].rstrip()}..."
