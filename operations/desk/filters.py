"""What a condition's list can be narrowed by, with the values that occur in it now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from operations import reach
from operations.desk import names
from operations.desk.narrowing import HOURS_AHEAD, Narrowing
from operations.desk.permits import User
from operations.desk.spans import span
from operations.incidents import Incident
from operations.people.claims import Claim
from operations.recovery import Text, introduction

ALIKE_CAP, PEOPLE_CAP = 20, 50
ROW_CAP = 1000  # choices are offered from so many records, soonest harm first


@dataclass(frozen=True)
class Option:
    """A value with what it is called; `number` is how many of the first records have it, if counted."""

    value: str
    name: str
    number: int | None = None


@dataclass(frozen=True)
class Filter:
    """One column, with its values and the one chosen now; without values it is a day to be typed."""

    name: str
    title: str | Promise
    options: list[Option]
    chosen: str
    is_day: bool = False


def of(narrowing: Narrowing, user: User) -> list[Filter]:
    """The filters worth offering: those with a choice, and those in use.

    One query for all columns, one for the kinds of failure and two for who is on them.
    """
    columns: dict[str, Text] = dict(introduction(narrowing.condition.model).narrowed_by)
    values = _values(narrowing.condition.ordered(), list(columns))
    offered = [
        Filter(name, title, _options(values[name], chosen), chosen)
        for name, title in columns.items()
        if (chosen := narrowing.by.get(name, "")) or len(values[name]) > 1
    ]
    when = [_ahead(narrowing), _day(narrowing)] if narrowing.condition.harm_at else []
    others = [
        each for each in (_alike(narrowing, reach.is_limited(user)), _people(narrowing)) if each.options
    ]
    return [*offered, *others, *when]


def _values(records: QuerySet[Any], columns: list[str]) -> dict[str, Counter[str]]:
    # First which ones, then what is joined to them: joining comes dear when the planner expects many more.
    first = records.model._base_manager.filter(pk__in=records.values("pk")[:ROW_CAP])
    rows = list(first.values_list(*columns)) if columns else []
    return {
        name: Counter(str(row[place]) for row in rows if row[place]) for place, name in enumerate(columns)
    }


def _options(values: Counter[str], chosen: str) -> list[Option]:
    found = [Option(value, value, number) for value, number in values.most_common()]
    return found if not chosen or chosen in values else [*found, Option(chosen, chosen, 0)]


def _ahead(narrowing: Narrowing) -> Filter:
    options = [Option(hours, span(timedelta(hours=int(hours)))) for hours in HOURS_AHEAD]
    return Filter("within", _("Matters within"), options, narrowing.within)


def _day(narrowing: Narrowing) -> Filter:
    return Filter("day", _("Matters on (UTC)"), [], narrowing.day, is_day=True)


def _alike(narrowing: Narrowing, is_limited: bool) -> Filter:
    """The kinds of failure that nobody has closed; nobody who is limited to some places hears of them."""
    label, chosen = narrowing.condition.model._meta.label_lower, narrowing.fingerprint
    known = Incident.objects.open().filter(effect_model=label).order_by("-seen_at")
    newest = [] if is_limited else known[:ALIKE_CAP]
    options = [Option(each.fingerprint, each.title) for each in newest]
    if chosen and chosen not in {each.value for each in options}:
        options.append(Option(chosen, _("another kind of failure")))
    return Filter("fingerprint", _("Failed alike"), options, chosen)


def _people(narrowing: Narrowing) -> Filter:
    """Those who are on records of this kind now."""
    label, chosen = narrowing.condition.model._meta.label_lower, narrowing.person
    held = Claim.objects.in_force().filter(subject_model=label)
    found = set(held.order_by().values_list("user_id", flat=True).distinct()[:PEOPLE_CAP])
    known = names.of({*found, *([int(chosen)] if chosen else [])})
    options = [Option(str(pk), name) for pk, name in sorted(known.items(), key=lambda each: each[1])]
    return Filter("person", _("Who is on it"), options, chosen)
