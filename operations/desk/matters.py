"""One record that needs attention, in the words of the condition that lists it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from operations import intents, recovery
from operations.desk import marks, tallies
from operations.desk.marks import NONE, Marks
from operations.desk.permits import User, may_recover
from operations.desk.subjects import Subject, introduced, said, unspeakable
from operations.people import about
from operations.recovery import Comparison, Condition, Remedy, Words, words


def _words(text: Words, record: Any) -> str:
    return said(lambda each: words(text, each), record, unspeakable())


@dataclass(frozen=True)
class Matter(Subject):
    """A record while its condition lists it."""

    condition: Condition
    marks: Marks = NONE

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been in somebody's hands by now."""
        moment: datetime | None = getattr(self.record, "needs_person_at", None)
        return moment is not None and moment <= timezone.now()

    @cached_property
    def why(self) -> str:
        return _words(self.condition.explanation, self.record)

    @cached_property
    def customer_text(self) -> str:
        return _words(self.condition.customer_text, self.record)

    @cached_property
    def by_itself(self) -> str:
        return _words(self.condition.by_itself, self.record)

    @cached_property
    def since(self) -> datetime | None:
        return said(self.condition.since, self.record, None)

    @property
    def harm(self) -> datetime | None:
        return self.condition.harm(self.record)

    @cached_property
    def reference(self) -> str:
        return said(self.condition.booking, self.record, "")

    @property
    def page(self) -> str:
        return reverse("admin:desk_record", args=[self.condition.code, self.record.pk])

    def ways(self, user: User, pressed: str = "", typed: Mapping[str, str] | None = None) -> list[Way]:
        """Each remedy as this person sees it for this record; `pressed` gets back what was typed."""
        given = {pressed: typed or {}}
        return [
            Way(remedy, self.record, may_recover(user, remedy), given.get(remedy.code, {}))
            for remedy in self.condition.remedies
        ]


@dataclass(frozen=True)
class Way:
    """One way out of a matter: what it will do to a person, or why it cannot be pressed."""

    remedy: Remedy
    record: Any
    is_allowed: bool
    typed: Mapping[str, str]

    @cached_property
    def says(self) -> str:
        return _words(self.remedy.says, self.record)

    @cached_property
    def refusal(self) -> str:
        return said(self.remedy.refuses, self.record, unspeakable())

    @property
    def reason(self) -> str:
        return self.typed.get("reason", "")

    @property
    def questions(self) -> list[tuple[str, str, str]]:
        """What else the remedy asks: the field's name, the question, and what was typed before."""
        return [(name, str(asked), self.typed.get(name, "")) for name, asked in self.remedy.asks.items()]

    @cached_property
    def others(self) -> str:
        """The other records that it changes, with the versions that are shown."""
        return said(self.remedy.marks, self.record, "")

    @cached_property
    def comparison(self) -> Comparison | None:
        """What would become of all of them, side by side."""
        return said(self.remedy.compares, self.record, None) if self.remedy.compares else None

    @cached_property
    def request_id(self) -> str:
        return intents.issue()


def matters(condition: Condition, records: Iterable[Any]) -> list[Matter]:
    """These records of the condition, fetched with what introducing them reads."""
    return [Matter(record, condition) for record in introduced(condition.model, list(records))]


def marked(listed: Iterable[Matter]) -> list[Matter]:
    """The same matters with what people have agreed about them."""
    found = list(listed)
    agreed = marks.of([each.record for each in found])
    return [replace(each, marks=agreed.get(about.key(each.record), NONE)) for each in found]


def matter(condition: Condition, pk: int) -> Matter | None:
    """The record as a matter of this condition, or None when it has left the list."""
    return next(iter(matters(condition, condition.listed().filter(pk=pk)[:1])), None)


def matters_of(record: Model) -> list[Matter]:
    """Every condition that lists this record now."""
    return matters_among(type(record), [record])


def matters_among(model: type[Model], records: Iterable[Model]) -> list[Matter]:
    """Every condition that lists any of these records now: one query, one more for each that lists some."""
    concerning = {condition.code: condition for condition in conditions_of(model)}
    found: defaultdict[str, list[int]] = defaultdict(list)
    for code, pk in tallies.which_list(concerning.values(), [record.pk for record in records]):
        found[code].append(pk)
    return [
        matter
        for code, ids in found.items()
        for matter in matters(concerning[code], concerning[code].listed().filter(pk__in=ids))
    ]


def conditions_of(model: type[Model]) -> list[Condition]:
    """The conditions that concern a model."""
    return [condition for condition in recovery.conditions().values() if condition.model is model]
