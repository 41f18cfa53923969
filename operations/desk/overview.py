"""The desk at a glance: what hurts soonest, and what mends itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from django.urls import reverse

from operations import recovery
from operations.desk import marks, tallies
from operations.desk.counts import Count
from operations.desk.matters import Matter
from operations.desk.permits import User, may_view
from operations.desk.subjects import introduced
from operations.desk.tallies import First, Tally
from operations.people import about
from operations.people.pledges import Pledge
from operations.recovery import Condition, Urgency, words

SOONEST_COUNT = 10
PLEDGE_CAP = 200
FAR_AWAY = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
Place = tuple[str, int]  # of a record on the desk: the code of its condition, and its id


@dataclass(frozen=True)
class Summary:
    """A condition in one line.

    `overdue` should have been in somebody's hands by now; `resting` are left alone and not in `count`.
    With `show` the line is about that part of the condition only. `example` is the first record, where what
    happens by itself depends on it.
    """

    condition: Condition
    tally: Tally
    example: Matter | None = None
    show: str = ""

    @property
    def count(self) -> Count:
        return Count(self.tally.number)

    @property
    def overdue(self) -> Count:
        return Count(self.tally.overdue)

    @property
    def resting(self) -> Count:
        return Count(self.tally.resting)

    @property
    def oldest(self) -> datetime | None:
        return self.tally.oldest

    @property
    def harm(self) -> datetime | None:
        return self.tally.harm

    @property
    def page(self) -> str:
        path = reverse("admin:desk_condition", args=[self.condition.code])
        return f"{path}?show={self.show}" if self.show else path

    @property
    def resting_page(self) -> str:
        return f"{reverse('admin:desk_condition', args=[self.condition.code])}?show=snoozed"

    def only_overdue(self) -> Summary:
        """The part that should have mended itself by now, and waits for somebody."""
        late = tuple(each for each in self.tally.first if each.is_overdue)
        harm = min((each.harm for each in late if each.harm), default=None)
        part = replace(self.tally, number=self.tally.overdue, harm=harm, first=late, resting=0)
        return replace(self, tally=part, show="overdue")

    @cached_property
    def by_itself(self) -> str:
        """What happens by itself; where it depends on the record, what happens to the first one."""
        if callable(self.condition.by_itself):
            return self.example.by_itself if self.example else ""
        return words(self.condition.by_itself, None)

    @property
    def urgency(self) -> Urgency:
        return self.condition.urgency


@dataclass(frozen=True)
class Overview:
    """Everything the first page of the desk says about matters.

    `soonest` are what a person should look at first, over all conditions that need one: what was promised
    to a customer and is due, then what is overdue for a person, then by time to harm.
    """

    summaries: list[Summary]
    soonest: tuple[Matter, ...] = ()

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
    def resting(self) -> list[Summary]:
        """The conditions of which something is left alone."""
        return [summary for summary in self.summaries if summary.resting]

    def _open(self, urgency: Urgency) -> list[Summary]:
        return _by_harm(item for item in self.summaries if item.count and item.urgency == urgency)


def _by_harm(listed: Iterable[Summary]) -> list[Summary]:
    return sorted(listed, key=lambda item: item.harm or FAR_AWAY)


def visible(user: User) -> list[Condition]:
    """The conditions whose records this person may read."""
    return [condition for condition in recovery.conditions().values() if may_view(user, condition.model)]


def look(conditions: Iterable[Condition], *, with_records: bool = True) -> Overview:
    """The state of these conditions: two queries for all counts.

    The few records that are shown cost one for each condition that they are of; what introducing them reads
    is fetched once for each model, what people agreed about them once for all.
    """
    listed = list(conditions)
    counted = tallies.of(listed)
    overview = Overview([Summary(condition, counted[condition.code]) for condition in listed])
    return _with_records(overview) if with_records else overview


def _with_records(overview: Overview) -> Overview:
    soonest = _soonest(overview)
    examples = [(item.condition, first) for item in overview.summaries if (first := _example(item))]
    found = _matters([*soonest, *examples])
    shown = [matter for condition, first in soonest if (matter := found.get((condition.code, first.pk)))]
    summaries = [
        replace(item, example=found.get((item.condition.code, first.pk)))
        if (first := _example(item))
        else item
        for item in overview.summaries
    ]
    agreed = marks.of([matter.record for matter in shown])
    marked = (replace(each, marks=agreed.get(about.key(each.record), marks.NONE)) for each in shown)
    return Overview(summaries, tuple(marked))


def _soonest(overview: Overview) -> list[tuple[Condition, First]]:
    """The first records that need a person and have a date, over all conditions."""
    due = Pledge.objects.due().order_by("due_at").values_list("subject_model", "subject_id")
    promised = set(due[:PLEDGE_CAP])

    def turn(entry: tuple[Condition, First]) -> tuple[bool, bool, datetime]:
        condition, first = entry
        is_promised = (condition.model._meta.label_lower, first.pk) in promised
        return not is_promised, not first.is_overdue, first.harm or FAR_AWAY

    dated = [
        (item.condition, first)
        for item in overview.needs_person
        for first in item.tally.first
        if first.harm is not None or first.is_overdue
    ]
    return sorted(dated, key=turn)[:SOONEST_COUNT]


def _example(summary: Summary) -> First | None:
    asks = callable(summary.condition.by_itself) and summary.tally.first
    return summary.tally.first[0] if asks else None


def _matters(wanted: Iterable[tuple[Condition, First]]) -> dict[Place, Matter]:
    """These records as matters: one query for each condition, one for what introduces those of a model."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    concerned = {}
    for condition, first in wanted:
        concerned[condition.code] = condition
        ids[condition.code].add(first.pk)
    rows = {code: list(concerned[code].listed().filter(pk__in=pks)) for code, pks in ids.items()}
    for model in {condition.model for condition in concerned.values()}:
        introduced(model, [row for code in rows for row in rows[code] if concerned[code].model is model])
    return {(code, row.pk): Matter(row, concerned[code]) for code in rows for row in rows[code]}
