"""Makes due what is due: wakes sleeping work and applies the remedies that need no person."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from operations import queue, recovery, repair
from operations.history import Actor, Operation, Source
from operations.work import works


def sweep() -> int:
    """Treat everything that has become due, one row at a time; returns how many rows were moved."""
    moved = sum(_treat(condition, remedy) for condition, remedy in _automatic())
    wake_due()
    return moved


def wake_due() -> None:
    """Wake a worker for each topic that has something due; it never talks to the outside itself."""
    for topic, work in works().items():
        if work.due_since():
            with transaction.atomic():
                queue.wake(topic)


def _automatic() -> list[tuple[recovery.Condition, recovery.Remedy]]:
    return [
        (condition, remedy)
        for condition in recovery.conditions().values()
        for remedy in condition.remedies
        if remedy.due_by_itself
    ]


def _treat(condition: recovery.Condition, remedy: recovery.Remedy) -> int:
    assert remedy.due_by_itself is not None
    due = remedy.due_by_itself(condition.ordered())
    ids = list(due.values_list("pk", flat=True)[: settings.HOLDFAST.recovery_batch_count])
    by_schedule = Operation(actor=Actor.SCHEDULE, source=Source.SCHEDULE, reason=str(remedy.title))
    outcomes = repair.apply(condition, remedy, ids, by_schedule)
    return sum(outcome.result == repair.Result.APPLIED for outcome in outcomes)
