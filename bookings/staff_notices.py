"""Tells a place by mail what its customers did by themselves, where it wants to know."""

from __future__ import annotations

from bookings import messages
from bookings.booking import Booking
from bookings.letters import BOOKED, CANCELLED_ONLINE, MOVED
from operations.workflow import Operation, Source

__all__ = ["BOOKED", "CANCELLED_ONLINE", "MOVED", "tell"]

BY_CUSTOMERS = frozenset({Source.WEB, Source.API})


def tell(booking: Booking, kind: str, operation: Operation) -> None:
    """Queue the notice of what a customer did; what staff wrote down themselves they know.

    A booking is confirmed by a worker, so that whose it is counts there, and who acts everywhere else.
    """
    source = booking.source if kind == BOOKED else operation.source
    if booking.location.staff_notices and source in BY_CUSTOMERS:
        messages.tell_staff(booking, kind, operation)
