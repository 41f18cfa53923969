"""What counts as stuck, in words, and the ways out; each app declares its own in `recovery.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.module_loading import autodiscover_modules

from operations.history import Operation

Words = str | Callable[[Any], str]


class Urgency(StrEnum):
    """Whether somebody must act, the system will, or it is only worth knowing."""

    NEEDS_PERSON = "needs_person"
    BY_ITSELF = "by_itself"
    INFORMATION = "information"


class Consequence(StrEnum):
    """What a remedy does to a person."""

    SAFE = "safe"
    SECOND_COPY = "sends a second copy"
    TELLS_CUSTOMER = "tells the customer"
    NEEDS_CHECK = "needs a check first"


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """One way out; `apply` receives the locked record and who acts, and moves it out of its condition.

    `refuses` returns why it cannot be pressed for this record, or "". `due_by_itself` narrows the
    condition's records to those that a sweep may treat now; without it only people apply the remedy.
    `asks` names what else it needs (e.g. {"evidence": "What shows that it arrived?"}), passed to `apply`.
    """

    code: str
    title: str
    says: Words
    apply: Callable[..., None]
    consequence: Consequence = Consequence.SAFE
    permission: str = "operations.recover"
    refuses: Callable[[Any], str] = lambda _record: ""
    due_by_itself: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    asks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A named set of records that need attention; `records` is both the list and the guard."""

    code: str
    title: str
    model: type[Model]
    records: Callable[[], QuerySet[Any]]
    explanation: Words
    customer_text: Words
    remedies: tuple[Remedy, ...]
    covers: frozenset[str] = frozenset()
    urgency: Urgency = Urgency.NEEDS_PERSON
    by_itself: Words = ""
    since: Callable[[Any], datetime | None] = lambda record: record.updated_at
    harm_at: str = ""
    booking: Callable[[Any], str] = lambda _record: ""

    def remedy(self, code: str) -> Remedy:
        """The remedy of that code; raises KeyError."""
        return {remedy.code: remedy for remedy in self.remedies}[code]

    def ordered(self) -> QuerySet[Any]:
        """The records by time to harm, soonest first."""
        return self.records().order_by(*([self.harm_at] if self.harm_at else []), "pk")


def words(text: Words, record: Any) -> str:
    """The sentence for this record."""
    return str(text(record)) if callable(text) else str(text)


_conditions: dict[str, Condition] = {}


def register(*conditions: Condition) -> None:
    """Declare conditions; called from an app's `recovery.py` when it is imported."""
    for condition in conditions:
        _conditions[condition.code] = condition


def conditions() -> dict[str, Condition]:
    """Every declared condition by code."""
    autodiscover_modules("recovery")
    return _conditions
