"""The hand-over of a shift as pages and presses: what is open, three answers, and taking over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from operations import impact, intents, reach
from operations.desk import names, permits, shift
from operations.desk.permits import User
from operations.incidents import Incident
from operations.people import handovers
from operations.people.claims import Claim
from operations.people.handovers import HandOver
from operations.transactions import use_case

LEAVE, TAKE = "desk:handover:leave", "desk:handover:take"
HISTORY_COUNT = 20
LOOKED_THROUGH = 200  # so many of the newest, for somebody who is not shown all of them
SHIFT = timedelta(hours=12)
WATCH_COUNT, WATCH_CAP = 5, 20
GLANCE_CAP = 200  # failures of each that are looked at, where many pages show it


@dataclass(frozen=True)
class Left:
    """A hand-over with the names of both sides and what still is the giver's to give."""

    left: HandOver
    who: str
    taker: str = ""
    still_held: int = 0


def shift_begins(user_id: int) -> datetime:
    """When this person's shift began: with their last take-over within 12 hours, else 12 hours ago."""
    longest = timezone.now() - SHIFT
    taken = HandOver.objects.filter(taken_by_id=user_id, taken_at__gt=longest)
    last: datetime | None = taken.aggregate(last=Max("taken_at"))["last"]
    return last or longest


def waiting(user: User) -> list[Left]:
    """What was handed over to this person too and nobody has taken yet, newest first."""
    listed = _newest(user, HandOver.objects.filter(taken_at__isnull=True))
    people = names.of(left.user_id for left in listed)
    held = Claim.objects.in_force().filter(user_id__in=[left.user_id for left in listed])
    begun = list(held.values_list("user_id", "at"))
    return [
        Left(
            left,
            people[left.user_id],
            still_held=sum(user_id == left.user_id and at <= left.at for user_id, at in begun),
        )
        for left in listed
    ]


def history(user: User) -> list[Left]:
    """The last hand-overs that were taken, of those that concern this person."""
    listed = _newest(user, HandOver.objects.filter(taken_at__isnull=False))
    people = names.of([each for left in listed for each in (left.user_id, left.taken_by_id)])
    return [Left(left, people[left.user_id], people.get(left.taken_by_id or 0, "")) for left in listed]


def watched(user: User) -> list[impact.Told]:
    """The kinds of failure of the last day that nobody has closed, worst first."""
    recent = Incident.objects.open().filter(seen_at__gt=timezone.now() - timedelta(days=1))
    newest = recent.order_by("-seen_at")[:WATCH_CAP]
    listed = [each for each in newest if permits.may_view_everywhere(user, each.model)]
    return impact.tell(listed, cap=GLANCE_CAP)[:WATCH_COUNT]


def page(user: User) -> dict[str, Any]:
    """Everything that the page of the hand-over shows."""
    assert user.pk is not None
    own = HandOver.objects.filter(user_id=user.pk, taken_at__isnull=True).first()
    return {
        "mine": shift.taken(user, by=user.pk),
        "everybody": shift.taken(user),
        "promised": shift.promised(user),
        "watched": watched(user),
        "waiting": [each for each in waiting(user) if each.left.user_id != user.pk],
        "own": own,
        "history": history(user),
        "answer_length": handovers.ANSWER_LENGTH,
        "leave_id": intents.issue(),
        "may_work": permits.may_work(user),
    }


@use_case
def leave(request: intents.Request, user: User, answers: Mapping[str, str]) -> bool:
    """Hand over once per request id; True when it had been done before. Raises what `intents.claim` does."""
    assert user.pk is not None
    said = {name: answers.get(name, "") for name in handovers.ANSWERS}
    claim = intents.claim(request, said)
    if not claim.won:
        return True
    claim.intent.settle(handovers.leave(user.pk, said), "left")
    return False


@use_case
def take(request: intents.Request, user: User, pk: int) -> tuple[HandOver, bool]:
    """Take over once per request id; says also whether it had been done before.

    Raises PermissionDenied for what is about another location, and what `handovers.take` does.
    """
    assert user.pk is not None
    claim = intents.claim(request, {"handover": pk})
    left = HandOver.objects.select_for_update().get(pk=pk)
    if not _concerning(user, [left]):
        raise PermissionDenied(_("This record belongs to a location that is not yours."))
    if not claim.won:
        return left, True
    handovers.take(left, user.pk)
    claim.intent.settle(left, "taken")
    return HandOver.objects.get(pk=pk), False


def _newest(user: User, handed: QuerySet[HandOver]) -> list[HandOver]:
    cap = LOOKED_THROUGH if reach.is_limited(user) else HISTORY_COUNT
    return _concerning(user, list(handed.order_by("-at")[:cap]))[:HISTORY_COUNT]


def _concerning(user: User, handed: Sequence[HandOver]) -> list[HandOver]:
    """Those about nothing that is out of this person's reach.

    What names no record is words alone: those of whoever works nowhere else.
    """
    places = reach.places_of(user)
    if places is None:
        return list(handed)
    found = shift.records(user, {(label, pk) for left in handed for label, pk in left.listed})
    writers = get_user_model().objects.in_bulk({left.user_id for left in handed if not left.listed})
    return [
        left
        for left in handed
        if all((label, pk) in found for label, pk in left.listed)
        and (left.listed or _works_within(places, writers.get(left.user_id)))
    ]


def _works_within(places: reach.Places, writer: Any) -> bool:
    theirs = reach.places_of(writer) if writer else None
    return theirs is not None and theirs <= places
