"""Whether two bookings are one person's, and which booking counts in place of one that was merged."""

from __future__ import annotations

from bookings import phones
from bookings.booking import Booking


def same_person(one: Booking, other: Booking) -> bool:
    """Whether both were made under one e-mail address; one telephone number, where neither has one."""
    if one.email or other.email:
        return one.email.lower() == other.email.lower()
    return bool(one.phone) and _number(one) == _number(other)


def what_counts(booking: Booking) -> Booking | None:
    """The booking whose page whoever has this one's link may be led to, if it was merged into another.

    None where the two are under different addresses by now: a link must not lead to somebody else's page.
    """
    found = None
    while booking.merged_into and same_person(booking, booking.merged_into):
        found = booking = booking.merged_into
    return found


def _number(booking: Booking) -> str:
    return phones.key(booking.phone, phones.country_of(booking.location))
