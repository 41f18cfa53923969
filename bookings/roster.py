"""The rules of a service laid out over some dates: when it may start, and who may do it then."""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from bookings import schedule
from bookings.offerings import Service
from bookings.resources import Resource, ResourceKind
from bookings.spans import Span, common, covers, joined, merge, picked, starts_within, subtract

REACH = timedelta(days=2)
"""How far an opening can reach into other dates: to 48:00, and a clock change."""


@dataclass(frozen=True)
class Roster:
    """All times are seconds since the epoch; `fitting`, `startable` have first and last start, both included.

    `open_time` is the place's; from a `fitting` start all of the service lies in it and in its own hours.
    """

    open_time: list[Span]
    fitting: list[Span]
    grid: list[int]
    starts: list[int]
    by_kind: dict[ResourceKind, list[Resource]]
    startable: dict[int, list[Span]]

    @property
    def resources(self) -> list[Resource]:
        return [resource for resources in self.by_kind.values() for resource in resources]

    def around(self, first: date, last: date) -> list[int]:
        """The starts of these dates and of those next to them, whatever the time zone."""
        begin, end = (
            datetime.combine(day, time(), UTC).timestamp()
            for day in (first - timedelta(days=1), last + timedelta(days=2))
        )
        return self.starts[bisect_left(self.starts, begin) : bisect_left(self.starts, end)]

    def able(self, start: int) -> dict[ResourceKind, tuple[Resource, ...]]:
        """Who may do it at this start, by kind, as far as the rules go."""
        return {
            kind: tuple(each for each in resources if covers(self.startable[each.pk], start))
            for kind, resources in self.by_kind.items()
        }


def load(service: Service, first: date, last: date) -> Roster:
    """The starts of these local dates (and some beside them, incomplete), in two queries."""
    return of_dates(service, (first + timedelta(days=number) for number in range((last - first).days + 1)))


def of_dates(service: Service, dates: Iterable[date]) -> Roster:
    """The same of one or more local dates that need not follow each other."""
    location = service.location
    length, step = service.minutes * 60, location.slot_step_minutes * 60
    days = _reached(dates, REACH + timedelta(days=timedelta(minutes=service.minutes).days))
    by_kind = _usable(service)
    resources = [resource for each in by_kind.values() for resource in each]
    opened = schedule.openings(location, days)
    closed, away = _exceptions(service, resources, days)
    open_time = subtract(merge(piece.span for piece in opened), closed)
    offering = schedule.offering(service, opened, days)
    fitting = joined(starts_within(common(offering.stretches, open_time), length))
    grid = sorted({start for piece in offering.openings for start in range(*piece.span, step)})
    startable = {}
    for resource in resources:
        working = subtract(schedule.work(resource, location, opened, days), away[resource.pk])
        startable[resource.pk] = starts_within(working, length)
    return Roster(open_time, fitting, grid, picked(grid, fitting), by_kind, startable)


def _reached(dates: Iterable[date], after: timedelta) -> list[date]:
    """These dates and those whose rules or bookings can reach into them, sorted."""
    around = [timedelta(days=number) for number in range(-REACH.days, after.days + 1)]
    return sorted({day + each for day in dates for each in around})


def usable(service: Service) -> list[Resource]:
    """Who could ever do this service, by the kinds that it needs; one query."""
    return [resource for resources in _usable(service).values() for resource in resources]


def _usable(service: Service) -> dict[ResourceKind, list[Resource]]:
    """For each kind the service needs, who could do it; without requirements: people, or else rooms."""
    active: list[Any] = list(Resource.objects.raw(_RESOURCES, [service.pk, service.location_id]))
    requirements = json.loads(active[0].needed or "{}") if active else {}
    if not requirements:
        kinds = {resource.kind for resource in active} & {ResourceKind.PERSON, ResourceKind.ROOM}
        requirements = {min(kinds, default=ResourceKind.PERSON): []}
    return {
        kind: [each for each in active if each.kind == kind and each.pk in (requirements[kind] or [each.pk])]
        for kind in ResourceKind
        if kind in requirements
    }


def _exceptions(
    service: Service, resources: Iterable[Resource], days: list[date]
) -> tuple[list[Span], dict[int, list[Span]]]:
    """Closures of the location, and absences by resource; one query."""
    begin = datetime.fromtimestamp(schedule.instant(days[0], 0, service.location.zone), UTC)
    values: dict[str, Any] = {
        "location": service.location_id,
        "resources": [resource.pk for resource in resources],
        "begin": begin,
        "end": begin + (days[-1] - days[0]) + timedelta(days=3),
    }
    closed: list[Span] = []
    away: dict[int, list[Span]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_EXCEPTIONS, values)
        for resource_id, starts_at, ends_at in cursor.fetchall():
            span = (math.floor(starts_at.timestamp()), math.ceil(ends_at.timestamp()))
            (closed if resource_id is None else away[resource_id]).append(span)
    return closed, away


# Written out, because every form and every page of times asks: putting these together took the ORM 2 ms.
_RESOURCES = """
    SELECT resource.*, (
        SELECT jsonb_object_agg(kind, named) FROM (
            SELECT kind,
                coalesce(jsonb_agg(resource_id) FILTER (WHERE resource_id IS NOT NULL), '[]') AS named
            FROM bookings_requirement AS requirement
            LEFT JOIN bookings_requirement_resources ON requirement_id = requirement.id
            WHERE service_id = %s GROUP BY kind
        ) AS required
    )::text AS needed
    FROM bookings_resource AS resource WHERE location_id = %s AND is_active ORDER BY position, id"""

_EXCEPTIONS = """
    SELECT NULL::bigint, starts_at, ends_at FROM bookings_closure
    WHERE location_id = %(location)s AND starts_at < %(end)s AND ends_at > %(begin)s
    UNION ALL
    SELECT resource_id, starts_at, ends_at FROM bookings_absence
    WHERE resource_id = ANY(%(resources)s) AND starts_at < %(end)s AND ends_at > %(begin)s"""
