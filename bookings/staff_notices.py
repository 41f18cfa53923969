"""Tells a place by mail what its customers did by themselves, where it wants to know."""

from __future__ import annotations

from bookings import messages
from bookings.booking import Booking
from bookings.letters import BOOKED, CANCELLED_ONLINE, MOVED
from operations.workflow import Operation, Source

__all__ = ["BOOKED", "CANCELLED_ONLINE", "MOVED", "tell"]

BY_CUSTOMERS = frozenset({Source.WEB, Source.API})


def tell(booking: Booking, kind: str, operation: Operation) -> None:
    """Queue the notice of a booking that its customer made; what staff wrote down themselves they know."""
    if booking.location.staff_notices and booking.source in BY_CUSTOMERS:
        messages.tell_staff(booking, kind, operation)
