"""Leases effects to one worker at a time, and marks the step that cannot be taken back."""

from __future__ import annotations

# ruff: noqa: S608 - table names of our own
import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from operations import heartbeat
from operations.effects import Effect, EffectStatus

E = TypeVar("E", bound=Effect)


class LeaseLost(Exception):
    """Raised by the hand-over mark when the lease is no longer ours: nothing may be sent."""


def claim(model: type[E], channel: str, limit: int) -> list[E]:
    """Lease up to `limit` due effects of a channel: attempt, event and lease in one statement.

    Half of them have been due longest, half became due last: what is new leaves at once, however much
    has gathered before it.
    """
    now = timezone.now()
    values: dict[str, Any] = {
        "label": model._meta.label_lower,
        "channel": channel,
        "longest": limit - limit // 2,
        "just": limit // 2,
        "now": now,
        "token": uuid.uuid4(),
        "worker": heartbeat.worker_id(),
        "until": now + timedelta(seconds=settings.HOLDFAST.lease_seconds),
        "operation": uuid.uuid4(),
    }
    return list(model._base_manager.raw(_CLAIM.format(table=model._meta.db_table), values))


def mark_handover(effect: Effect) -> None:
    """Commit that the next step cannot be taken back; raises LeaseLost when somebody else took over."""
    values = {"id": effect.pk, "token": effect.lease_token, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(_MARK.format(table=effect._meta.db_table), values)
        if not cursor.rowcount:
            raise LeaseLost
    effect.handover_at = values["now"]


def end_leases(workers: Collection[uuid.UUID]) -> int:
    """End at once the leases of workers that have died; the next sweep decides about each by its mark."""
    now = timezone.now()
    leased = {"status": EffectStatus.WORKING, "worker__in": workers, "lease_until__gt": now}
    models = (model for model in apps.get_models() if issubclass(model, Effect))
    return sum(model._base_manager.filter(**leased).update(lease_until=now) for model in models)


_DUE = """
        SELECT id FROM {table}
        WHERE status = 'pending' AND channel = %(channel)s AND next_at <= %(now)s
            AND (not_after IS NULL OR not_after > %(now)s)"""

# Many may have become due at one moment, and then both ends of the order are the same rows to a planner.
_CLAIM = f"""
    WITH longest_due AS ({_DUE}
        ORDER BY next_at LIMIT %(longest)s FOR UPDATE SKIP LOCKED
    ), just_due AS ({_DUE}
            AND id NOT IN (SELECT id FROM longest_due)
        ORDER BY next_at DESC LIMIT %(just)s FOR UPDATE SKIP LOCKED
    ), picked AS (
        SELECT id FROM longest_due UNION ALL SELECT id FROM just_due
    ), leased AS (
        UPDATE {{table}} AS effect
        SET status = 'working', version = version + 1, attempts = attempts + 1, lease_token = %(token)s,
            worker = %(worker)s, lease_until = %(until)s, handover_at = NULL, updated_at = %(now)s
        FROM picked WHERE effect.id = picked.id RETURNING effect.*
    ), tried AS (
        INSERT INTO operations_attempt
            (effect_model, effect_id, lease_token, worker, started_at, outcome, external_code, text)
        SELECT %(label)s, id, %(token)s, %(worker)s, %(now)s, '', '', '' FROM leased
    ), told AS (
        INSERT INTO operations_event
            (subject_model, subject_id, sequence, from_status, to_status, transition,
             actor, source, operation_id, reason, details, at)
        SELECT %(label)s, id, version, 'pending', 'working', 'lease', 'worker', 'queue',
            %(operation)s, '', '{{{{}}}}', %(now)s FROM leased
    )
    SELECT * FROM leased ORDER BY next_at"""

# Only a leased row bears a token: asking for its status as well leads the planner to the index of leases,
# which is full of rows that have left it.
_MARK = """
    UPDATE {table} SET handover_at = %(now)s
    WHERE id = %(id)s AND lease_token = %(token)s AND lease_until > %(now)s"""
