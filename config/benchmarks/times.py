"""How long it takes to say what is free: a busy week, and a month of a place with many people."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import times
from bookings.models import Allocation, Location, Resource, Service, Session
from bookings.resources import ResourceKind
from config.benchmarks.figures import Figure, percentile
from config.benchmarks.size import Size

LENGTH = timedelta(minutes=20)
FIRST_HOUR = 8
CASES = (
    ("a week, 10 people, 2,000 bookings", 10, 7, 2_000),
    ("31 days, 20 people, 10,000 bookings", 20, 31, 10_000),
)
GOAL_QUERIES, GOAL_WEEK_MS = 10, 50


def measure(size: Size) -> list[Figure]:
    """Milliseconds and queries of what is free, for a week and for a month."""
    figures = []
    for name, people, days, bookings in CASES:
        service = _busy_service(people, days, bookings)
        first = timezone.localdate(timezone=service.location.zone) + timedelta(days=1)
        asked: dict[str, Any] = {"service": service, "first": first, "last": first + timedelta(days=days - 1)}
        with CaptureQueriesContext(connection) as queries:
            times.offers(**asked)
        spent = [_milliseconds(asked) for _try in range(size.probes)]
        goal = f"under {GOAL_WEEK_MS}" if days == 7 else ""
        figures += [
            Figure(f"times of {name}, p50", percentile(spent, 50), "ms", goal),
            Figure("… p95", percentile(spent, 95), "ms"),
            Figure("… queries", len(queries), "", f"at most {GOAL_QUERIES}"),
        ]
    return figures


def _milliseconds(asked: dict[str, Any]) -> float:
    began = time.perf_counter()
    times.offers(**asked)
    return (time.perf_counter() - began) * 1000


def _busy_service(people: int, days: int, bookings: int) -> Service:
    """Everybody is booked in stretches of twenty minutes from eight o'clock, as long as bookings last."""
    place = Location.objects.create(
        slug=f"busy-{people}",
        name="Busy",
        time_zone="Europe/Berlin",
        country="DE",
        opening_hours="Mo-Su 07:00-21:00",
        slot_step_minutes=5,
    )
    service = Service.objects.create(location=place, slug="short", name="Short", minutes=20)
    team = Resource.objects.bulk_create(
        Resource(location=place, slug=f"person-{number}", name=f"Person {number}", kind=ResourceKind.PERSON)
        for number in range(people)
    )
    day = datetime.now(UTC).replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0) + timedelta(days=1)
    starts = [
        (person, day + timedelta(days=number) + turn * LENGTH)
        for person in team
        for number in range(days)
        for turn in range(bookings // (people * days))
    ]
    sessions = Session.objects.bulk_create(
        Session(location=place, service=service, starts_at=start, ends_at=start + LENGTH, is_live=True)
        for _person, start in starts
    )
    Allocation.objects.bulk_create(
        Allocation(session=session, resource=person, occupied=(start, start + LENGTH), is_live=True)
        for session, (person, start) in zip(sessions, starts, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE bookings_allocation, bookings_session")
    return service
