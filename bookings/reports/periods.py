"""Which dates a report is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST_DAYS = 732  # two years, one of them a leap year
DAY = timedelta(days=1)
USUAL = "month"


@dataclass(frozen=True)
class Period:
    """Dates at each place by its own clock, both included; `problem` says why it is not what was asked."""

    code: str
    first: date
    last: date
    problem: str = ""

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


def _week(today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


def _month(today: date) -> tuple[date, date]:
    first = today.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - DAY


def _quarter(today: date) -> tuple[date, date]:
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    return first, _month(first + timedelta(days=62))[1]


def _year(today: date) -> tuple[date, date]:
    return date(today.year, 1, 1), date(today.year, 12, 31)


KNOWN: dict[str, tuple[str | Promise, Callable[[date], tuple[date, date]]]] = {
    "week": (gettext_lazy("This week"), _week),
    "last_week": (gettext_lazy("Last week"), lambda today: _week(today - 7 * DAY)),
    "month": (gettext_lazy("This month"), _month),
    "last_month": (gettext_lazy("Last month"), lambda today: _month(today.replace(day=1) - DAY)),
    "quarter": (gettext_lazy("This quarter"), _quarter),
    "year": (gettext_lazy("This year"), _year),
}
FREE = "free"


def read(asked: Mapping[str, str], today: date) -> Period:
    """The period that an address asks for; this month, with the problem, when it makes no sense."""
    code = asked.get("period", "") or (FREE if asked.get("from") or asked.get("to") else USUAL)
    if code in KNOWN:
        return Period(code, *KNOWN[code][1](today))
    if code != FREE:
        return Period(USUAL, *_month(today), _("There is no such range of dates."))
    try:
        first, last = (date.fromisoformat(asked.get(name, "")) for name in ("from", "to"))
    except ValueError:
        return Period(FREE, *_month(today), _("Please enter both dates; they look like 2027-01-31."))
    if last < first:
        return Period(FREE, *_month(today), _("The last day is before the first one."))
    if (last - first).days >= LONGEST_DAYS or not 2000 <= first.year <= last.year <= 2999:
        problem = _("Please choose at most %(days)d days between 2000 and 2999.") % {"days": LONGEST_DAYS}
        return Period(FREE, *_month(today), problem)
    return Period(FREE, first, last)
