"""Which records a campaign is about: what a list of the desk shows, narrowed further by columns and age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations import reach
from operations.campaigns.campaign import Campaign
from operations.desk import narrowing
from operations.desk.permits import User
from operations.errors import Refusal
from operations.recovery import Condition, Remedy, introduction

OPTION_CAP = 5000  # choices are offered from so many records, soonest harm first
HOURS = "hours"
HOURS_OFFERED = (1, 6, 24, 72)
OF_THE_LIST = ("show", "fingerprint", "within", "day", "person")


class ChooseOnePlace(Refusal):
    """Raised by `place` for somebody limited to several locations: a campaign of theirs is about one."""

    code = "choose_one_place"
    message = _("You look after several locations. Choose one of them for this.")


@dataclass(frozen=True)
class Selection:
    """A condition's records as this person sees them; what is asked for and nobody declared is ignored."""

    condition: Condition
    user: User
    asked: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def chosen(self) -> dict[str, str]:
        """What it is narrowed by: the list's own narrowing, columns, hours since it came up."""
        known = [*OF_THE_LIST, *introduction(self.condition.model).narrowed_by, HOURS]
        given = {name: self.asked.get(name, "").replace("\x00", "")[:200] for name in known}
        hours = given[HOURS]
        if not (hours.isascii() and hours.isdecimal() and len(hours) < 5):
            del given[HOURS]
        return {name: value for name, value in given.items() if value}

    def records(self) -> QuerySet[Any]:
        """The records, soonest harm first."""
        records = self._listed()
        for name, value in self.chosen.items():
            if name == HOURS:
                since = timezone.now() - timedelta(hours=int(value))
                records = records.filter(**{f"{self.condition.since_at}__gte": since})
            elif name not in OF_THE_LIST:
                records = records.filter(**{name: value})
        return records

    def options(self) -> dict[str, list[tuple[str, int]]]:
        """For each column the values that occur, most frequent first, with how often."""
        columns = list(introduction(self.condition.model).narrowed_by)
        if not columns:
            return {}
        rows = list(self._listed().values_list(*columns)[:OPTION_CAP])
        counted = [Counter(row[place] for row in rows if row[place]) for place in range(len(columns))]
        return {
            column: [(str(value), number) for value, number in values.most_common()]
            for column, values in zip(columns, counted, strict=True)
        }

    @property
    def place(self) -> str:
        """The one location that it is about, or "" for all; raises ChooseOnePlace."""
        for name in self.chosen:
            if name.partition("__")[0] == "location":
                return self.chosen[name]
        places = reach.places_of(self.user)
        if places is not None and len(places) != 1:
            raise ChooseOnePlace
        return next(iter(places)) if places else ""

    def _listed(self) -> QuerySet[Any]:
        query = QueryDict(mutable=True)
        query.update({name: self.chosen[name] for name in OF_THE_LIST if name in self.chosen})
        assert self.user.pk is not None
        return narrowing.read(self.condition, self.user.pk, query).of(self.condition.ordered())


def treatable(condition: Condition) -> list[Remedy]:
    """The remedies that make sense for many records at once; campaigns are treated one by one."""
    if condition.model is Campaign:
        return []
    return [remedy for remedy in condition.remedies if not remedy.is_for_one]
