"""Counts what an incident has done to people, from the records behind its failures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from operations.attempts import Attempt
from operations.effects import EffectStatus as S
from operations.incidents import Incident
from operations.recovery import introduction

FAILURE_CAP = 5000
LISTED_CAP = 500  # in a list of many
SOON = timedelta(hours=24)
OVER = (S.DONE, S.CONFIRMED, S.CANCELLED, S.EXPIRED, S.SETTLED)


@dataclass(frozen=True)
class Impact:
    """What the newest failures have done: since it was closed last if it has come back, else ever.

    `waiting` are the people whose record is not over yet, `soon` the appointments of theirs within 24 h.
    """

    failures: int = 0
    last_at: datetime | None = None
    people: int = 0
    waiting: int = 0
    soon: int = 0
    records: int = 0
    open_records: int = 0
    is_capped: bool = False  # more has failed than was looked at


@dataclass(frozen=True)
class Told:
    """An incident and what it has done."""

    incident: Incident
    impact: Impact


def tell(incidents: Iterable[Incident], *, cap: int = LISTED_CAP) -> list[Told]:
    """Incidents with the impact of their newest failures, those with appointments soonest first.

    One query for each model.
    """
    listed = list(incidents)
    models: dict[str, list[int]] = defaultdict(list)
    for incident in listed:
        models[incident.effect_model].append(incident.pk)
    counted: dict[int, Impact] = {}
    for ids in models.values():
        counted |= _count(next(each for each in listed if each.pk in ids), ids, cap)
    told = [Told(incident, counted.get(incident.pk, Impact())) for incident in listed]
    return sorted(told, key=lambda each: (-each.impact.soon, -each.impact.waiting, -each.incident.pk))


def of(incident: Incident) -> Impact:
    """What this one has done."""
    return tell([incident], cap=FAILURE_CAP)[0].impact


def failed(fingerprint: str) -> QuerySet[Attempt]:
    """The failures of that kind."""
    return Attempt.objects.filter(fingerprint=fingerprint)


def _count(one: Incident, ids: list[int], cap: int) -> dict[int, Impact]:
    concerns, table = introduction(one.model).concerns, one.model._meta.db_table
    sql = _IMPACT.format(
        table=table,
        person=f"record.{concerns.person or 'id'}",
        occasion=f"record.{concerns.occasion or 'id'}",
        harm=f"record.{concerns.harm_at}" if concerns.harm_at else "NULL::timestamptz",
    )
    now = timezone.now()
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "ids": ids,
            "cap": cap,
            "over": list(concerns.over or OVER),
            "now": now,
            "soon": now + SOON,
        }
        cursor.execute(sql, values)
        return {row[0]: replace(Impact(*row[1:]), is_capped=row[1] >= cap) for row in cursor.fetchall()}


_IMPACT = """
    SELECT incident.id, seen.number, seen.last_at, hit.* FROM operations_incident AS incident
    CROSS JOIN LATERAL (
        SELECT CASE WHEN EXISTS (
            SELECT FROM operations_attempt AS later
            WHERE later.fingerprint = incident.fingerprint AND later.failed_at > incident.closed_up_to
        ) THEN incident.closed_up_to ELSE '-infinity' END AS since
    ) AS begun
    CROSS JOIN LATERAL (
        SELECT count(*) AS number, max(failed_at) AS last_at, array_agg(DISTINCT effect_id) AS records FROM (
            SELECT failed_at, effect_id FROM operations_attempt AS failure
            WHERE failure.fingerprint = incident.fingerprint AND failure.failed_at > begun.since
            ORDER BY failed_at DESC LIMIT %(cap)s
        ) AS newest
    ) AS seen
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT {person}) AS people,
            count(DISTINCT {person}) FILTER (WHERE NOT record.status = ANY(%(over)s)) AS waiting,
            count(DISTINCT {occasion}) FILTER (
                WHERE NOT record.status = ANY(%(over)s) AND {harm} BETWEEN %(now)s AND %(soon)s
            ) AS soon,
            count(*) AS records,
            count(*) FILTER (WHERE NOT record.status = ANY(%(over)s)) AS open_records
        FROM {table} AS record WHERE record.id = ANY(seen.records)
    ) AS hit
    WHERE incident.id = ANY(%(ids)s)"""
