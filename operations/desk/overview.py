"""The desk at a glance: what hurts soonest, what mends itself, and whether the machinery runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Aggregate, Min
from django.db.models import Count as CountOf
from django.urls import reverse

from operations import recovery
from operations.desk.lists import COUNT_CAP, Count
from operations.desk.matters import Matter
from operations.desk.permits import User, may_view
from operations.desk.subjects import introduced
from operations.recovery import Condition, Urgency, words

SOONEST_COUNT = 10
FAR_AWAY = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


@dataclass(frozen=True)
class Summary:
    """A condition in one line; `soonest` are its first records, by time to harm."""

    condition: Condition
    count: Count
    oldest: datetime | None
    harm: datetime | None
    soonest: list[Matter]

    @property
    def page(self) -> str:
        return reverse("admin:desk_condition", args=[self.condition.code])

    @cached_property
    def by_itself(self) -> str:
        """What happens by itself; where it depends on the record, what happens to the first one."""
        if callable(self.condition.by_itself):
            return self.soonest[0].by_itself if self.soonest else ""
        return words(self.condition.by_itself, None)

    @property
    def urgency(self) -> Urgency:
        return self.condition.urgency


@dataclass(frozen=True)
class Overview:
    """Everything the first page of the desk says about matters."""

    summaries: list[Summary]

    @property
    def needs_person(self) -> list[Summary]:
        return self._open(Urgency.NEEDS_PERSON)

    @property
    def by_itself(self) -> list[Summary]:
        return self._open(Urgency.BY_ITSELF)

    @property
    def information(self) -> list[Summary]:
        return self._open(Urgency.INFORMATION)

    @property
    def clear(self) -> list[Summary]:
        """The conditions that list nothing now."""
        return [summary for summary in self.summaries if not summary.count]

    @property
    def total(self) -> Count:
        """How many matters need a person."""
        return Count(sum(summary.count.number for summary in self.needs_person))

    @property
    def first_harm(self) -> datetime | None:
        """When the first matter that needs a person hurts somebody."""
        return min((item.harm for item in self.needs_person if item.harm), default=None)

    @property
    def soonest(self) -> list[Matter]:
        """The matters that hurt somebody first, over all conditions that need a person."""
        first = [(matter.harm, matter) for summary in self.needs_person for matter in summary.soonest]
        dated = [(harm, matter) for harm, matter in first if harm is not None]
        return [matter for _harm, matter in sorted(dated, key=lambda entry: entry[0])][:SOONEST_COUNT]

    def _open(self, urgency: Urgency) -> list[Summary]:
        listed = [item for item in self.summaries if item.count and item.urgency == urgency]
        return sorted(listed, key=lambda item: item.harm or FAR_AWAY)


def visible(user: User) -> list[Condition]:
    """The conditions whose records this person may read."""
    return [condition for condition in recovery.conditions().values() if may_view(user, condition.model)]


def look(conditions: Iterable[Condition], *, with_records: bool = True) -> Overview:
    """The state of these conditions: one query each, one more for each that lists something.

    What introducing the records reads is fetched once for each model.
    """
    counted = [(condition, _count(condition)) for condition in conditions]
    first = {
        condition.code: list(condition.ordered()[:SOONEST_COUNT])
        for condition, found in counted
        if with_records and found["number"]
    }
    for model in {condition.model for condition, _found in counted}:
        introduced(model, [row for rows in first.values() for row in rows if isinstance(row, model)])
    return Overview([_summary(condition, found, first) for condition, found in counted])


def _count(condition: Condition) -> dict[str, Any]:
    """Number, oldest and soonest of at most the first thousand records, in one query."""
    columns: dict[str, Aggregate] = {"number": CountOf("pk")}
    if _has_column(condition, condition.since_at):
        columns["oldest"] = Min(condition.since_at)
    if condition.harm_at:
        columns["harm"] = Min(condition.harm_at)
    return condition.ordered()[: COUNT_CAP + 1].aggregate(**columns)


def _summary(condition: Condition, found: dict[str, Any], first: dict[str, list[Any]]) -> Summary:
    return Summary(
        condition,
        Count(found["number"]),
        found.get("oldest"),
        found.get("harm"),
        [Matter(row, condition) for row in first.get(condition.code, [])],
    )


def _has_column(condition: Condition, name: str) -> bool:
    try:
        condition.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
