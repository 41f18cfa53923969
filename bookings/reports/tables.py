"""The tables of a report: the same rows on the page and in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from bookings.money import in_fractions, spoken_price
from bookings.offerings import Service
from bookings.reports.figures import Counts, Figures
from bookings.resources import Resource

COLUMNS: dict[str, str | Promise] = {
    "booked": gettext_lazy("Bookings"),
    "held": pgettext_lazy("appointments", "Held"),
    "to_come": gettext_lazy("To come"),
    "no_shows": gettext_lazy("Nobody came"),
    "by_customer": gettext_lazy("Cancelled by customers"),
    "by_staff": gettext_lazy("Cancelled by staff"),
    "by_itself": gettext_lazy("Ended by itself"),
    "failed": gettext_lazy("Not possible"),
    "late": gettext_lazy("Cancelled late"),
}


@dataclass(frozen=True)
class Table:
    """`code` names its file; the first cell of each row is its heading, and None is nothing to tell."""

    code: str
    title: str
    columns: list[str]
    rows: list[list[Any]]
    currencies: list[str] = field(default_factory=list)
    """What the columns after those of `COLUMNS` are amounts of."""

    @property
    def shown_columns(self) -> list[str]:
        """The columns as people read them: one for the money in all currencies."""
        return self._with_money(self.columns, [_("Expected")])

    @property
    def shown(self) -> list[list[str]]:
        """The rows as people read them; of the currencies those that there is an amount in."""
        return [self._with_money([_shown(cell) for cell in row], [self._amounts(row)]) for row in self.rows]

    def _with_money(self, cells: list[str], money: list[str]) -> list[str]:
        if len(self.currencies) < 2:
            return cells
        before = 1 + len(COLUMNS)
        return [*cells[:before], *money, *cells[before + len(self.currencies) :]]

    def _amounts(self, row: list[Any]) -> str:
        amounts = row[1 + len(COLUMNS) :][: len(self.currencies)]
        pairs = zip(self.currencies, amounts, strict=False)
        told = [
            spoken_price(amount, currency, get_language() or "en") for currency, amount in pairs if amount
        ]
        return ", ".join(told) or "\N{EN DASH}"

    def lines(self) -> Iterable[list[Any]]:
        """The rows as a program reads them, the heading first."""
        yield self.columns
        yield from self.rows


def summary(figures: Figures, currencies: list[str]) -> Table:
    """One line for each figure of the whole."""
    whole = figures.whole
    rows = [[_("Booked in these days"), figures.made]]
    rows += [[str(title), getattr(whole, name)] for name, title in COLUMNS.items()]
    lead = None if figures.lead is None else round(figures.lead.total_seconds() / 3600, 1)
    rows.append([_("Half are booked at least so many hours ahead"), lead])
    rows += [[_expected(each), _amount(whole, each)] for each in currencies]
    return Table("summary", _("Summary"), [_("Figure"), _("Number")], rows)


def services(figures: Figures, known: Mapping[int, Service], currencies: list[str], many: bool) -> Table:
    """By service, the most booked first."""
    counted = sorted(figures.services.items(), key=lambda pair: -pair[1].booked)
    rows = [[_named(known[pk], many), *_cells(counts, currencies)] for pk, counts in counted]
    return Table("services", _("By service"), [_("Service"), *_columns(currencies)], rows, currencies)


def people(
    figures: Figures,
    known: Iterable[Resource],
    offered: Mapping[int, int],
    currencies: list[str],
    many: bool,
) -> Table:
    """By person and room in the order of the place, with how much of their time was booked."""
    rows = []
    for each in known:
        counts, took = figures.people.get(each.pk), figures.booked_minutes.get(each.pk, 0)
        if counts or took or (each.is_active and offered[each.pk]):
            cells = _cells(counts or Counts(), currencies)
            rows.append([_named(each, many), *cells, took, offered[each.pk], _share(took, offered[each.pk])])
    if counts := figures.people.get(None):
        rows.append([_("Nobody in particular"), *_cells(counts, currencies), None, None, None])
    columns = [*_columns(currencies), _("Minutes booked"), _("Minutes offered"), _("Used (%)")]
    return Table("people", _("By person and room"), [_("Person or room"), *columns], rows, currencies)


def weeks(figures: Figures, currencies: list[str]) -> Table:
    """By week, which begins on Monday."""
    rows = [[week, *_cells(counts, currencies)] for week, counts in sorted(figures.weeks.items())]
    return Table("weeks", _("By week"), [_("Week from"), *_columns(currencies)], rows, currencies)


def hours(figures: Figures) -> Table:
    """How many appointments begin at each hour of each weekday, from the first such hour to the last."""
    used = sorted({hour for _day, hour in figures.hours})
    span = range(used[0], used[-1] + 1) if used else range(0)
    rows = [
        [str(WEEKDAYS[day - 1]), *(figures.hours.get((day, hour), 0) for hour in span)] for day in range(1, 8)
    ]
    columns = [_("Weekday"), *(f"{hour:02}:00" for hour in span)]
    return Table("hours", _("By weekday and hour"), columns, rows if used else [])


def _share(part: int, whole: int) -> float | None:
    """In percent; over a hundred when more was booked than the hours say."""
    return round(100 * part / whole, 1) if whole else None


def _columns(currencies: list[str]) -> list[str]:
    return [*map(str, COLUMNS.values()), *map(_expected, currencies)]


def _cells(counts: Counts, currencies: list[str]) -> list[Any]:
    return [*(getattr(counts, name) for name in COLUMNS), *(_amount(counts, each) for each in currencies)]


def _expected(currency: str) -> str:
    return _("Expected (%(currency)s)") % {"currency": currency}


def _amount(counts: Counts, currency: str) -> Decimal:
    return in_fractions(counts.revenue.get(currency, Decimal(0)), currency)


def _named(part: Service | Resource, with_place: bool) -> str:
    return f"{part.name}, {part.location.name}" if with_place else part.name


def _shown(cell: Any) -> str:
    if cell is None:
        return "\N{EN DASH}"
    if isinstance(cell, date):
        return date_format(cell)
    return str(number_format(cell, force_grouping=True)) if isinstance(cell, int | float | Decimal) else cell
