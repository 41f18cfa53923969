"""Makes due what is due: wakes sleeping work and applies the remedies that need no person."""

from __future__ import annotations

import structlog
from django.conf import settings

from operations import heartbeat, queue, recovery, repair, turns
from operations.history import Actor, Operation, Source

log = structlog.get_logger("holdfast.sweeps")
SWEEP = "sweep"


def sweep() -> int:
    """Treat everything that has become due, one row at a time; returns how many rows were moved.

    It changes state and wakes workers, it never talks to the outside. A condition that cannot be read
    stops no other; its error is raised when the rest is done.
    """
    moved, failures = 0, []
    for condition, remedy in _automatic():
        try:
            moved += _treat(condition, remedy)
        except Exception as error:
            log.exception("a condition cannot be swept", condition=condition.code, remedy=remedy.code)
            failures.append(error)
    queue.wake_due()
    if failures:
        raise failures[0]
    return moved


def _automatic() -> list[tuple[recovery.Condition, recovery.Remedy]]:
    return [
        (condition, remedy)
        for condition in recovery.conditions().values()
        for remedy in condition.remedies
        if remedy.due_by_itself
    ]


def _treat(condition: recovery.Condition, remedy: recovery.Remedy) -> int:
    """Batch after batch; a row that does not move is left behind and holds up nobody."""
    moved, left_behind = 0, set[int]()
    while not turns.is_over() and (ids := _due(condition, remedy, left_behind)):
        by_schedule = Operation(actor=Actor.SCHEDULE, source=Source.SCHEDULE, reason=str(remedy.title))
        for pk in ids:
            heartbeat.beat()
            (outcome,) = repair.apply(condition, remedy, [pk], by_schedule)
            if outcome.result == repair.Result.APPLIED:
                moved += 1
            else:
                left_behind.add(pk)
    return moved


def _due(condition: recovery.Condition, remedy: recovery.Remedy, left_behind: set[int]) -> list[int]:
    assert remedy.due_by_itself is not None
    due = remedy.due_by_itself(condition.ordered()).exclude(pk__in=left_behind)
    return list(due.values_list("pk", flat=True)[: settings.HOLDFAST.recovery_batch_count])
