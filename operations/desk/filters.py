"""What a condition's list can be narrowed by, with the values that occur in it now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from operations.desk.narrowing import HOURS_AHEAD, Narrowing
from operations.desk.spans import span
from operations.recovery import Text, introduction

ROW_CAP = 1000  # choices are offered from so many records, soonest harm first


@dataclass(frozen=True)
class Option:
    """A value with what it is called; `number` is how many of the first records have it, if counted."""

    value: str
    name: str
    number: int | None = None


@dataclass(frozen=True)
class Filter:
    """One column, with its values and the one chosen now."""

    name: str
    title: str | Promise
    options: list[Option]
    chosen: str


def of(narrowing: Narrowing) -> list[Filter]:
    """The filters worth offering: those with a choice, and those in use; one query for all columns."""
    columns: dict[str, Text] = dict(introduction(narrowing.condition.model).narrowed_by)
    values = _values(narrowing.condition.ordered(), list(columns))
    offered = [
        Filter(name, title, _options(values[name], chosen), chosen)
        for name, title in columns.items()
        if (chosen := narrowing.by.get(name, "")) or len(values[name]) > 1
    ]
    return [*offered, *([_ahead(narrowing)] if narrowing.condition.harm_at else [])]


def _values(records: QuerySet[Any], columns: list[str]) -> dict[str, Counter[str]]:
    rows = list(records.values_list(*columns)[:ROW_CAP]) if columns else []
    return {
        name: Counter(str(row[place]) for row in rows if row[place]) for place, name in enumerate(columns)
    }


def _options(values: Counter[str], chosen: str) -> list[Option]:
    found = [Option(value, value, number) for value, number in values.most_common()]
    return found if not chosen or chosen in values else [*found, Option(chosen, chosen, 0)]


def _ahead(narrowing: Narrowing) -> Filter:
    options = [Option(hours, span(timedelta(hours=int(hours)))) for hours in HOURS_AHEAD]
    return Filter("within", _("Matters within"), options, narrowing.within)
