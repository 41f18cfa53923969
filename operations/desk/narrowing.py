"""Narrows the list of a condition: to mine, to what rests, to a place or channel, to one kind of failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from operations.attempts import Attempt
from operations.people import snoozes
from operations.people.claims import Claim
from operations.recovery import Condition, introduction

SHOWS: dict[str, str | Promise] = {
    "": _("Open"),
    "overdue": _("Needs a person now"),
    "mine": _("Mine"),
    "unclaimed": _("Nobody is on it"),
    "snoozed": _("Left alone"),
}
HOURS_AHEAD = ("2", "24", "72", "168")
VALUE_LENGTH = 200


@dataclass(frozen=True)
class Narrowing:
    """What somebody wants to see of a condition's list; what they typed wrongly narrows nothing.

    `within` are hours until it hurts somebody, `day` is the day (UTC) on which it does, `person` is who is on
    it, and `by` are the values of columns that the model's app declares.
    """

    condition: Condition
    user_id: int
    show: str = ""
    fingerprint: str = ""
    within: str = ""
    day: str = ""
    person: str = ""
    by: Mapping[str, str] = field(default_factory=dict)

    def of(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """These records of the condition's; what rests is only shown when asked for."""
        if self.fingerprint:
            records = records.filter(self._failed_alike())
        if self.within:
            until = timezone.now() + timedelta(hours=int(self.within))
            records = records.filter(**{f"{self.condition.harm_at}__lte": until})
        if self.day:
            begin = datetime.fromisoformat(self.day).replace(tzinfo=UTC)
            on_it = {"gte": begin, "lt": begin + timedelta(days=1)}
            records = records.filter(
                **{f"{self.condition.harm_at}__{name}": at for name, at in on_it.items()}
            )
        if self.person:
            records = records.filter(Claim.objects.held_by(int(self.person)).on(self.condition.model))
        return self._shown(records.filter(**self.by) if self.by else records)

    def _shown(self, records: QuerySet[Any]) -> QuerySet[Any]:
        resting = snoozes.of_condition(self.condition)
        if self.show == "snoozed":
            return records.filter(resting)
        if self._any_rests:
            records = records.exclude(resting)
        model = self.condition.model
        match self.show:
            case "mine":
                return records.filter(Claim.objects.held_by(self.user_id).on(model))
            case "unclaimed":
                return records.exclude(Claim.objects.in_force().on(model))
            case "overdue":
                return self.condition.overdue(records)
        return records

    @property
    def query(self) -> str:
        """The same narrowing as a query string, "" when it narrows nothing."""
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in self._chosen.items() if value})
        return query.urlencode()

    @property
    def choices(self) -> list[tuple[str, str | Promise, bool]]:
        """The other lists of this condition: query string, name, whether it is the one shown."""
        return [
            (replace(self, show=code).query, name, code == self.show)
            for code, name in SHOWS.items()
            if code != "overdue" or self.condition.needs_person_at is not None
        ]

    @cached_property
    def _any_rests(self) -> bool:
        return self.condition.code in snoozes.conditions_with_any()

    @property
    def _chosen(self) -> dict[str, str]:
        own = {name: getattr(self, name) for name in ("show", "fingerprint", "within", "day", "person")}
        return own | dict(self.by)

    def _failed_alike(self) -> Q:
        label = self.condition.model._meta.label_lower
        alike = Attempt.objects.filter(fingerprint=self.fingerprint, effect_model=label)
        return Q(Exists(alike.filter(effect_id=OuterRef("pk"))))


def read(condition: Condition, user_id: int, data: QueryDict) -> Narrowing:
    """What the address asks for."""
    show, fingerprint, within, person = (
        data.get(name, "") for name in ("show", "fingerprint", "within", "person")
    )
    is_mark = len(fingerprint) == 16 and fingerprint.isalnum() and fingerprint.isascii()
    columns = introduction(condition.model).narrowed_by
    given = {name: data.get(name, "").replace("\x00", "")[:VALUE_LENGTH] for name in columns}
    return Narrowing(
        condition,
        user_id,
        show if show in SHOWS else "",
        fingerprint if is_mark else "",
        within if within in HOURS_AHEAD and condition.harm_at else "",
        _day(data.get("day", "")) if condition.harm_at else "",
        person if person.isascii() and person.isdecimal() and len(person) < 10 else "",
        {name: value for name, value in given.items() if value},
    )


def _day(text: str) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return ""
    return found.isoformat() if 1970 <= found.year < 9999 else ""
