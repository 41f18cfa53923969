"""Lays a week out as a table: a row for each person or room, a column for each date, entries by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from babel import Locale, UnknownLocaleError
from django.utils.translation import gettext as _

from bookings import schedule
from bookings.calendar import planning
from bookings.calendar.planning import Block, Plan
from bookings.places import Location
from bookings.resources import Resource
from bookings.spans import Span, merge, subtract


@dataclass(frozen=True)
class Entry:
    """A block, a free stretch that can be booked, or why somebody is not there."""

    begin: datetime
    end: datetime
    block: Block | None = None
    reason: str = ""


@dataclass
class DayCell:
    """What somebody does on one date; `idle` says why there is no entry."""

    day: date
    idle: str
    entries: list[Entry] = field(default_factory=list)
    is_shut: bool = False


@dataclass(frozen=True)
class Line:
    """Somebody's week."""

    resource: Resource | None
    cells: list[DayCell]


def first_day(location: Location, day: date) -> date:
    """The first day of the week that this date is in, as the place counts weeks."""
    try:
        first = Locale.parse(f"und_{location.country}").first_week_day  # its most likely language
    except (UnknownLocaleError, ValueError):
        first = 0
    return day - timedelta(days=(day.weekday() - first) % 7)


def lay_out(plan: Plan, first: date, resources: Sequence[Resource], now: datetime) -> list[Line]:
    """A line for each of these, and one for what needs none of them."""
    days = [first + timedelta(days=number) for number in range(7)]
    lines = [_line(plan, each, days, now) for each in resources]
    if any(not block.held for block in plan.blocks):
        loose = [block for block in plan.blocks if not block.held]
        lines.append(Line(None, _arranged(_empty(plan, None, days), _entries(plan, loose))))
    return lines


def _line(plan: Plan, resource: Resource, days: list[date], now: datetime) -> Line:
    own = [block for block in plan.blocks if resource.pk in block.held]
    free = [span for span in _free(plan, resource, now) if span[1] - span[0] >= _step(plan)]
    entries = _entries(plan, own) + [Entry(*_local(plan, span)) for span in free]
    for away in plan.away:
        if away.resource_id in (None, resource.pk):
            named = away.reason or (_("Closed") if away.resource_id is None else _("Away"))
            entries += [
                Entry(*_local(plan, span), reason=named) for span in _at_work(plan, resource, away.span)
            ]
    return Line(resource, _arranged(_empty(plan, resource, days), entries))


def _empty(plan: Plan, resource: Resource | None, days: list[date]) -> dict[date, DayCell]:
    """The cells of these dates, each with the word for a date that has no entry."""
    cells = {}
    for day in days:
        opened = [piece.span for piece in plan.opened if piece.day == day]
        working = opened if resource is None else plan.working.get(resource.pk, [])
        if not opened:
            cells[day] = DayCell(day, _("Closed"), is_shut=True)
        elif not any(_common(span, working) for span in opened):
            cells[day] = DayCell(day, _("Not at work"), is_shut=True)
        else:
            cells[day] = DayCell(day, _("Nothing booked"))
    return cells


def _arranged(cells: dict[date, DayCell], entries: list[Entry]) -> list[DayCell]:
    for entry in sorted(entries, key=lambda each: (each.begin, each.end)):
        if cell := cells.get(entry.begin.date()):
            cell.entries.append(entry)
    return list(cells.values())


def _entries(plan: Plan, blocks: list[Block]) -> list[Entry]:
    return [Entry(*_local(plan, block.span), block=block) for block in blocks]


def _free(plan: Plan, resource: Resource, now: datetime) -> list[Span]:
    """Free time that is to come, from the next time at which something starts."""
    starts = sorted(start for start in plan.starts if start >= now.timestamp())
    found = []
    for begin, end in _by_opening(plan, planning.free_time(plan, resource)):
        if first := next((start for start in starts if begin <= start < end), None):
            found.append((first, end))
    return found


def _by_opening(plan: Plan, spans: list[Span]) -> list[Span]:
    """The same time, each opening by itself: around the clock they touch, and a week would be one stretch."""
    found, until = list[Span](), 0
    for opens, shuts in sorted(piece.span for piece in plan.opened):
        piece = max(opens, until), shuts
        found += subtract([piece], subtract([piece], spans))
        until = max(until, shuts)
    return found


def _at_work(plan: Plan, resource: Resource, gone: Span) -> list[Span]:
    """The part of an absence that somebody would otherwise have worked, cut at midnight."""
    midnights = [schedule.instant(day, 0, plan.location.zone) for day in plan.days]
    pieces = [(max(gone[0], begin), min(gone[1], end)) for begin, end in pairwise(midnights)]
    working = merge(plan.working.get(resource.pk, []))
    return [span for piece in pieces if piece[0] < piece[1] for span in _common(piece, working)]


def _common(piece: Span, working: list[Span]) -> list[Span]:
    return subtract([piece], subtract([piece], working))[:1]


def _step(plan: Plan) -> int:
    return plan.location.slot_step_minutes * 60


def _local(plan: Plan, span: Span) -> tuple[datetime, datetime]:
    begin, end = (datetime.fromtimestamp(edge, plan.location.zone) for edge in span)
    return begin, end
