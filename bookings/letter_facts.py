"""What a place's own texts may name in braces, and what stands for it in one letter."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from bookings import money, when
from bookings.booking import Booking, Status
from bookings.correspondence import Enquiry
from bookings.places import Location
from bookings.waitlist import words
from bookings.waitlist.entry import WaitEntry

OF_PLACE = ("place", "address", "phone")
OF_BOOKING = (
    *("name", "service", "person", "date", "time", "end", "when", "zone", "reference"),
    *("price", "deposit", "how_to_pay", "deadline", "reason"),
)
OF_WAITING = ("name", "reference", "service", "person", "wanted")
OF_ENQUIRY = ("name", "reference", "question", "answer")


def names(kind: str) -> frozenset[str]:
    """What may stand in braces in messages of this kind."""
    if kind == "wait_list_joined":
        return frozenset((*OF_PLACE, *OF_WAITING))
    return frozenset((*OF_PLACE, *(OF_ENQUIRY if kind.startswith("enquiry_") else OF_BOOKING)))


def values(subject: Booking | Enquiry | WaitEntry, language: str) -> dict[str, str]:
    """What stands for each of these names in a letter about `subject`."""
    match subject:
        case Booking():
            own = _of_booking(subject, language)
        case Enquiry():
            own = _of_enquiry(subject)
        case _:
            own = _of_waiting(subject, language)
    return _of_place(subject.location) | own


def _of_place(location: Location) -> dict[str, str]:
    address = ", ".join(location.address.split("\n"))
    return {"place": location.name, "address": address, "phone": location.phone}


def _of_booking(booking: Booking, language: str) -> dict[str, str]:
    span = when.for_booking(booking, language)
    until = booking.stale_after if booking.status == Status.DRAFT else booking.answer_until
    deadline = when.spoken(until or booking.starts_at, booking.location.zone, language)
    online = {"address": _("Online")} if booking.service.takes_place_online else {}
    return online | {
        "name": booking.name,
        "service": booking.service.name,
        "person": booking.resource.name if booking.resource else "",
        "date": span.start.date,
        "time": span.start.time,
        "end": span.end.time if span.is_on_one_day else f"{span.end.date}, {span.end.time}",
        "when": f"{span.start.date}, {span.start.time}",
        "zone": span.start.zone,
        "reference": booking.reference,
        "price": _price(booking, booking.price, language),
        "deposit": _price(booking, booking.deposit, language),
        "how_to_pay": booking.location.how_to_pay,
        "deadline": f"{deadline.date}, {deadline.time}",
        "reason": booking.cancel_reason,
    }


def _price(booking: Booking, amount: Decimal | None, language: str) -> str:
    return "" if amount is None else money.spoken_price(amount, booking.currency, language)


def _of_enquiry(enquiry: Enquiry) -> dict[str, str]:
    return {
        "name": enquiry.name,
        "reference": enquiry.reference,
        "question": enquiry.text,
        "answer": enquiry.answer,
    }


def _of_waiting(entry: WaitEntry, language: str) -> dict[str, str]:
    return {
        "name": entry.name,
        "reference": entry.reference,
        "service": entry.service.name,
        "person": entry.resource.name if entry.resource else "",
        "wanted": words.wanted(entry, language),
    }
