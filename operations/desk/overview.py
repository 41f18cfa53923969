"""The desk at a glance: what hurts soonest, what mends itself, and whether the machinery runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Aggregate, Min
from django.db.models import Count as CountOf
from django.urls import reverse

from operations import recovery
from operations.desk import matters
from operations.desk.lists import COUNT_CAP, Count
from operations.desk.matters import Matter, User, may_view
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

    @property
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


def look(conditions: Iterable[Condition]) -> Overview:
    """The state of these conditions, at two queries each at most."""
    return Overview([_summarise(condition) for condition in conditions])


def _summarise(condition: Condition) -> Summary:
    """Count, oldest and soonest over at most the first thousand records, in one query."""
    columns: dict[str, Aggregate] = {"number": CountOf("pk")}
    if _has_column(condition, condition.since_at):
        columns["oldest"] = Min(condition.since_at)
    if condition.harm_at:
        columns["harm"] = Min(condition.harm_at)
    found = condition.ordered()[: COUNT_CAP + 1].aggregate(**columns)
    soonest = condition.ordered()[:SOONEST_COUNT] if found["number"] else []
    return Summary(
        condition,
        Count(found["number"]),
        found.get("oldest"),
        found.get("harm"),
        matters.matters(condition, soonest),
    )


def _has_column(condition: Condition, name: str) -> bool:
    try:
        condition.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
