"""Keeps a time while somebody is on the telephone, and makes the booking of it that they come to."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.conf import settings

from bookings import attending, drafts, intake
from bookings.attending import Hand
from bookings.booking import Booking, Status
from bookings.intake import Recorded, Submission
from bookings.places import Location
from operations import intents
from operations.errors import StaleRecord
from operations.workflow import Operation, Source

HELD = "held"
TRIES = 8


def hold(request: intents.Request, submission: Submission, by: Operation, own: str = "") -> Recorded:
    """Hold the time for `call_hold_seconds`; a name may come later, whoever has the time has it.

    A form whose hold is over holds it anew, once, however often it is sent. Raises what `drafts.hold` does.
    """
    seconds = settings.HOLDFAST.call_hold_seconds
    try:
        return drafts.hold(request, submission, source=Source.DESK, own=own, by=by, seconds=seconds)
    except drafts.HoldOver as over:
        again = replace(request, key=uuid.uuid5(request.key, over.booking.token))
        return drafts.hold(again, submission, source=Source.DESK, own=own, by=by, seconds=seconds)


def book(request: intents.Request, submission: Submission, by: Operation, own: str) -> Recorded:
    """Book what the form says, of the time that is held where one is (`own` is its token).

    Whoever goes back to the form that held it books the same draft. Raises what `intake.submit` does.
    """
    for _try in range(TRIES - 1):
        try:
            return _book(request, submission, by, own)
        except StaleRecord:  # the same press came twice and wrote into the draft in between: look again
            continue
    return _book(request, submission, by, own)


def _book(request: intents.Request, submission: Submission, by: Operation, own: str) -> Recorded:
    try:
        if own:
            recorded = hold(request, submission, by, own)
        else:
            recorded = intake.submit(request, submission, source=Source.DESK, by=by)
    except intents.KeyReused as refusal:
        if refusal.intent.outcome != HELD or intake.booking_of(refusal.intent).status != Status.DRAFT:
            raise
        recorded = hold(request, submission, by)
    return recorded if recorded.booking.status != Status.DRAFT else _submit(request, recorded, by)


def _submit(request: intents.Request, held: Recorded, by: Operation) -> Recorded:
    assert by.user_id is not None
    hand = Hand(
        request=replace(request, scope=attending.SUBMITTING.scope),
        version=held.booking.version,
        user_id=by.user_id,
        reason=by.reason,
    )
    changed = attending.do(attending.SUBMITTING, held.booking.pk, hand)
    return replace(held, booking=changed.booking, is_repeat=changed.is_repeat)


def find(location: Location, number: str) -> Booking | None:
    """The time that is held at the desk of this place under this number, or was until it ran out."""
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    begun = Booking.objects.never_sent().filter(wait_entry__isnull=True, source=Source.DESK)
    return begun.select_related("service", "resource").filter(pk=int(number), location=location).first()
