"""Holds back and lets go what waits on a closed channel, many rows in one statement."""

from __future__ import annotations

# ruff: noqa: S608 - table names of our own
import uuid
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from operations.effects import Effect

BATCH = 500


def hold_due(model: type[Effect], channel: str, reason: str, limit: int = BATCH) -> int:
    """Hold the due effects of a closed channel, oldest first; no attempt is used up. Returns how many."""
    return _move(_HOLD, model, channel, reason, limit)


def release_held(model: type[Effect], channel: str, reason: str, limit: int = BATCH) -> int:
    """Let go what the channel held (never what staff held), longest held first. Returns how many."""
    return _move(_RELEASE, model, channel, reason, limit)


def _move(statement: str, model: type[Effect], channel: str, reason: str, limit: int) -> int:
    values: dict[str, Any] = {
        "label": model._meta.label_lower,
        "channel": channel,
        "reason": reason,
        "limit": limit,
        "now": timezone.now(),
        "operation": uuid.uuid4(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=model._meta.db_table), values)
        return len(cursor.fetchall())


_EVENTS = """
    INSERT INTO operations_event
        (subject_model, subject_id, sequence, from_status, to_status, transition,
         actor, source, operation_id, reason, details, at)
    SELECT %(label)s, id, version, {change}, 'worker', 'queue', %(operation)s, %(reason)s, '{{{{}}}}', %(now)s
    FROM moved RETURNING subject_id"""

_HOLD = """
    WITH picked AS (
        SELECT id FROM {table} WHERE status = 'pending' AND channel = %(channel)s AND next_at <= %(now)s
        ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), moved AS (
        UPDATE {table} AS effect
        SET status = 'held', version = version + 1, held_by = 'channel', updated_at = %(now)s
        FROM picked WHERE effect.id = picked.id RETURNING effect.id, effect.version
    )""" + _EVENTS.format(change="'pending', 'held', 'hold'")

_RELEASE = """
    WITH picked AS (
        SELECT id FROM {table} WHERE status = 'held' AND channel = %(channel)s AND held_by = 'channel'
        ORDER BY updated_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), moved AS (
        UPDATE {table} AS effect
        SET status = 'pending', version = version + 1, held_by = '', next_at = %(now)s, updated_at = %(now)s
        FROM picked WHERE effect.id = picked.id RETURNING effect.id, effect.version
    )""" + _EVENTS.format(change="'held', 'pending', 'release'")
