"""The hand-over of a shift as pages and presses: what is open, three answers, and taking over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from operations import impact, intents
from operations.desk import names, permits, shift
from operations.desk.permits import User
from operations.incidents import Incident
from operations.people import handovers
from operations.people.claims import Claim
from operations.people.handovers import HandOver
from operations.transactions import use_case

LEAVE, TAKE = "desk:handover:leave", "desk:handover:take"
HISTORY_COUNT = 20
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


def waiting() -> list[Left]:
    """What was handed over and nobody has taken yet, newest first."""
    listed = list(HandOver.objects.filter(taken_at__isnull=True).order_by("-at")[:HISTORY_COUNT])
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


def history() -> list[Left]:
    """The last hand-overs that were taken."""
    listed = list(HandOver.objects.filter(taken_at__isnull=False).order_by("-at")[:HISTORY_COUNT])
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
        "waiting": [each for each in waiting() if each.left.user_id != user.pk],
        "own": own,
        "history": history(),
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
    """Take over once per request id; says also whether it had been done before."""
    assert user.pk is not None
    claim = intents.claim(request, {"handover": pk})
    left = HandOver.objects.get(pk=pk)
    if not claim.won:
        return left, True
    handovers.take(left, user.pk)
    claim.intent.settle(left, "taken")
    return HandOver.objects.get(pk=pk), False
