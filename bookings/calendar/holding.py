"""Keeps a time while somebody is on the telephone, and makes the booking of it that they come to."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from django.conf import settings

from bookings import attending, drafts
from bookings.attending import Hand
from bookings.booking import Booking
from bookings.changes import Changed
from bookings.intake import Recorded, Submission
from bookings.places import Location
from operations import intents
from operations.workflow import Operation, Source


def hold(request: intents.Request, submission: Submission, by: Operation, own: str = "") -> Recorded:
    """Hold the time for `call_hold_seconds`; a name may come later, whoever has the time has it.

    Raises what `drafts.hold` does.
    """
    seconds = settings.HOLDFAST.call_hold_seconds
    return drafts.hold(request, submission, source=Source.DESK, own=own, by=by, seconds=seconds)


def book(request: intents.Request, submission: Submission, by: Operation, own: str) -> Recorded:
    """Book what the form says, of the time that is held where one is (`own` is its token)."""
    seconds, submit = settings.HOLDFAST.call_hold_seconds, partial(_submit, by)
    return drafts.book(
        request, submission, source=Source.DESK, submit=submit, own=own, by=by, seconds=seconds
    )


def _submit(by: Operation, request: intents.Request, draft: Booking) -> Changed:
    assert by.user_id is not None
    hand = Hand(
        request=replace(request, scope=attending.SUBMITTING.scope),
        version=draft.version,
        user_id=by.user_id,
        reason=by.reason,
    )
    return attending.do(attending.SUBMITTING, draft.pk, hand)


def find(location: Location, number: str) -> Booking | None:
    """The time that is held at the desk of this place under this number, or was until it ran out."""
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    begun = Booking.objects.never_sent().filter(wait_entry__isnull=True, source=Source.DESK)
    return begun.select_related("service", "resource").filter(pk=int(number), location=location).first()
