"""Runs a rule: one record after the other, each in a transaction of its own, oldest first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from operations import board, heartbeat
from operations.history import Actor, Operation, Source
from operations.transactions import limit_lock_waits

if TYPE_CHECKING:
    from operations.retention.rules import Rule

log = structlog.get_logger("holdfast.retention")
BATCH = 200
LIMIT_SECONDS = 3600
SHARE_OF_LIMIT = 0.8  # the next turn begins where this one ends, never beside it


class SomeLeft(Exception):
    """Raised when records could not be forgotten; the others are."""


def run(rule: Rule) -> int:
    """Forget what is due, at most `retention_rows_count` records; returns how many.

    A record that cannot be forgotten is left for the next night and holds up no other one; that there
    was one is raised at the end, so that the ledger shows it. Names no person in logs and errors.
    """
    forgotten, failed = 0, list[str]()
    for pk in _candidates(rule, time.monotonic()):
        try:
            forgotten += forget_one(rule, pk, _by_schedule(rule))
        except Exception as error:
            log.error("a record cannot be forgotten", rule=rule.code, record=pk, error=type(error).__name__)
            failed.append(f"{rule.model._meta.label_lower} {pk} ({type(error).__name__})")
        if forgotten >= settings.HOLDFAST.retention_rows_count:
            break
    if failed:
        raise SomeLeft(
            f"{forgotten} were forgotten, {len(failed)} could not be: {', '.join(failed[:5])}. "
            "Each is tried again in the next run."
        )
    return forgotten


def forget_one(rule: Rule, pk: int, operation: Operation) -> bool:
    """Forget one record if it still is due and nothing keeps it; says whether it did. Repeating is safe."""
    with transaction.atomic():
        limit_lock_waits()
        # Lock first, judge afterwards: whoever has it in hand now may open a matter about it.
        lock = rule.model._base_manager.select_for_update(skip_locked=True, of=("self",))
        if lock.filter(pk=pk).first() is None:
            return False
        record = rule.due().filter(pk=pk).first()
        if record is None or rule.keeps([record]):
            return False
        rule.forget(record, operation)
    return True


def _candidates(rule: Rule, begun: float) -> Iterator[int]:
    """The due records that nothing keeps, read in batches by the order of the index."""
    position = Q()
    while batch := list(rule.due().filter(position)[:BATCH]):
        kept = rule.keeps(batch)
        for record in batch:
            if record.pk in kept:
                continue
            if _is_over(begun):
                return
            heartbeat.beat(silent_for_seconds=60)
            yield record.pk
        last = batch[-1]
        position = _after(rule, last)


def _after(rule: Rule, last: Any) -> Q:
    moment = getattr(last, rule.since_at)
    return Q(**{f"{rule.since_at}__gt": moment}) | Q(**{rule.since_at: moment, "pk__gt": last.pk})


def _is_over(begun: float) -> bool:
    return board.board().is_stopping or time.monotonic() - begun > LIMIT_SECONDS * SHARE_OF_LIMIT


def _by_schedule(rule: Rule) -> Operation:
    return Operation(actor=Actor.SCHEDULE, source=Source.SCHEDULE, reason=rule.title)
