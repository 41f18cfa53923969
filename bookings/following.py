"""Lets a customer's row follow the address or number that was corrected, so that no wrong one is left."""

from __future__ import annotations

from contextlib import suppress

from django.db import IntegrityError, transaction

from bookings import customers, erasure
from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.customer import Customer
from operations.transactions import require_transaction


def follow(booking: Booking | Enquiry, known: Customer | None) -> None:
    """Lead the row under which this booking or enquiry was noted to where its customer is known by now.

    It stays while anything else is under the wrong key, and with what staff pressed if it is older than
    that: it may be of somebody else then, whose address was given in error.
    """
    require_transaction()
    row = known and Customer.objects.select_for_update(of=("self",)).filter(pk=known.pk).first()
    if not row or erasure.named().filter(pk=row.pk).exists():
        return
    key, there = booking.email or booking.phone_key, customers.of(booking)
    if key and there is None and (_is_bare(row) or row.created_at >= booking.created_at):
        _lead(row, booking)
    elif _is_bare(row) and row != there:
        row.delete()


def _lead(row: Customer, booking: Booking | Enquiry) -> None:
    row.email = booking.email.lower()
    row.phone, row.phone_key = ("", "") if row.email else (booking.phone, booking.phone_key)
    with suppress(IntegrityError), transaction.atomic():  # another booking's customer was noted just now
        row.save(update_fields=["email", "phone", "phone_key"])


def _is_bare(row: Customer) -> bool:
    """Whether nobody has done anything with it: it is a name and a key."""
    return not (row.presses or row.merged_into_id or row.merged.exists())
