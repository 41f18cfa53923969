"""Hours as a table of seven weekdays and the public holidays, and the OpenStreetMap text that means the same.

The text stays the truth. It is read by asking `opening` what it says for each kind of day, so that the table
cannot mean anything else; whatever depends on more than the weekday and the holiday has no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from django.utils.translation import gettext as _

from bookings import opening
from bookings.opening import DAY_MINUTES, DayPlan, InvalidHours, Minutes

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONDAY = date(2027, 2, 1)
ONLY_WEEKDAYS = re.compile(rf"(?:{'|'.join(WEEKDAYS)}|PH|off|closed|open|24/7|[-,;\s])*", re.IGNORECASE)
TYPED_SPAN = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(?:-|\u2013|\u2014|to)\s*(\d{1,2})(?:[:.h](\d{2}))?")


class NoTable(ValueError):
    """Raised by `read` for hours that say more than a table of weekdays can show."""


@dataclass(frozen=True)
class Day:
    """One weekday's openings; `is_whole`: the day as such (for a person, whenever the place is open)."""

    spans: tuple[Minutes, ...] = ()
    is_whole: bool = False

    @property
    def is_closed(self) -> bool:
        return not self.spans and not self.is_whole


@dataclass(frozen=True)
class Week:
    """Monday to Sunday, and what holds on public holidays; None: nothing of their own."""

    days: tuple[Day, ...]
    holidays: Day | None = None

    @property
    def is_empty(self) -> bool:
        return all(day.is_closed for day in (*self.days, self.holidays or Day()))


EVERY_DAY = Week((Day(is_whole=True),) * 7)
"""What an empty text means for a person: as the place is open."""


def read(text: str) -> Week:
    """The table of a text; raises NoTable, and InvalidHours for what `opening` refuses."""
    hours = opening.parse(text)
    if not ONLY_WEEKDAYS.fullmatch(re.sub(opening.SPAN, "", text)):
        raise NoTable
    dates = [MONDAY + timedelta(days=number) for number in range(7)]
    ordinary = tuple(_day(hours.on(day)) for day in dates)
    if not hours.mentions_holidays:
        return Week(ordinary)
    on_holidays = tuple(_day(hours.on(day, is_holiday=True)) for day in dates)
    if on_holidays == ordinary:
        return Week(ordinary)
    if len(set(on_holidays)) > 1:
        raise NoTable
    return Week(ordinary, on_holidays[0])


def write(week: Week) -> str:
    """The text of a table, one that `read` gives the same table for; raises InvalidHours for an empty one."""
    if week.is_empty:
        raise InvalidHours(_("It would never be open. Enter times for at least one day."))
    rules = [
        f"{_names(days)}{_times(week.days[days[0]])}"
        for days in _alike(week.days)
        if not week.days[days[0]].is_closed
    ]
    if week.holidays is not None:
        rules.append("PH off" if week.holidays.is_closed else f"PH{_times(week.holidays) or ' open'}")
    return "; ".join(rules)


def parse_times(text: str) -> tuple[Minutes, ...]:
    """“09:00-12:00, 14:00-18:00” as people type it; an end that is not later is on the next day.

    Raises InvalidHours in words.
    """
    found = []
    for part in filter(None, (each.strip() for each in re.split(r"[,;\n]|\band\b", text))):
        typed = TYPED_SPAN.fullmatch(part)
        if not typed:
            said = {"text": part}
            raise InvalidHours(_("“%(text)s” is no time span. Write it like 09:00-12:00.") % said)
        begin, begin_minutes, end, end_minutes = typed.groups(default="00")
        found.append(opening.parse_span(f"{begin}:{begin_minutes}-{end}:{end_minutes}"))
    spans = sorted(set(found))
    for before, after in pairwise(spans):
        if after[0] < before[1]:
            said = {"one": say_times([before]), "other": say_times([after])}
            raise InvalidHours(_("%(one)s and %(other)s overlap.") % said)
    return tuple(spans)


def say_times(spans: Iterable[Minutes]) -> str:
    """09:00-12:00, 14:00-18:00, with the dash that belongs there."""
    return ", ".join(f"{_clock(begin)}\N{EN DASH}{_clock(_shown(begin, end))}" for begin, end in spans)


def written(spans: Iterable[Minutes]) -> list[str]:
    """The spans as they are stored: 12:30-13:15."""
    return [f"{_clock(begin)}-{_clock(_shown(begin, end))}" for begin, end in spans]


def _day(plan: DayPlan) -> Day:
    if plan.closes or (plan.whole_day and plan.opens):
        raise NoTable
    return Day(tuple(sorted(set(plan.opens))), plan.whole_day)


def _alike(days: tuple[Day, ...]) -> list[list[int]]:
    """The numbers of the days that have the same times, by their first."""
    firsts = sorted(range(7), key=lambda number: (days.index(days[number]), number))
    return [list(same) for _first, same in groupby(firsts, key=lambda number: days.index(days[number]))]


def _names(numbers: list[int]) -> str:
    """Mo-We,Fr."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(WEEKDAYS[run[0]] + (f"-{WEEKDAYS[run[-1]]}" if len(run) > 1 else "") for run in runs)


def _times(day: Day) -> str:
    return "" if day.is_whole else " " + ",".join(written(day.spans))


def _shown(begin: int, end: int) -> int:
    """An end on the next day as the clock shows it, unless that would be a later time of the first day."""
    return end - DAY_MINUTES if end > DAY_MINUTES and end - DAY_MINUTES <= begin else end


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
