"""Holds a time while somebody checks what they entered: a begun booking, promised to nobody yet."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import allocation, intake
from bookings.allocation import Place
from bookings.booking import Booking, Status
from bookings.changes import Changed, left_alone
from bookings.intake import Recorded, Submission
from bookings.offerings import Service
from operations import intents, workflow
from operations.errors import Refusal, StaleRecord
from operations.transactions import use_case
from operations.workflow import Operation, Source

HELD = "held"  # what became of a request that holds a time
TRIES = 8

Submit = Callable[[intents.Request, Booking], Changed]


class HoldOver(Refusal):
    """Raised within when the draft that a request made was let go meanwhile: it takes another request."""

    code = "hold_over"
    message = _("This time is not held for you any more.")

    def __init__(self, booking: Booking) -> None:
        self.booking = booking
        super().__init__()


def hold(
    request: intents.Request,
    submission: Submission,
    *,
    source: Source,
    own: str = "",
    by: Operation | None = None,
    seconds: int | None = None,
) -> Recorded:
    """Hold the time of a form, for `draft_hold_seconds` unless it says otherwise.

    The same request id holds one time, however often it comes: with other details it is the same draft that
    changes, and when its hold is over the time is held anew, once. `own` is the token of a draft that this
    form was opened from. Once submitted a draft changes no more: an equal request finds the booking, another
    raises intents.KeyReused. Raises what `intake.submit` raises.
    """
    operation = by or intake.by_customer(request, source)
    until = held_until(seconds)
    while True:
        attempt = partial(_hold, request, submission, operation, own, until)
        try:
            return intake.answer(request, submission, attempt)
        except HoldOver as over:  # the next number follows from this one, so that two presses hold one time
            request = replace(request, key=uuid.uuid5(request.key, over.booking.token))


def book(
    request: intents.Request,
    submission: Submission,
    *,
    source: Source,
    submit: Submit,
    own: str = "",
    by: Operation | None = None,
    seconds: int | None = None,
) -> Recorded:
    """Book what a form says, of the time that it holds if any; `submit` makes a booking of a draft.

    Whoever goes back to the form that held a time books the same draft. Raises what `intake.submit` raises.
    """
    attempt = partial(_book, request, submission, source, submit, own, by, seconds)
    for _try in range(TRIES - 1):
        try:
            return attempt()
        except StaleRecord:  # the same press came twice and wrote into the draft in between: look again
            continue
    return attempt()


def _book(
    request: intents.Request,
    submission: Submission,
    source: Source,
    submit: Submit,
    own: str,
    by: Operation | None,
    seconds: int | None,
) -> Recorded:
    held = partial(hold, request, submission, source=source, own=own, by=by, seconds=seconds)
    try:
        recorded = held() if own else intake.submit(request, submission, source=source, by=by)
    except intents.KeyReused as refusal:
        if refusal.intent.outcome != HELD or not intake.booking_of(refusal.intent).is_unsent:
            raise
        recorded = held()
    if not recorded.booking.is_unsent:
        return recorded
    if recorded.booking.status != Status.DRAFT:  # a repeat of the request whose hold is over
        recorded = held()
    changed = submit(request, recorded.booking)
    return replace(recorded, booking=changed.booking, is_repeat=changed.is_repeat)


def begun(token: str, service: Service) -> Booking | None:
    """What somebody began to book of this service and has not sent, whether it is still held or not."""
    unsent = Booking.objects.never_sent().filter(wait_entry__isnull=True)
    return unsent.select_related("resource").filter(token=token, service=service).first()


@use_case
def _hold(
    request: intents.Request, submission: Submission, operation: Operation, own: str, until: datetime
) -> Recorded:
    intent, is_new = _claim(request, submission)
    if not is_new:
        return _again(intent, submission, operation, until)
    if draft := _locked(own):
        return _revised(draft, submission, operation, intent, until)
    earlier = intake.asked_before(submission)
    booking = Booking(
        status=Status.DRAFT,
        request=intent,
        source=operation.source,
        stale_after=_at_most(until, submission),
        duplicate_of=earlier,
        **intake.facts(submission, _take(submission)),
    )
    workflow.begin(booking, operation, "hold", **_set_aside(submission))
    return Recorded(booking, is_repeat=False, received_at=intent.created_at)


def _claim(request: intents.Request, submission: Submission) -> tuple[intents.Intent, bool]:
    """The request, and whether it is new; what it stands for may differ from what is asked now."""
    try:
        claim = intents.claim(request, submission.payload(), outcome=HELD)
    except intents.KeyReused as refusal:
        return refusal.intent.locked(), False
    return claim.intent, claim.won


def _again(intent: intents.Intent, submission: Submission, operation: Operation, until: datetime) -> Recorded:
    """The draft that the request made, as the form says now; what became of it if it is none any more."""
    if draft := _locked(intake.booking_of(intent).token):
        return _revised(draft, submission, operation, intent, until)
    made = intake.booking_of(intent)  # as whoever held the lock has left it
    if made.is_unsent:
        raise HoldOver(made)
    if not intent.stands_for(submission.payload()):
        raise intents.KeyReused(intent)
    return intake.repeated(intent)


def held_until(seconds: int | None = None) -> datetime:
    """Until when a time is held that somebody begins to book now."""
    return timezone.now() + timedelta(seconds=seconds or settings.HOLDFAST.draft_hold_seconds)


def _at_most(until: datetime, submission: Submission) -> datetime:
    """A customer holds no time that has begun; staff write down who is in the chair already."""
    return until if submission.rules.are_of_staff else min(until, submission.start)


def _locked(token: str) -> Booking | None:
    """The draft with this token under lock; None when it is none (any more), or an offer."""
    drafts = Booking.objects.filter(token=token, status=Status.DRAFT, wait_entry__isnull=True)
    return (
        drafts.select_related("location", "service", "session", "resource")
        .select_for_update(of=("self",))
        .first()
    )


def _revised(
    draft: Booking, submission: Submission, operation: Operation, intent: intents.Intent, until: datetime
) -> Recorded:
    """The same draft with what the form says now, held anew from now."""
    earlier = intake.asked_before(submission)
    place = _place(draft, submission)
    facts = intake.facts(submission, place) | {
        "stale_after": _at_most(until, submission),
        "duplicate_of": earlier,
    }
    workflow.perform(draft, "revise", operation, facts=facts, **_set_aside(submission))
    intent.restate(submission.payload())
    intent.settle(draft, HELD)
    return Recorded(draft, is_repeat=False, received_at=intent.created_at)


def _set_aside(submission: Submission) -> dict[str, str]:
    """The rule that staff set aside for this time, for the history."""
    if not submission.rules.are_of_staff:
        return {}
    rule = allocation.rule_against(submission.service, submission.start, submission.resource)
    return {"set_aside": rule} if rule else {}


def _place(draft: Booking, submission: Submission) -> Place:
    """Its own place where that is still what is wanted; otherwise another, taken before the own is left."""
    wanted = (submission.service.pk, submission.start, submission.resource)
    own = (draft.service_id, draft.starts_at, draft.resource if draft.wants_resource else None)
    has_begun = draft.starts_at <= timezone.now() and not submission.rules.are_of_staff
    if wanted == own and not has_begun and _has_room(draft, submission.people):
        return Place(draft.session, draft.place, draft.resource)
    return _take(submission, leaving=left_alone(draft.session, draft))


def _has_room(draft: Booking, people: int) -> bool:
    """Whether so many can come beside the others of its session; the database has the last word."""
    others = Booking.objects.live().filter(session=draft.session_id).exclude(pk=draft.pk)
    coming: int = others.aggregate(coming=Sum("people"))["coming"] or 0
    return people <= draft.people or coming + people <= draft.session.capacity


def _take(submission: Submission, **leaving: Any) -> Place:
    return allocation.take(
        submission.service,
        submission.start,
        resource=submission.resource,
        people=submission.people,
        rules=submission.rules,
        **leaving,
    )
