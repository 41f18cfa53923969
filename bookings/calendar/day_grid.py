"""Lays one day out as a table: a row for each stretch of time, a column for each person or room.

A row ends wherever anything begins or ends, so that nothing is rounded: a day of 23 or 25 hours has fewer
or more rows, and an hour that comes twice stands there twice. A night is shown to its end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings import schedule
from bookings.calendar.planning import Block, Plan
from bookings.resources import Resource
from bookings.spans import Span
from bookings.when import happens_twice

HEIGHTS = (5, 10, 15, 20, 30, 45, 60)


@dataclass(frozen=True)
class Cell:
    """What one column shows for `rows` rows: a block, a reason why nothing can be booked, or free time."""

    rows: int
    block: Block | None = None
    reason: str = ""
    start: datetime | None = None
    resource: Resource | None = None
    is_shaded: bool = False


@dataclass
class Row:
    """A stretch of time; `cells` are those that begin in it."""

    begin: datetime
    end: datetime
    label: str
    height: int
    is_midnight: bool = False
    is_now: bool = False
    is_on_grid: bool = True
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Grid:
    """The table of a day; without rows the place is closed all day and nothing is booked."""

    columns: list[Resource | None]
    rows: list[Row]


@dataclass(frozen=True)
class _Use:
    """What a column is taken up with in one row; rows of an equal use become one cell."""

    block: Block | None = None
    reason: str = ""
    is_shaded: bool = False
    start: int | None = None

    def joins(self, before: _Use) -> bool:
        if self.block or before.block:
            return self.block is before.block and self.reason == before.reason
        if self.is_shaded or before.is_shaded:
            return self == before
        return self.start is None


@dataclass(frozen=True)
class _Column:
    """One person or room, or what needs none, with all that concerns it on the day."""

    resource: Resource | None
    blocks: list[tuple[Block, Span]]
    away: list[tuple[Span, str]]
    working: list[Span]
    pauses: list[Span]

    def use(self, span: Span, is_open: bool, starts: set[int]) -> _Use:
        """What it does in a row, the strongest reason first."""
        for block, held in self.blocks:
            if _meets(held, span):
                if _meets(block.span, span):
                    return _Use(block=block)
                return _Use(reason=_("Preparing"), is_shaded=True)
        if why := self._why_not(span, is_open):
            return _Use(reason=why, is_shaded=True)
        return _Use(start=span[0] if span[0] in starts else None)

    def _why_not(self, span: Span, is_open: bool) -> str:
        for gone, reason in self.away:
            if _meets(gone, span):
                return reason
        if not is_open:
            return _("Closed")
        if self.resource is None or _any_meets(self.working, span):
            return ""
        return _("Break") if _any_meets(self.pauses, span) else _("Not at work")


def lay_out(plan: Plan, day: date, resources: Sequence[Resource], now: datetime) -> Grid:
    """The table of a local date with a column for each of these, and one for what needs none of them."""
    window = _window(plan, day)
    columns = [_column(plan, each, window) for each in resources]
    loose = _column(plan, None, window)
    columns += [loose] if loose.blocks else []
    starts = _grid(plan, window)
    edges = _edges(plan, columns, window, starts)
    opened = [piece.span for piece in plan.opened if _meets(piece.span, window)]
    is_open = [_any_meets(opened, span) for span in edges]
    uses = [
        [column.use(span, opens, starts) for column in columns]
        for span, opens in zip(edges, is_open, strict=True)
    ]
    kept = _without_idle(edges, is_open, uses)
    rows = [_row(span, plan.location.zone, now, starts) for span, _uses in kept]
    for number, column in enumerate(columns):
        _fill(rows, [used[number] for _span, used in kept], column.resource, now)
    return Grid([column.resource for column in columns], rows)


def _column(plan: Plan, resource: Resource | None, window: Span) -> _Column:
    pk = resource.pk if resource else None
    working = [span for span in plan.working.get(pk or 0, []) if _meets(span, window)]
    holding = [
        (block, block.held.get(pk) if pk else (None if block.held else block.span)) for block in plan.blocks
    ]
    return _Column(
        resource,
        [(block, held) for block, held in holding if held and _meets(held, window)],
        [
            (away.span, away.reason or (_("Closed") if away.resource_id is None else _("Away")))
            for away in plan.away
            if away.resource_id in (None, pk) and _meets(away.span, window)
        ],
        working,
        [span for span in plan.pauses(resource) if _interrupts(span, working)] if resource else [],
    )


def _window(plan: Plan, day: date) -> Span:
    """From midnight to midnight, and on to the end of what begins on the day."""
    zone = plan.location.zone
    begin = schedule.instant(day, 0, zone)
    midnight = schedule.instant(day + timedelta(days=1), 0, zone)
    ends = [piece.span[1] for piece in plan.opened if piece.day == day]
    ends += [block.span[1] for block in plan.blocks if begin <= block.span[0] < midnight]
    return begin, max([midnight, *ends])


def _grid(plan: Plan, window: Span) -> set[int]:
    """The starts that the hours of the place and of its services offer."""
    return {start for start in plan.starts if window[0] <= start < window[1]}


def _edges(plan: Plan, columns: Iterable[_Column], window: Span, starts: set[int]) -> list[Span]:
    """The stretches between everything that begins or ends."""
    spans: list[Span] = [piece.span for piece in plan.opened]
    for column in columns:
        spans += [each for block, held in column.blocks for each in (block.span, held)]
        spans += [gone for gone, _reason in column.away]
        spans += column.working + column.pauses
    days = (schedule.instant(day, 0, plan.location.zone) for day in plan.days)
    points = {*window, *starts, *days, *(edge for span in spans for edge in span)}
    return list(pairwise(sorted(point for point in points if window[0] <= point <= window[1])))


def _without_idle(
    edges: list[Span], is_open: list[bool], uses: list[list[_Use]]
) -> list[tuple[Span, list[_Use]]]:
    """Without closed time at both ends; closed time in between becomes one row."""
    is_used = [opens or any(use.block for use in used) for opens, used in zip(is_open, uses, strict=True)]
    if not any(is_used):
        return []
    first, last = is_used.index(True), len(is_used) - 1 - is_used[::-1].index(True)
    kept: list[tuple[Span, list[_Use]]] = []
    for at in range(first, last + 1):
        if not is_used[at] and not is_used[at - 1]:
            (begin, _end), used = kept[-1]
            kept[-1] = ((begin, edges[at][1]), used)
        else:
            kept.append((edges[at], uses[at]))
    return kept


def _row(span: Span, zone: ZoneInfo, now: datetime, starts: set[int]) -> Row:
    begin, end = (datetime.fromtimestamp(edge, zone) for edge in span)
    minutes = (span[1] - span[0]) // 60
    is_midnight = (begin.hour, begin.minute) == (0, 0)
    return Row(
        begin=begin,
        end=end,
        label=clock(begin),
        height=HEIGHTS[min(bisect_left(HEIGHTS, minutes), len(HEIGHTS) - 1)],
        is_midnight=is_midnight,
        is_now=span[0] <= now.timestamp() < span[1],
        is_on_grid=span[0] in starts,
    )


def _fill(rows: list[Row], uses: list[_Use], resource: Resource | None, now: datetime) -> None:
    """Give a column's cells to the rows in which they begin."""
    begun = 0
    for at in range(1, len(uses) + 1):
        if at == len(uses) or not uses[at].joins(uses[at - 1]):
            use, begin = uses[begun], rows[begun].begin
            start = begin if use.start is not None and begin >= now else None
            rows[begun].cells.append(Cell(at - begun, use.block, use.reason, start, resource, use.is_shaded))
            begun = at


def clock(local: datetime) -> str:
    """The wall time, with its offset where it comes twice."""
    text = f"{local:%H:%M}"
    return f"{text} (UTC{local.isoformat()[-6:]})" if happens_twice(local) else text


def closing_clock(local: datetime) -> str:
    """The wall time of an end: midnight is the end of the day before, as the form of hours has it too."""
    text = clock(local)
    return "24:00" if text == "00:00" else text


def _interrupts(pause: Span, working: list[Span]) -> bool:
    """Whether work goes on to a pause and on after it; on a day off nobody has a break."""
    return any(span[1] == pause[0] for span in working) and any(span[0] == pause[1] for span in working)


def _meets(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _any_meets(spans: Iterable[Span], span: Span) -> bool:
    return any(_meets(each, span) for each in spans)
