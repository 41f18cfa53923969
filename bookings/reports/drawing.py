"""Draws a report's numbers: weeks as bars, the hours of the week by how busy they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.reports.tables import Table
from operations.bars import SLOT, Bar, standing

HEIGHT = 100  # units of the drawing
SHADES = 5
FEW = 6  # columns; fewer are no broader than if there were six


@dataclass(frozen=True)
class Column:
    """A bar, or none where there is nothing, and the same in words."""

    name: str
    told: str
    bar: Bar | None


@dataclass(frozen=True)
class Chart:
    """A drawing of `width` times 100 units; `most` is what the highest bar stands for."""

    columns: list[Column]
    most: int

    @property
    def width(self) -> int:
        return SLOT * max(len(self.columns), FEW)

    @property
    def is_short(self) -> bool:
        """Whether there are so few that each has its name below it, and none is as broad as the page."""
        return len(self.columns) <= FEW

    @property
    def names(self) -> list[str]:
        """What stands below it: each of a few and the gaps after them; else first, middle and last."""
        if self.is_short:
            return [each.name for each in self.columns] + [""] * (FEW - len(self.columns))
        return [self.columns[place].name for place in (0, len(self.columns) // 2, -1)]


def bars(table: Table) -> Chart:
    """The first number of each row of a table of days."""
    most = max((row[1] for row in table.rows), default=0)
    told = _("%(name)s: %(number)d")
    return Chart(
        [
            Column(
                _day(row[0]),
                told % {"name": _day(row[0]), "number": row[1]},
                standing(place, row[1], most, foot=HEIGHT),
            )
            for place, row in enumerate(table.rows)
        ],
        most,
    )


def _day(day: date) -> str:
    return dateformat.format(day, pgettext("date format", "D j M"))


@dataclass(frozen=True)
class Shaded:
    """A number and how dark it stands, from 0 to 5; the number says the same."""

    number: int
    shade: int


def shaded(table: Table) -> list[tuple[str, list[Shaded]]]:
    """The rows with each number as dark as it is high."""
    most = max((max(row[1:], default=0) for row in table.rows), default=0)
    return [(row[0], [_shade(number, most) for number in row[1:]]) for row in table.rows]


def _shade(number: int, most: int) -> Shaded:
    return Shaded(number, -(-SHADES * number // most) if most else 0)


def busiest(table: Table) -> Sequence[Any] | None:
    """The row with the most bookings; None when there are none."""
    found = max(table.rows, key=lambda row: row[1], default=None)
    return found if found and found[1] else None
