"""The next two weeks in words, as hours would have them that are not saved yet."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import obstacles, schedule
from bookings.obstacles import Gone, Timetable
from bookings.offerings import Service
from bookings.opening import DAY_MINUTES
from bookings.places import Location
from bookings.resources import Resource
from bookings.spans import Span, common, subtract

DAYS = 14


@dataclass(frozen=True)
class Outlook:
    """A date: when it is open, somebody works or something takes place, and what is special about it."""

    day: date
    hours: list[str]
    notes: list[str] = field(default_factory=list)


def of(record: Location | Resource | Service, hours: str, breaks: list[str]) -> list[Outlook]:
    """Fourteen days from today with these hours in place of the stored ones; two queries."""
    record = copy.copy(record)
    location, own = (record, None) if isinstance(record, Location) else (record.location, record)
    match record:
        case Location():
            record.opening_hours = hours
        case Resource():
            record.hours, record.breaks = hours, breaks
        case Service():
            record.hours = hours
    today = timezone.localdate(timezone=location.zone)
    days = [today + timedelta(days=number) for number in range(DAYS)]
    table = obstacles.timetable(location, [own] if isinstance(own, Resource) else [], days)
    return [_outlook(table, own, day) for day in days]


def _outlook(table: Timetable, own: Resource | Service | None, day: date) -> Outlook:
    found = _left(table, own, day)
    notes = list(_notes(table, own if isinstance(own, Resource) else None, day))
    if isinstance(own, Service):
        notes += _too_short(table, own, found)
    return Outlook(day, [obstacles.clocks(span, table.location) for span in found], notes)


def _too_short(table: Timetable, service: Service, spans: list[Span]) -> Iterable[str]:
    """Nothing would ever start there."""
    if short := [span for span in spans if span[1] - span[0] < service.minutes * 60]:
        told = ", ".join(obstacles.clocks(span, table.location) for span in short)
        yield _("Too short for %(n)s minutes: %(hours)s") % {"n": service.minutes, "hours": told}


def _left(table: Timetable, own: Resource | Service | None, day: date) -> list[Span]:
    """What begins on the date, whatever is left of it by closures and absences."""
    # Each opening by itself: around the clock they touch, and all the days would be one stretch.
    opened = [piece.span for piece in table.opened if piece.day == day]
    match own:
        case None:
            found = opened
        case Resource():
            found = common(opened, table.working(own))
        case Service():
            pieces = [piece.span for piece in table.offering(own).openings if piece.day == day]
            found = common(pieces, table.open_time)
    gone = [each.span for each in _gone(table, own if isinstance(own, Resource) else None)]
    return subtract(found, gone)


def _notes(table: Timetable, resource: Resource | None, day: date) -> Iterable[str]:
    if holiday := table.holiday(day):
        yield _("Public holiday: %(name)s") % {"name": holiday}
    zone = table.location.zone
    whole: Span = (schedule.instant(day, 0, zone), schedule.instant(day + timedelta(days=1), 0, zone))
    for each in _gone(table, resource):
        if obstacles.meets(each.span, whole):
            words = _("Closed: %(why)s") if each in table.closures else _("Away: %(why)s")
            yield words % {"why": each.reason or _("no reason given")}
    later = (whole[1] - whole[0]) // 60 - DAY_MINUTES
    if later < 0:
        yield _("Clocks go forward by %(n)s minutes") % {"n": -later}
    if later > 0:
        yield _("Clocks go back by %(n)s minutes") % {"n": later}


def _gone(table: Timetable, resource: Resource | None) -> list[Gone]:
    return [*table.closures, *(table.absences.get(resource.pk, []) if resource else [])]


def _local(moment: int, location: Location) -> datetime:
    return datetime.fromtimestamp(moment, location.zone)
