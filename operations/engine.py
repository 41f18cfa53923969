"""Claims due effects, lets somebody act on them outside any transaction, and records what came of it."""

from __future__ import annotations

# ruff: noqa: S608 - table names of our own
import random
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.apps import apps
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from operations import heartbeat, incidents, turns, workflow
from operations.attempts import Attempt, AttemptQuerySet
from operations.effects import Effect, EffectStatus, backoff
from operations.errors import DeliveryError
from operations.history import WORKER

log = structlog.get_logger("holdfast.effects")
E = TypeVar("E", bound=Effect)
T = TypeVar("T")
DATABASE_AWAY = (OperationalError, InterfaceError)
LONGEST_RETRY_AFTER_SECONDS = 86_400
RECORD_AGAIN_SECONDS = 0.5
_pace: dict[str, float] = {}  # seconds that one effect of a channel took last


class LeaseLost(Exception):
    """Raised by the hand-over mark when the lease is no longer ours: nothing may be sent."""


@dataclass(frozen=True)
class Receipt:
    """What the other side said when it accepted."""

    external_id: str = ""
    text: str = ""


# Does the thing; calls the function it is given just before the step that cannot be taken back.
Act = Callable[[E, Callable[[], None]], Receipt]
# Told each outcome (None: accepted); says whether to go on.
Observe = Callable[[E, DeliveryError | None], bool]


def work_through(
    model: type[E], channel: str, act: Act[E], observe: Observe[E] | None = None, *, limit: int = 0
) -> bool:
    """Claim one batch of a channel and act on each; True when more may be due.

    `observe` is told each outcome (None: accepted) and answers whether to go on; when it does not, or
    when the lease or the worker's turn leaves no time, the rest of the batch is handed back at no cost.
    """
    limit = _what_fits(channel, limit or settings.HOLDFAST.claim_batch_count)
    batch = claim(model, channel, limit)
    goes_on = True
    for effect in batch:
        if goes_on and _has_time_left(effect) and not turns.is_over():
            began_at = time.monotonic()
            goes_on = attempt(effect, act, observe)
            _pace[channel] = time.monotonic() - began_at
        else:
            hand_back(effect)
    return len(batch) == limit


def claim(model: type[E], channel: str, limit: int) -> list[E]:
    """Lease up to `limit` due effects of a channel: attempt, event and lease in one statement."""
    table, label, now = model._meta.db_table, model._meta.label_lower, timezone.now()
    values: dict[str, Any] = {
        "label": label,
        "channel": channel,
        "limit": limit,
        "now": now,
        "token": uuid.uuid4(),
        "worker": heartbeat.worker_id(),
        "until": now + timedelta(seconds=settings.HOLDFAST.lease_seconds),
        "operation": uuid.uuid4(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(table=table), values)
        ids = [row[0] for row in cursor.fetchall()]
    return sorted(model._base_manager.filter(pk__in=ids), key=lambda effect: effect.next_at)


def attempt(effect: E, act: Act[E], observe: Observe[E] | None = None) -> bool:
    """Act on one claimed effect and record the outcome, whatever it is; says whether to go on."""
    heartbeat.beat(silent_for_seconds=settings.HOLDFAST.outside_call_seconds)
    failure: DeliveryError | None = None
    receipt = Receipt()
    try:
        receipt = act(effect, lambda: mark_handover(effect))
    except LeaseLost:
        log.warning("lease lost before hand-over", effect=str(effect.uid))
        return True
    except DeliveryError as error:
        failure = error
    except Exception as error:
        if isinstance(error, DATABASE_AWAY) and effect.handover_at is None:
            _patiently(effect, lambda: hand_back(effect))  # our own trouble: nothing was sent
            return True
        log.exception("effect failed by a bug", effect=str(effect.uid))
        failure = DeliveryError(f"{type(error).__name__}: {error}"[:2000])
    if not _patiently(effect, lambda: _record(effect, receipt, failure)):
        outcome = failure.code if failure else "done"
        log.warning("late acknowledgement ignored", effect=str(effect.uid), outcome=outcome)
    return observe(effect, failure) if observe else True


def mark_handover(effect: Effect) -> None:
    """Commit that the next step cannot be taken back; raises LeaseLost when somebody else took over."""
    now = timezone.now()
    ours = type(effect)._base_manager.filter(
        pk=effect.pk,
        status=EffectStatus.WORKING,
        lease_token=effect.lease_token,
        lease_until__gt=now,
    )
    if not ours.update(handover_at=now):
        raise LeaseLost
    effect.handover_at = now


def acknowledge(effect: Effect, receipt: Receipt) -> bool:
    """Record success in one statement, but only if the lease is still ours; says whether it was."""
    values = {
        "label": effect._meta.label_lower,
        "id": effect.pk,
        "token": effect.lease_token,
        "now": timezone.now(),
        "handover": effect.handover_at,
        "external_id": receipt.external_id[:255],
        "text": receipt.text,
        "operation": uuid.uuid4(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ACKNOWLEDGE.format(table=effect._meta.db_table), values)
        if cursor.fetchone() is not None:
            return True
    if _was_recorded(effect, "done"):
        return True
    _close_attempt(effect, "late", text=receipt.text)
    return False


def record_failure(effect: Effect, error: DeliveryError) -> bool:
    """Record a failure by its class, but only if the lease is still ours; says whether it was."""
    with transaction.atomic():
        record = _ours(effect)
        if record is None:
            if not _was_recorded(effect, error.code):
                _close_attempt(effect, "late", error.external_code, str(error))
                return False
            return True
        record.handover_at = effect.handover_at
        name, kwargs = _verdict(record, error)
        workflow.perform(record, name, WORKER, **kwargs)
        _close_attempt(effect, error.code, error.external_code, str(error))
    return True


def hand_back(effect: Effect) -> None:
    """Give back what the lease leaves no time for, at no cost."""
    with transaction.atomic():
        if record := _ours(effect):
            workflow.perform(
                record,
                "postpone",
                WORKER,
                until=timezone.now(),
                give_back=True,
                failure_class=record.failure_class,
                failure_text=record.failure_text,
            )
            _close_attempt(effect, "handed_back")


def reclaim(record: Effect, operation: workflow.Operation) -> None:
    """Decide about a lapsed lease by its hand-over mark; the record is locked by the caller."""
    _close_attempt(record, "interrupted", text="The worker vanished.")
    vanished = Attempt.objects.of(record).filter(outcome="interrupted").count()
    if vanished >= settings.HOLDFAST.effect_max_attempts:
        text = f"{vanished} workers stopped while they treated it."
        workflow.perform(record, "give_up", operation, failure_class="bug", failure_text=text)
    elif record.handover_at is None or record.is_repeat_safe:
        when = "before" if record.handover_at is None else "while"
        workflow.perform(
            record,
            "postpone",
            operation,
            until=timezone.now(),
            give_back=True,
            failure_class="interrupted",
            failure_text=f"The worker stopped {when} it was sent.",
        )
    else:
        workflow.perform(
            record, "lose_verdict", operation, failure_text="The worker stopped while it was being sent."
        )


def end_leases(workers: Collection[uuid.UUID]) -> int:
    """End at once the leases of workers that have died; the next sweep decides about each by its mark."""
    now = timezone.now()
    leased = {"status": EffectStatus.WORKING, "worker__in": workers, "lease_until__gt": now}
    models = (model for model in apps.get_models() if issubclass(model, Effect))
    return sum(model._base_manager.filter(**leased).update(lease_until=now) for model in models)


def _verdict(record: Effect, error: DeliveryError) -> tuple[str, dict[str, Any]]:
    """The transition for a failure and its arguments (semantics by class, see docs/concepts.md)."""
    text = str(error)
    said = {"failure_class": error.code, "failure_text": text}
    match error.code:
        case "unknown":
            return "lose_verdict", {"failure_text": text}
        case "bug" if record.handover_at and not record.is_repeat_safe:
            return "lose_verdict", {"failure_text": text}
        case "permanent":
            return "give_up", said
        case "overtaken" if record.handover_at is None:
            return "supersede_unsent", {}
        case "configuration" | "held":
            return "hold_leased", said
        case "throttled":
            return "postpone", said | {"until": _next_try(record, error), "give_back": True}
    figures = settings.HOLDFAST
    allowed = figures.effect_bug_attempts if error.code == "bug" else figures.effect_max_attempts
    if record.attempts >= allowed:
        return "give_up", said
    return "postpone", said | {"until": _next_try(record, error)}


def _next_try(record: Effect, error: DeliveryError) -> datetime:
    """The back-off; a server's Retry-After of d is respected within [d, 2d]; never past `not_after`.

    Where the pause would pass it, one last try is made while it is still of use.
    """
    pause = backoff(record.attempts)
    if error.retry_after_seconds is not None:
        asked = timedelta(seconds=min(error.retry_after_seconds, LONGEST_RETRY_AFTER_SECONDS))
        pause = max(asked * random.uniform(1, 1.2), min(pause, 2 * asked))  # noqa: S311 - spreads load
    now = timezone.now()
    if record.not_after is None or now + pause < record.not_after:
        return now + pause
    last = record.not_after - timedelta(seconds=settings.HOLDFAST.lease_seconds)
    return last if last > now else record.not_after


def _record(effect: Effect, receipt: Receipt, failure: DeliveryError | None) -> bool:
    return acknowledge(effect, receipt) if failure is None else record_failure(effect, failure)


def _patiently(effect: Effect, record: Callable[[], T]) -> T:
    """Write to the record even if the database is away for a moment: nobody else knows the verdict.

    Gives up when the lease runs out; the row is then reclaimed by its hand-over mark.
    """
    while True:
        try:
            return record()
        except DATABASE_AWAY:
            if (
                connection.in_atomic_block
                or effect.lease_until is None
                or timezone.now() >= effect.lease_until
            ):
                raise
            log.warning("waiting for the database to record an outcome", effect=str(effect.uid))
            connection.close()
            time.sleep(RECORD_AGAIN_SECONDS)


def _what_fits(channel: str, limit: int) -> int:
    """What the rest of the turn allows at the pace seen last: a claim given back is written for nothing."""
    pace = _pace.get(channel, 0.0)
    return limit if pace == 0 else max(1, int(min(limit, turns.seconds_left() / pace)))


def _has_time_left(effect: Effect) -> bool:
    needed = timedelta(seconds=settings.HOLDFAST.outside_call_seconds)
    return effect.lease_until is not None and effect.lease_until - timezone.now() > needed


def _ours(effect: E) -> E | None:
    if effect.lease_token is None:
        return None
    mine = type(effect)._base_manager.select_for_update(of=("self",))
    return mine.filter(pk=effect.pk, status=EffectStatus.WORKING, lease_token=effect.lease_token).first()


def _close_attempt(effect: Effect, outcome: str, external_code: str = "", text: str = "") -> None:
    """Write what became of this attempt; what is done stays done. A failure joins its incident."""
    now, mark = timezone.now(), None
    if outcome in incidents.FAILED:
        mark = incidents.meet(effect, outcome, external_code, text)
    _this_attempt(effect).exclude(outcome="done").update(
        outcome=outcome,
        finished_at=now,
        handover_at=effect.handover_at,
        external_code=external_code[:60],
        text=text,
        fingerprint=mark,
        failed_at=now if mark else None,
    )


def _was_recorded(effect: Effect, outcome: str) -> bool:
    """Whether this very attempt has that outcome already: its commit came through, the answer did not."""
    return _this_attempt(effect).filter(outcome=outcome).exists()


def _this_attempt(effect: Effect) -> AttemptQuerySet:
    assert effect.lease_token is not None
    return Attempt.objects.of(effect).filter(lease_token=effect.lease_token)


_EVENT = """INSERT INTO operations_event
        (subject_model, subject_id, sequence, from_status, to_status, transition,
         actor, source, operation_id, reason, details, at)"""

_CLAIM = f"""
    WITH picked AS (
        SELECT id FROM {{table}}
        WHERE status = 'pending' AND channel = %(channel)s AND next_at <= %(now)s
            AND (not_after IS NULL OR not_after > %(now)s)
        ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), leased AS (
        UPDATE {{table}} AS effect
        SET status = 'working', version = version + 1, attempts = attempts + 1, lease_token = %(token)s,
            worker = %(worker)s, lease_until = %(until)s, handover_at = NULL, updated_at = %(now)s
        FROM picked WHERE effect.id = picked.id RETURNING effect.id, effect.version
    ), tried AS (
        INSERT INTO operations_attempt
            (effect_model, effect_id, lease_token, worker, started_at, outcome, external_code, text)
        SELECT %(label)s, id, %(token)s, %(worker)s, %(now)s, '', '', '' FROM leased
    )
    {_EVENT}
    SELECT %(label)s, id, version, 'pending', 'working', 'lease', 'worker', 'queue',
        %(operation)s, '', '{{{{}}}}', %(now)s FROM leased
    RETURNING subject_id"""

_ACKNOWLEDGE = f"""
    WITH done AS (
        UPDATE {{table}} SET status = 'done', version = version + 1, lease_token = NULL, lease_until = NULL,
            worker = NULL, handover_at = NULL, stale_after = NULL, failure_class = '', failure_text = '',
            external_id = %(external_id)s, external_text = %(text)s, done_at = %(now)s, updated_at = %(now)s
        WHERE id = %(id)s AND lease_token = %(token)s AND status = 'working' RETURNING id, version
    ), tried AS (
        UPDATE operations_attempt SET outcome = 'done', finished_at = %(now)s, handover_at = %(handover)s,
            text = %(text)s
        FROM done WHERE effect_model = %(label)s AND effect_id = done.id AND lease_token = %(token)s
    )
    {_EVENT}
    SELECT %(label)s, id, version, 'working', 'done', 'acknowledge', 'worker', 'queue',
        %(operation)s, '', '{{{{}}}}', %(now)s FROM done
    RETURNING subject_id"""
