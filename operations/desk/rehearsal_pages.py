"""Rehearsals as pages and presses: what can be broken, what goes on, and the debriefs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from operations import intents, rehearsals, rehearsing, repair
from operations.desk import names, permits
from operations.desk.permits import User
from operations.errors import Refusal
from operations.history import Actor, Operation, Source
from operations.rehearsals import Drill, NotPossible
from operations.rehearsing import Rehearsal
from operations.transactions import use_case

START, NOTICE, END, CLEAR = "start", "notice", "end", "clear"
SCOPE = "desk:rehearsal"
HISTORY_COUNT = 20


@dataclass(frozen=True)
class Held:
    """A rehearsal with the name of who held it."""

    rehearsal: Rehearsal
    who: str


class Impossible(Refusal):
    """Raised where this fault cannot be made here; the text says why."""

    code = "drill_not_possible"


def listed(user: User) -> dict[str, Any]:
    """Everything that the page of all rehearsals shows."""
    held = list(Rehearsal.objects.order_by("-pk")[:HISTORY_COUNT])
    people = names.of(each.started_by_id for each in held)
    return {
        "drills": list(rehearsals.drills().values()),
        "is_demo": settings.DEMO,
        "why_not": "" if settings.DEMO else str(rehearsing.NotHere.message),
        "going_on": Rehearsal.objects.going_on().first(),
        "held": [Held(each, people[each.started_by_id]) for each in held],
        "may_rehearse": permits.may_rehearse(user),
        "lasts_seconds": int(rehearsing.LASTS.total_seconds()),
    }


def start(request: intents.Request, drill: Drill, user: User) -> Rehearsal:
    """Hold it once per request id; a repeat gives the same one.

    Raises rehearsing.NotHere, rehearsing.UnderWay, Impossible and what `intents.claim` raises.
    """
    rehearsal, is_repeat = _begin(request, drill, user)
    if not is_repeat:
        try:
            rehearsing.hold(rehearsal, drill)
        except NotPossible as reason:
            raise Impossible(str(reason)) from reason
    return rehearsal


def act(request: intents.Request, wanted: str, rehearsal: Rehearsal, user: User) -> bool:
    """Notice, end or clear it, once per request id; False when it had been done before."""
    operation = _operation(request.key, user)
    if not _claim(request, wanted, rehearsal, operation):
        return False
    assert user.pk is not None
    match wanted:
        case "notice":
            rehearsing.notice(rehearsal)
        case "end":
            rehearsing.end(rehearsal, user.pk)
        case "clear":
            rehearsing.clear(rehearsal, operation)
    return True


def refuse(key: UUID, wanted: str, user: Any, why: str = repair.DENIED) -> None:
    """Keep that a rehearsal was wanted and not held."""
    repair.record_refused_making(Rehearsal, wanted, _operation(key, user), why)


@use_case
def _begin(request: intents.Request, drill: Drill, user: User) -> tuple[Rehearsal, bool]:
    assert user.pk is not None
    claim = intents.claim(request, {"drill": drill.code})
    if not claim.won:
        found = Rehearsal.objects.filter(pk=claim.intent.subject_id or 0).first()
        if found is None:  # it could not be held, and was taken back
            raise Impossible(str(drill.title))
        return found, True
    rehearsal = rehearsing.begin(drill, user.pk)
    repair.record_press(rehearsal, START, _operation(request.key, user), repair.Result.APPLIED)
    claim.intent.settle(rehearsal, START)
    return rehearsal, False


@use_case
def _claim(request: intents.Request, wanted: str, rehearsal: Rehearsal, operation: Operation) -> bool:
    claim = intents.claim(request, {"rehearsal": rehearsal.pk, "act": wanted})
    if claim.won:
        repair.record_press(rehearsal, wanted, operation, repair.Result.APPLIED)
        claim.intent.settle(rehearsal, wanted)
    return claim.won


def _operation(key: UUID, user: Any) -> Operation:
    return Operation(
        actor=Actor.STAFF,
        source=Source.DESK,
        reason=_("a rehearsal"),
        request_id=key,
        user_id=user.pk,
    )
