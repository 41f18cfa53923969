"""The dates of a series on staff's form: all of them seen, and ticked or not, before any is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from bookings import series
from bookings.calendar.forms import read_start
from bookings.eligibility import Rules
from bookings.series import Occasion, Rhythm


@dataclass(frozen=True)
class Line:
    """One date; `value` is what its box sends."""

    occasion: Occasion
    value: str
    is_kept: bool


@dataclass(frozen=True)
class Dates:
    """Every date of a series; `mark` says of which, so that the ticks of another one do not count."""

    lines: list[Line]
    mark: str
    was_shown: bool
    kept: list[datetime]
    """The ticked dates, free or not: a form that is sent again must say the same."""

    @property
    def free_count(self) -> int:
        return sum(line.occasion.is_free for line in self.lines)


def of(rhythm: Rhythm, sent: QueryDict) -> Dates:
    """The dates as they are now, ticked as they were sent, or else wherever they are free."""
    mark = _mark(rhythm)
    was_shown = sent.get("dates_of") == mark
    ticked = {start for text in sent.getlist("keep") if (start := read_start(text))} if was_shown else None
    occasions = series.plan(rhythm)
    return Dates(
        [_line(each, ticked) for each in occasions],
        mark,
        was_shown,
        [each.start for each in occasions if each.start and ticked and each.start in ticked],
    )


def _line(occasion: Occasion, ticked: set[datetime] | None) -> Line:
    """What would need the rules set aside is ticked by a person only."""
    is_usual = not occasion.against if ticked is None else occasion.start in ticked
    value = occasion.start.isoformat() if occasion.start else ""
    return Line(occasion, value, occasion.is_free and is_usual)


def _mark(rhythm: Rhythm) -> str:
    whom = rhythm.resource.slug if rhythm.resource else ""
    parts = (rhythm.service.slug, rhythm.first.isoformat(), rhythm.every, rhythm.count, whom, rhythm.people)
    return " ".join(str(part) for part in (*parts, int(rhythm.rules is Rules.SET_ASIDE)))
