"""What counts as stuck, in words, and the ways out; each app declares its own in `recovery.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import F, Model, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_noop

from operations import reach
from operations.verdicts import Verdict

RECOVER, OPERATE = "operations.recover", "operations.operate"  # one record's; all locations'
Text = str | Promise
Words = Text | Callable[[Any], str]


class Urgency(StrEnum):
    """Whether somebody must act, the system will, or it is only worth knowing."""

    NEEDS_PERSON = "needs_person"
    BY_ITSELF = "by_itself"
    INFORMATION = "information"


class Consequence(StrEnum):
    """What a remedy does to a person."""

    SAFE = gettext_noop("safe")
    SECOND_COPY = gettext_noop("sends a second copy")
    TELLS_CUSTOMER = gettext_noop("tells the customer")
    NEEDS_CHECK = gettext_noop("needs a check first")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Records side by side: the heading of each column, and rows of a name with a cell for each column."""

    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, tuple[Text, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """One way out; `apply` receives the locked record and who acts, and moves it out of its condition.

    `refuses` returns why it cannot be pressed for this record, or "". `due_by_itself` narrows the
    condition's records to those that a sweep may treat now; without it only people apply the remedy.
    `asks` names what else it needs (e.g. {"evidence": "What shows that it arrived?"}), passed to `apply`;
    the answer called `text` may have several lines.
    `also` names the other records that it changes: they are locked after the record, the younger first, and
    a press carries their versions too. `compares` shows beforehand what would become of all of them; what
    has to be compared is pressed on the record's own page only.

    For campaigns: `outcome` tells what became of what the remedy set off at that moment, and is asked again
    until it is known; without it a remedy is done when it is applied. `per_second` is how many of such
    records the way out takes now (0: none). `is_for_one` marks what makes no sense for many at once.
    """

    code: str
    title: Text
    says: Words
    apply: Callable[..., None]
    consequence: Consequence = Consequence.SAFE
    permission: str = RECOVER
    refuses: Callable[[Any], str] = lambda _record: ""
    due_by_itself: Callable[[Any], QuerySet[Any]] | None = None
    asks: Mapping[str, Text] = field(default_factory=dict)
    outcome: Callable[[Any, datetime], Verdict] | None = None
    per_second: Callable[[Any], float] | None = None
    is_for_one: bool = False
    also: Callable[[Any], Iterable[Any]] = lambda _record: ()
    compares: Callable[[Any], Comparison | None] | None = None

    def marks(self, record: Any) -> str:
        """The other records that it changes, each with its version; "" when there are none."""
        return ",".join(f"{other.pk}-{other.version}" for other in self.also(record))


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A named set of records that need attention; `records` is both the list and the guard.

    `harm_at` and `since_at` name the columns behind the order and the age of the list. A record that is
    late may still mend itself; `needs_person_at` is the moment from which it is overdue for a person.
    """

    code: str
    title: Text
    model: type[Model]
    records: Callable[[], QuerySet[Any]]
    explanation: Words
    customer_text: Words
    remedies: tuple[Remedy, ...]
    covers: frozenset[str] = frozenset()
    urgency: Urgency = Urgency.NEEDS_PERSON
    by_itself: Words = ""
    since: Callable[[Any], datetime | None] = lambda record: record.updated_at
    since_at: str = "updated_at"
    harm_at: str = ""
    needs_person_at: Combinable | None = None
    booking: Callable[[Any], str] = lambda _record: ""

    def __post_init__(self) -> None:
        """Whoever looks sees what is within reach, whichever page asks (see `operations.reach`)."""
        declared = self.records
        object.__setattr__(self, "records", lambda: reach.bounded(declared()))

    def remedy(self, code: str) -> Remedy:
        """The remedy of that code; raises KeyError."""
        return {remedy.code: remedy for remedy in self.remedies}[code]

    def ordered(self) -> QuerySet[Any]:
        """The records by time to harm, soonest first."""
        return self.listed().order_by(*([self.harm_at] if self.harm_at else []), "pk")

    def listed(self) -> QuerySet[Any]:
        """The records, each knowing from when it is overdue for a person."""
        if self.needs_person_at is None:
            return self.records()
        listed: QuerySet[Any] = self.records().annotate(needs_person_at=self.needs_person_at)
        return listed

    def overdue(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the records that should have been in somebody's hands by now."""
        if self.needs_person_at is None:
            return records.none()
        overdue: QuerySet[Any] = records.alias(overdue_from=self.needs_person_at)
        return overdue.filter(overdue_from__lte=timezone.now())

    def harm(self, record: Any) -> datetime | None:
        """When this record starts to hurt somebody, if that is known."""
        return getattr(record, self.harm_at) if self.harm_at else None


@dataclass(frozen=True, kw_only=True)
class Concerns:
    """The columns that say whom a record is for, which occasion it is about, and when that is.

    `over` are the statuses in which nobody waits for it any more; empty for effects, which all share theirs.
    """

    person: str = ""
    occasion: str = ""
    harm_at: str = ""
    over: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Introduction:
    """How the records of a model present themselves to staff, wherever they are shown.

    `related` are records whose histories belong to this one's, `moves` says transitions in words with
    the details of the event in braces, and `customer_page` is the path of what the customer sees.
    `prefetch` names the relations that the rest reads, so that a list of many costs a few queries;
    `related_prefetch` those that `related` reads.
    `narrowed_by` are the columns by which a list of them can be narrowed, with what people call them.
    `own_page` is the path of a page that tells staff more about a record than the desk's page of it.
    `is_case` marks what people ask a case file of; in it stand `data`, every field that tells of somebody or
    something, and the traces of `besides`, records that the timeline leaves out.
    """

    title: Callable[[Any], str] = str
    facts: Callable[[Any], Mapping[str, Any]] = lambda _record: {}
    location: Callable[[Any], str] = lambda _record: ""
    time_zone: Callable[[Any], str] = lambda _record: ""
    customer_page: Callable[[Any], str] = lambda _record: ""
    related: Callable[[Any], Iterable[Model]] = lambda _record: ()
    moves: Mapping[str, str] = field(default_factory=dict)
    prefetch: tuple[str, ...] = ()
    related_prefetch: tuple[str, ...] = ()
    concerns: Concerns = Concerns()
    narrowed_by: Mapping[str, Text] = field(default_factory=dict)
    own_page: Callable[[Any], str] = lambda _record: ""
    is_case: bool = False
    data: Callable[[Any], Mapping[str, Any]] = lambda _record: {}
    besides: Callable[[Any], Iterable[Model]] = lambda _record: ()


def after(since_at: str, seconds: int, *, harm_at: str = "") -> Combinable:
    """So long after the moment in that column, or two hours before the harm, whatever comes first."""
    moment = F(since_at) + timedelta(seconds=seconds)
    if not harm_at:
        return moment
    return Least(moment, F(harm_at) - timedelta(seconds=settings.HOLDFAST.escalate_before_harm_seconds))


def words(text: Words, record: Any) -> str:
    """The sentence for this record."""
    return str(text(record)) if callable(text) else str(text)


_conditions: dict[str, Condition] = {}
_introductions: dict[type[Model], Introduction] = {}


def register(*conditions: Condition) -> None:
    """Declare conditions; called from an app's `recovery.py` when it is imported."""
    for condition in conditions:
        _conditions[condition.code] = condition


def conditions() -> dict[str, Condition]:
    """Every declared condition by code."""
    _discover()
    return _conditions


def introduce(model: type[Model], introduction: Introduction) -> None:
    """Declare how a model's records are shown; called from an app's `recovery.py` when it is imported."""
    _introductions[model] = introduction


def introduction(model: type[Model]) -> Introduction:
    """How a model's records are shown; those that nobody introduced go by their own name."""
    _discover()
    return _introductions.get(model, Introduction())


@cache
def _discover() -> None:
    """Once: looking for a module that most apps do not have costs half a millisecond."""
    autodiscover_modules("recovery")
