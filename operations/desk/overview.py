"""The desk at a glance: what hurts soonest, what mends itself, and whether the machinery runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Aggregate, Min, Q, QuerySet
from django.db.models import Count as CountOf
from django.urls import reverse
from django.utils import timezone

from operations import recovery
from operations.desk import marks
from operations.desk.lists import COUNT_CAP, Count, count
from operations.desk.matters import Matter
from operations.desk.permits import User, may_view
from operations.desk.subjects import introduced
from operations.people import about, snoozes
from operations.recovery import Condition, Urgency, words

SOONEST_COUNT = 10
NONE = Count(0)
FAR_AWAY = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


@dataclass(frozen=True)
class Summary:
    """A condition in one line; `soonest` are its first records, by time to harm.

    `overdue` should have been in somebody's hands by now; `resting` are left alone and not in `count`.
    With `show` the line is about that part of the condition only.
    """

    condition: Condition
    count: Count
    oldest: datetime | None
    harm: datetime | None
    soonest: list[Matter]
    overdue: Count = NONE
    resting: Count = NONE
    show: str = ""

    @property
    def page(self) -> str:
        path = reverse("admin:desk_condition", args=[self.condition.code])
        return f"{path}?show={self.show}" if self.show else path

    @property
    def resting_page(self) -> str:
        return f"{reverse('admin:desk_condition', args=[self.condition.code])}?show=snoozed"

    def only_overdue(self) -> Summary:
        """The part that should have mended itself by now, and waits for somebody."""
        late = [matter for matter in self.soonest if matter.is_overdue]
        harm = min((matter.harm for matter in late if matter.harm), default=None)
        return replace(self, count=self.overdue, harm=harm, soonest=late, show="overdue", resting=NONE)

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
        """What only people can put right, and what should have mended itself by now."""
        late = [item.only_overdue() for item in self._open(Urgency.BY_ITSELF) if item.overdue]
        return _by_harm([*self._open(Urgency.NEEDS_PERSON), *late])

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
        """What a person should look at first, over all conditions that need one.

        What was promised to a customer and is due, then what is overdue for a person, then by time to harm.
        """
        first = [matter for summary in self.needs_person for matter in summary.soonest]
        dated = [matter for matter in first if matter.harm is not None or matter.is_overdue]
        return sorted(dated, key=_first)[:SOONEST_COUNT]

    @property
    def resting(self) -> list[Summary]:
        """The conditions of which something is left alone."""
        return [summary for summary in self.summaries if summary.resting]

    def _open(self, urgency: Urgency) -> list[Summary]:
        return _by_harm(item for item in self.summaries if item.count and item.urgency == urgency)


def _by_harm(listed: Iterable[Summary]) -> list[Summary]:
    return sorted(listed, key=lambda item: item.harm or FAR_AWAY)


def _first(matter: Matter) -> tuple[bool, bool, datetime]:
    pledge = matter.marks.pledge
    return not (pledge and pledge.is_due), not matter.is_overdue, matter.harm or FAR_AWAY


def visible(user: User) -> list[Condition]:
    """The conditions whose records this person may read."""
    return [condition for condition in recovery.conditions().values() if may_view(user, condition.model)]


def look(conditions: Iterable[Condition], *, with_records: bool = True) -> Overview:
    """The state of these conditions: one query each, two more for each that lists something.

    What introducing the records reads is fetched once for each model, what people agreed once for all.
    """
    resting = snoozes.conditions_with_any()
    listed = [(condition, _Rows(condition, condition.code in resting)) for condition in conditions]
    counted = [(condition, rows, rows.count()) for condition, rows in listed]
    first = {
        condition.code: rows.first(found)
        for condition, rows, found in counted
        if with_records and found["number"]
    }
    for model in {condition.model for condition, _rows in listed}:
        introduced(model, [row for rows in first.values() for row in rows if isinstance(row, model)])
    agreed = marks.of([row for rows in first.values() for row in rows])
    return Overview([_summary(condition, rows, found, first, agreed) for condition, rows, found in counted])


@dataclass(frozen=True)
class _Rows:
    """The records of a condition without those that are left alone."""

    condition: Condition
    has_resting: bool

    def records(self) -> QuerySet[Any]:
        listed = self.condition.ordered()
        return listed.exclude(snoozes.of_condition(self.condition)) if self.has_resting else listed

    def count(self) -> dict[str, Any]:
        return _count(self.condition, self.records())

    def first(self, found: dict[str, Any]) -> list[Any]:
        """The first by time to harm, and of what is overdue."""
        soonest = list(self.records()[:SOONEST_COUNT])
        now = timezone.now()
        late = sum(
            getattr(row, "needs_person_at", None) is not None and row.needs_person_at <= now
            for row in soonest
        )
        if late < min(found.get("overdue", 0), SOONEST_COUNT):
            known = {row.pk for row in soonest}
            overdue = self.condition.overdue(self.records())[:SOONEST_COUNT]
            soonest += [row for row in overdue if row.pk not in known]
        return soonest

    def resting(self) -> Count:
        if not self.has_resting:
            return NONE
        return count(self.condition.records().filter(snoozes.of_condition(self.condition)))


def _count(condition: Condition, records: QuerySet[Any]) -> dict[str, Any]:
    """Number, oldest, soonest and overdue of at most the first thousand records, in one query."""
    columns: dict[str, Aggregate] = {"number": CountOf("pk")}
    if condition.needs_person_at is not None:
        columns["overdue"] = CountOf("pk", filter=Q(needs_person_at__lte=timezone.now()))
    if _has_column(condition, condition.since_at):
        columns["oldest"] = Min(condition.since_at)
    if condition.harm_at:
        columns["harm"] = Min(condition.harm_at)
    return records[: COUNT_CAP + 1].aggregate(**columns)


def _summary(
    condition: Condition, rows: _Rows, found: dict[str, Any], first: dict[str, list[Any]], agreed: marks.Found
) -> Summary:
    shown = first.get(condition.code, [])
    return Summary(
        condition,
        Count(found["number"]),
        found.get("oldest"),
        found.get("harm"),
        [Matter(row, condition, agreed.get(about.key(row), marks.NONE)) for row in shown],
        Count(found.get("overdue", 0)),
        rows.resting(),
    )


def _has_column(condition: Condition, name: str) -> bool:
    try:
        condition.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
