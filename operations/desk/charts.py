"""Draws how hours or days went as bars: up what went wrong, down what came right, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from operations import bars
from operations.bars import SLOT, Bar
from operations.desk.course import DAY, Stretch

HEIGHT, HALF = 100, 50  # units of the drawing


@dataclass(frozen=True)
class Column:
    """One hour or day with its two bars; `told` says the same in words."""

    stretch: Stretch
    told: str
    x: int
    wrong: Bar | None
    right: Bar | None


@dataclass(frozen=True)
class Chart:
    """A drawing of `width` times 100 units; `most` is what the highest bar stands for."""

    columns: list[Column]
    most: int

    @property
    def width(self) -> int:
        return SLOT * len(self.columns)

    @property
    def slot(self) -> int:
        return SLOT

    @property
    def first(self) -> Stretch:
        return self.columns[0].stretch

    @property
    def middle(self) -> Stretch:
        return self.columns[len(self.columns) // 2].stretch

    @property
    def newest_first(self) -> list[Stretch]:
        """Those in which anything happened."""
        return [each.stretch for each in reversed(self.columns) if each.wrong or each.right]

    @property
    def wrong(self) -> int:
        return sum(column.stretch.wrong for column in self.columns)

    @property
    def right(self) -> int:
        return sum(column.stretch.right for column in self.columns)

    @property
    def worst(self) -> Stretch | None:
        """The one in which most went wrong; None when nothing did."""
        found = max((column.stretch for column in self.columns), key=lambda each: each.wrong)
        return found if found.wrong else None


def draw(stretches: Sequence[Stretch]) -> Chart:
    """The bars of these hours or days, the oldest on the left; there is at least one."""
    most = max(max(each.wrong, each.right) for each in stretches)
    columns, told = [], _("%(when)s: %(wrong)d went wrong, %(right)d came right")
    for place, each in enumerate(stretches):
        columns.append(
            Column(
                each,
                told % {"when": name(each), "wrong": each.wrong, "right": each.right},
                place * SLOT,
                bars.standing(place, each.wrong, most, foot=HALF),
                bars.hanging(place, each.right, most, top=HALF, bottom=HEIGHT),
            )
        )
    return Chart(columns, most)


def name(stretch: Stretch) -> str:
    """What an hour or a day is called, in UTC: "Tue 14:00" or "Tue 3 Nov"."""
    hour, day = pgettext("date format", "D H:i"), pgettext("date format", "D j M")
    return dateformat.format(stretch.begins_at, hour if stretch.length < DAY else day)
