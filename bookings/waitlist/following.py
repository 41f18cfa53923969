"""What bookings mean for the wait list: an offer ends with its draft, and what is left can be offered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bookings.booking import Booking, Status
from bookings.waitlist.entry import FreedDay, WaitEntry, WaitStatus
from bookings.waitlist.offering import TOPIC
from operations import queue, workflow
from operations.workflow import Actor, Event, Operation, Source

FREEING = frozenset({"cancel", "merge", "let_go", "fail", "move", "change", "revise"})
ENDING = {Actor.CUSTOMER: "decline", Actor.STAFF: "leave"}


def observe() -> None:
    """Follow every booking, in the transaction of each change."""
    workflow.observe(Booking, follow)


def follow(booking: Any, event: Event) -> None:
    """Settle the offer that this booking was, and have somebody look at the time that it leaves."""
    if event.from_status == Status.DRAFT:
        _settle(booking, event)
    if event.transition in FREEING:
        _look(booking, event)


def _settle(booking: Booking, event: Event) -> None:
    offered = WaitEntry.objects.filter(booking=booking, status=WaitStatus.OFFERED)  # unless staff ended it
    entry = offered.select_for_update(of=("self",)).first()
    if entry is None:
        return
    ending = "take" if booking.status == Status.SUBMITTED else ENDING.get(Actor(event.actor), "expire")
    workflow.perform(entry, ending, _same(event))


def _look(booking: Booking, event: Event) -> None:
    """Have a worker look who waits at this place around the time that was left."""
    left = event.details.get("from", booking.local_start)
    day = datetime.fromisoformat(left).date()
    if WaitEntry.objects.around(booking.location_id, day).exists():
        FreedDay.objects.create(location_id=booking.location_id, day=day)
        queue.wake(TOPIC)


def _same(event: Event) -> Operation:
    """Whoever moved the booking moves the entry."""
    return Operation(
        actor=Actor(event.actor),
        source=Source(event.source),
        reason=event.reason,
        request_id=event.request_id,
        user_id=event.user_id,
        id=event.operation_id,
    )
