"""Lets a drill, and nothing else, get in the way of one booking's processing; only in a demonstration."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import timezone

from bookings.booking import Booking

MARK = "(rehearsal)"  # no question has such a code, and programs are refused it


class Fault(StrEnum):
    STUCK = "stuck"
    ERROR = "error"


class Rehearsed(Exception):
    """Raised by `is_stuck` where a drill wants processing to fail."""


def mark(fault: Fault | None = None, until: datetime | None = None) -> dict[str, Any]:
    """The answers of a booking that a rehearsal makes, and that is to go wrong until then."""
    return {MARK: {"fault": fault, "until": until.isoformat()} if fault and until else {}}


def is_marked(booking: Booking) -> bool:
    """Whether a rehearsal made it; outside a demonstration there are none."""
    return settings.DEMO and MARK in booking.answers


def is_stuck(booking: Booking) -> bool:
    """Whether a drill wants the worker to pass this booking by; raises Rehearsed where it is to fail."""
    wanted = booking.answers.get(MARK) if settings.DEMO else None
    if not wanted or datetime.fromisoformat(wanted["until"]) < timezone.now():
        return False
    if wanted["fault"] == Fault.ERROR:
        raise Rehearsed("A rehearsal made this fail.")
    return True
