"""How the last hours and days went: what got into trouble and out of it, and how long that took."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncHour
from django.urls import reverse
from django.utils import timezone

from operations.desk import counts
from operations.desk.counts import COUNT_CAP
from operations.history import TROUBLE, Actor, Event

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS, DAYS = 24, 30
KINDS = ("wrong", "right", "unknown")
PEOPLE = (Actor.STAFF, Actor.CUSTOMER)


@dataclass(frozen=True)
class Stretch:
    """An hour or a day (UTC), and how many records got into trouble and out of it."""

    begins_at: datetime
    length: timedelta
    wrong: int
    right: int

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + self.length

    @property
    def page(self) -> str:
        return page(self.begins_at, self.ends_at)

    @property
    def wrong_page(self) -> str:
        return page(self.begins_at, self.ends_at, "wrong")

    @property
    def right_page(self) -> str:
        return page(self.begins_at, self.ends_at, "right")


@dataclass(frozen=True)
class Course:
    """The last hours and days, the present one included, and the last 24 hours in figures.

    The figures look at no more than the newest thousand that came right; `median` is how long half of them
    took at most.
    """

    hours: list[Stretch]
    days: list[Stretch]
    by_itself: int
    by_people: int
    unknowns_resolved: int
    median: timedelta | None
    since: datetime

    @property
    def recovered(self) -> counts.Count:
        return counts.Count(self.by_itself + self.by_people)

    @property
    def median_seconds(self) -> float | None:
        return self.median.total_seconds() if self.median is not None else None

    @property
    def right_page(self) -> str:
        return page(self.since, None, "right")

    @property
    def unknown_page(self) -> str:
        return page(self.since, None, "unknown")


def page(since: datetime, until: datetime | None, kind: str = "") -> str:
    """The address of the records behind a number; a page has two hundred of them."""
    query = f"since={_utc(since)}" + (f"&until={_utc(until)}" if until else "")
    return f"{_address()}?{query}" + (f"&kind={kind}" if kind else "")


@cache
def _address() -> str:
    return reverse("admin:desk_course")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def look() -> Course:
    """Three queries, each answered from an index of what went wrong or came right.

    Hours that are over are counted once in a process: the history is only ever added to.
    """
    now = timezone.now().astimezone(UTC)
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    first = this_hour.replace(hour=0) - (DAYS - 1) * DAY
    wrong, right = (_hourly(is_wrong, first, this_hour - HOUR) for is_wrong in (True, False))
    hours = [this_hour - back * HOUR for back in reversed(range(HOURS))]
    days = [first + ahead * DAY for ahead in range(DAYS)]
    return Course(
        [Stretch(begin, HOUR, wrong[begin], right[begin]) for begin in hours],
        [Stretch(begin, DAY, _on(wrong, begin), _on(right, begin)) for begin in days],
        *_figures(now - DAY),
        now - DAY,
    )


def _hourly(is_wrong: bool, first: datetime, lately: datetime) -> Counter[datetime]:
    return Counter(over(is_wrong, first, lately)) + Counter(_counted(is_wrong, lately, None))


@lru_cache(maxsize=4)
def over(is_wrong: bool, first: datetime, until: datetime) -> dict[datetime, int]:
    """How many in each of the hours that are over; the last of them ended an hour ago."""
    return _counted(is_wrong, first, until)


def _counted(is_wrong: bool, first: datetime, until: datetime | None) -> dict[datetime, int]:
    events = Event.objects.went_wrong() if is_wrong else Event.objects.came_right()
    within = events.filter(at__gte=first, **({"at__lt": until} if until else {}))
    hours = within.annotate(hour=TruncHour("at", tzinfo=UTC)).order_by().values_list("hour")
    return dict(hours.annotate(number=Count("*")))


def _on(hours: Counter[datetime], day: datetime) -> int:
    return sum(hours[day + ahead * HOUR] for ahead in range(24))


def _figures(since: datetime) -> tuple[int, int, int, timedelta | None]:
    values: dict[str, Any] = {
        "since": since,
        "trouble": list(TROUBLE),
        "people": list(PEOPLE),
        "cap": COUNT_CAP + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, values)
        by_itself, by_people, unknowns, median = cursor.fetchone()
    return by_itself, by_people, unknowns, median


_FIGURES = """
    WITH ended AS (
        SELECT subject_model, subject_id, sequence, at, actor, from_status FROM operations_event
         WHERE from_status = ANY(%(trouble)s) AND NOT (to_status = ANY(%(trouble)s)) AND at >= %(since)s
         ORDER BY at DESC LIMIT %(cap)s)
    SELECT count(*) FILTER (WHERE NOT (actor = ANY(%(people)s))),
        count(*) FILTER (WHERE actor = ANY(%(people)s)),
        count(*) FILTER (WHERE from_status = 'unknown'),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY ended.at - began.at)
      FROM ended LEFT JOIN LATERAL (
          SELECT at FROM operations_event AS earlier
           WHERE earlier.subject_model = ended.subject_model AND earlier.subject_id = ended.subject_id
             AND earlier.sequence < ended.sequence AND NOT (earlier.from_status = ANY(%(trouble)s))
             AND earlier.to_status = ANY(%(trouble)s)
           ORDER BY earlier.sequence DESC LIMIT 1) AS began ON true"""
