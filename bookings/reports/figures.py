"""Counts the bookings of some places and dates, by everything that a report tells, in three queries."""

# ruff: noqa: S608 - put together from words of our own
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from bookings.reports.periods import Period


@dataclass
class Counts:
    """What became of bookings whose appointment lies in a range; `revenue` is by currency, in major units.

    `booked` is all of them; the others are parts of it, but for `late`, which is part of the cancelled.
    """

    booked: int = 0
    held: int = 0
    to_come: int = 0
    no_shows: int = 0
    by_customer: int = 0
    by_staff: int = 0
    by_itself: int = 0
    failed: int = 0
    late: int = 0
    revenue: dict[str, Decimal] = field(default_factory=dict)

    def add(self, numbers: Iterable[int], currency: str, revenue: Decimal | None) -> None:
        for name, number in zip(NUMBERS, numbers, strict=True):
            setattr(self, name, getattr(self, name) + number)
        if revenue:
            self.revenue[currency] = self.revenue.get(currency, Decimal(0)) + revenue

    @property
    def cancelled(self) -> int:
        return self.by_customer + self.by_staff + self.by_itself


NUMBERS = [each.name for each in fields(Counts) if each.name != "revenue"]
STANDING = slice(NUMBERS.index("held"), NUMBERS.index("no_shows") + 1)  # whose time was not given back


@dataclass
class Figures:
    """All counts of a report. `hours` is by ISO weekday (1 Monday) and hour of the start on the wall.

    Only what stands counts there and in `booked_minutes`: neither drafts nor what was cancelled or failed.
    """

    whole: Counts
    services: dict[int, Counts]
    people: dict[int | None, Counts]
    weeks: dict[date, Counts]
    hours: dict[tuple[int, int], int]
    made: int
    lead: timedelta | None
    booked_minutes: dict[int, int]


def count(places: list[int], period: Period) -> Figures:
    """What there is to tell about these locations and dates: three queries, however much it is."""
    asked = {"places": places, "first": period.first, "last": period.last}
    whole = Counts()
    services, people, weeks = (defaultdict[Any, Counts](Counts) for _each in range(3))
    hours: dict[tuple[int, int], int] = defaultdict(int)
    for kind, service, person, week, day, hour, currency, revenue, *numbers in _rows(_COUNTS, asked):
        match kind:
            case "service":
                services[service].add(numbers, currency, revenue)
            case "person":
                people[person].add(numbers, currency, revenue)
            case "week":
                weeks[week].add(numbers, currency, revenue)
            case "hour":
                if standing := sum(numbers[STANDING]):
                    hours[day, hour] += standing
            case _:
                whole.add(numbers, currency, revenue)
    ((made, lead),) = _rows(_MADE, asked)
    minutes = {resource: round(number) for resource, number in _rows(_MINUTES, asked)}
    return Figures(whole, services, people, weeks, hours, made, lead, minutes)


def _rows(statement: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())


# Materialized: the clock of a place is asked once for a place and once for a row, not wherever it is used.
_PLACE = """
    WITH place AS MATERIALIZED (
        SELECT id, time_zone, cancel_until_hours * interval '1 hour' AS window_length,
            %(first)s::date::timestamp AT TIME ZONE time_zone AS begins,
            (%(last)s::date + 1)::timestamp AT TIME ZONE time_zone AS ends
        FROM bookings_location WHERE id = ANY(%(places)s)
    )"""
# Who only began to book was never promised anything: neither a draft nor one that ran out is counted.
# What was booked twice and merged is one booking.
_COUNTS = f"""{_PLACE}, chosen AS MATERIALIZED (
        SELECT booking.service_id, booking.resource_id, booking.currency, booking.price, booking.status,
            booking.no_show IS TRUE AS is_missed, booking.cancelled_by,
            starts_at AT TIME ZONE place.time_zone AS wall,
            called_off.at > starts_at - window_length AS is_late
        FROM place JOIN bookings_booking AS booking
            ON booking.location_id = place.id AND starts_at >= begins AND starts_at < ends
        LEFT JOIN LATERAL (
            SELECT at, from_status FROM operations_event
            WHERE booking.status = 'cancelled' AND subject_model = 'bookings.booking'
                AND subject_id = booking.id AND transition = 'cancel'
            ORDER BY sequence DESC LIMIT 1
        ) AS called_off ON true
        WHERE booking.status <> 'draft' AND called_off.from_status IS DISTINCT FROM 'draft'
            AND NOT (booking.status = 'cancelled' AND booking.revision = 0)
            AND booking.merged_into_id IS NULL
    ), laid_out AS MATERIALIZED (
        SELECT *, date_trunc('week', wall)::date AS week, extract(isodow FROM wall)::int AS day,
            extract(hour FROM wall)::int AS hour
        FROM chosen
    )
    SELECT CASE WHEN grouping(service_id) = 0 THEN 'service' WHEN grouping(resource_id) = 0 THEN 'person'
            WHEN grouping(week) = 0 THEN 'week' WHEN grouping(day) = 0 THEN 'hour' ELSE '' END,
        service_id, resource_id, week, day, hour, currency,
        sum(price) FILTER (WHERE status IN ('submitted', 'accepted', 'in_progress', 'completed')
            AND NOT is_missed),
        count(*),
        count(*) FILTER (WHERE status = 'completed' AND NOT is_missed),
        count(*) FILTER (WHERE status IN ('submitted', 'accepted', 'in_progress')),
        count(*) FILTER (WHERE is_missed),
        count(*) FILTER (WHERE status = 'cancelled' AND cancelled_by = 'customer'),
        count(*) FILTER (WHERE status = 'cancelled' AND cancelled_by = 'staff'),
        count(*) FILTER (WHERE status = 'cancelled' AND cancelled_by NOT IN ('customer', 'staff')),
        count(*) FILTER (WHERE status = 'failed'),
        count(*) FILTER (WHERE status = 'cancelled' AND is_late)
    FROM laid_out GROUP BY GROUPING SETS ((currency), (service_id, currency), (resource_id, currency),
        (week, currency), (day, hour, currency))"""
# What was carried over from elsewhere was booked before it was written down here.
_MADE = f"""{_PLACE}
    SELECT (
        SELECT count(*) FROM place JOIN bookings_booking AS booking
            ON booking.location_id = place.id AND created_at >= begins AND created_at < ends
        WHERE created_at >= %(first)s::date - 1 AND created_at < %(last)s::date + 2 AND status <> 'draft'
            AND NOT (status = 'cancelled' AND revision = 0) AND merged_into_id IS NULL
    ), (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY starts_at - created_at)
        FROM place JOIN bookings_booking AS booking
            ON booking.location_id = place.id AND starts_at >= begins AND starts_at < ends
        WHERE source <> 'command' AND status <> 'draft'
            AND NOT (status = 'cancelled' AND revision = 0) AND merged_into_id IS NULL
    )"""
_MINUTES = f"""{_PLACE}
    SELECT resource_id, sum(extract(epoch FROM ends_at - starts_at)) / 60
    FROM place JOIN bookings_session AS session
        ON session.location_id = place.id AND starts_at >= begins AND starts_at < ends AND session.is_live
    JOIN bookings_allocation AS held ON held.session_id = session.id
    WHERE EXISTS (
        SELECT FROM bookings_booking AS booking WHERE booking.session_id = session.id
            AND booking.status IN ('submitted', 'accepted', 'in_progress', 'completed')
    )
    GROUP BY resource_id"""
