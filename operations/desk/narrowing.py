"""Narrows the list of a condition: to mine, to nobody's, to what rests, to one kind of failure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from operations.attempts import Attempt
from operations.people import snoozes
from operations.people.claims import Claim
from operations.recovery import Condition

SHOWS: dict[str, str | Promise] = {
    "": _("Open"),
    "overdue": _("Needs a person now"),
    "mine": _("Mine"),
    "unclaimed": _("Nobody is on it"),
    "snoozed": _("Left alone"),
}


@dataclass(frozen=True)
class Narrowing:
    """What somebody wants to see of a condition's list; what they typed wrongly narrows nothing."""

    condition: Condition
    user_id: int
    show: str = ""
    fingerprint: str = ""

    def of(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """These records of the condition's; what rests is only shown when asked for."""
        if self.fingerprint:
            records = records.filter(self._failed_alike())
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
            (Narrowing(self.condition, self.user_id, code, self.fingerprint).query, name, code == self.show)
            for code, name in SHOWS.items()
            if code != "overdue" or self.condition.needs_person_at is not None
        ]

    @cached_property
    def _any_rests(self) -> bool:
        return self.condition.code in snoozes.conditions_with_any()

    @property
    def _chosen(self) -> dict[str, str]:
        return {"show": self.show, "fingerprint": self.fingerprint}

    def _failed_alike(self) -> Q:
        label = self.condition.model._meta.label_lower
        alike = Attempt.objects.filter(fingerprint=self.fingerprint, effect_model=label)
        return Q(Exists(alike.filter(effect_id=OuterRef("pk"))))


def read(condition: Condition, user_id: int, data: QueryDict) -> Narrowing:
    """What the address asks for."""
    show, fingerprint = data.get("show", ""), data.get("fingerprint", "")
    is_mark = len(fingerprint) == 16 and fingerprint.isalnum() and fingerprint.isascii()
    return Narrowing(condition, user_id, show if show in SHOWS else "", fingerprint if is_mark else "")
