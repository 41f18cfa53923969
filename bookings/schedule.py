"""Turns the wall times of opening hours, days of work and breaks into instants of the location's zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bookings import opening, public_holidays
from bookings.offerings import Service
from bookings.opening import DayPlan, Minutes
from bookings.places import Location
from bookings.resources import Resource
from bookings.spans import Span, merge, subtract


@dataclass(frozen=True)
class Opening:
    """A stretch of a location's open time, or of a service's, and the date whose rules opened it."""

    day: date
    span: Span


@dataclass(frozen=True)
class Offering:
    """When a service takes place, closures not taken out.

    Starts are counted from the beginning of each of `openings`; what is booked lies in one of `stretches`.
    """

    openings: Sequence[Opening]
    stretches: Sequence[Span]


def instant(day: date, minutes: int, zone: ZoneInfo) -> int:
    """Seconds since the epoch of a wall time, given in minutes after midnight; they may exceed 24 hours.

    What the clock shows twice or never is read as RFC 5545, section 3.3.5, has it: the first of the two;
    the offset before the gap (when the clock jumps from 02:00 to 03:00, 02:30 is 03:30, 02:00 is 03:00).
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return int(wall.replace(tzinfo=zone).timestamp())


def openings(location: Location, days: Iterable[date]) -> list[Opening]:
    """What opens on these dates; stretches that touch or overlap stay apart, as each anchors its starts."""
    zone, opened, closed = location.zone, [], []
    for day, plan in _plans(location.opening_hours, location, days):
        opened += [Opening(day, span) for span in _spans(day, _own(plan), zone)]
        closed += _spans(day, plan.closes, zone)
    return [Opening(piece.day, span) for piece in opened for span in subtract([piece.span], closed)]


def offering(service: Service, opened: Sequence[Opening], days: Sequence[date]) -> Offering:
    """By the service's own hours, as they are written, or without them by these openings of the place.

    Each of its openings stands alone: classes that follow each other are two. Hours that name only days
    (Mo,We) mean the place's openings that began on those days, taken together where they touch.
    """
    if not service.hours:
        return Offering(opened, merge(piece.span for piece in opened))
    location = service.location
    timed, idle, whole_days = _by_rules(service.hours, location, days)
    as_place = [piece for piece in opened if piece.day in whole_days]
    pieces = [
        Opening(piece.day, span) for piece in (*timed, *as_place) for span in subtract([piece.span], idle)
    ]
    alone = subtract([piece.span for piece in timed], idle)
    together = subtract(merge(piece.span for piece in as_place), idle)
    return Offering(sorted(pieces, key=lambda each: each.span), sorted([*alone, *together]))


def work(
    resource: Resource, location: Location, opened: Sequence[Opening], days: Sequence[date]
) -> list[Span]:
    """When a resource works in these openings: merged, breaks taken out, absences and closures not.

    Hours that name only days (Tu-Sa) mean the openings that began on those days, past midnight too.
    """
    zone = location.zone
    working, idle = _hours_of_work(resource, location, opened, days)
    pauses = [opening.parse_span(text) for text in resource.breaks]
    for day in days:
        idle += _spans(day, pauses, zone)
    return subtract(merge(working), idle)


def _hours_of_work(
    resource: Resource, location: Location, opened: Sequence[Opening], days: Sequence[date]
) -> tuple[list[Span], list[Span]]:
    if not resource.hours:
        return [piece.span for piece in opened], []
    timed, idle, whole_days = _by_rules(resource.hours, location, days)
    return [piece.span for piece in timed] + [piece.span for piece in opened if piece.day in whole_days], idle


def _by_rules(
    text: str, location: Location, days: Iterable[date]
) -> tuple[list[Opening], list[Span], set[date]]:
    """What hours open and close at times of their own, and the dates that they name as such."""
    timed: list[Opening] = []
    idle: list[Span] = []
    whole_days = set()
    for day, plan in _plans(text, location, days):
        timed += [Opening(day, span) for span in _spans(day, plan.opens, location.zone)]
        idle += _spans(day, plan.closes, location.zone)
        if plan.whole_day:
            whole_days.add(day)
    return timed, idle, whole_days


def _plans(text: str, location: Location, days: Iterable[date]) -> list[tuple[date, DayPlan]]:
    hours = opening.parse(text)
    return [
        (
            day,
            hours.on(
                day,
                is_holiday=hours.mentions_holidays
                and public_holidays.is_holiday(location.country, location.subdivision, day),
            ),
        )
        for day in days
    ]


def _own(plan: DayPlan) -> Sequence[Minutes]:
    """A location's rule without times opens from midnight to midnight."""
    return (*plan.opens, (0, opening.DAY_MINUTES)) if plan.whole_day else plan.opens


def _spans(day: date, minutes: Iterable[Minutes], zone: ZoneInfo) -> list[Span]:
    return [(instant(day, begin, zone), instant(day, end, zone)) for begin, end in minutes]
