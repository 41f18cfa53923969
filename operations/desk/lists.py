"""Pages that cost the same however long a list grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from operations.desk import matters, numbers
from operations.desk.matters import Matter
from operations.people.pledges import Pledge
from operations.recovery import Condition

Narrow = Callable[[QuerySet[Any]], QuerySet[Any]]
PAGE_COUNT = 50


@dataclass(frozen=True)
class Page:
    """Some matters of a condition, soonest harm first, and where the next ones begin."""

    matters: list[Matter]
    following: str

    @property
    def is_empty(self) -> bool:
        return not self.matters


def page(condition: Condition, after: str = "", narrow: Narrow = lambda records: records) -> Page:
    """One page of a condition; `after` is the `following` of the page before, anything else the beginning.

    Pages continue behind a record, not at a number, so that nothing is skipped or shown twice when
    records leave the list meanwhile. What is promised to a customer and due stands before all else.
    """
    due = Pledge.objects.due().filter(subject_model=condition.model._meta.label_lower)
    promised = list(due.order_by("due_at").values_list("subject_id", flat=True)[:PAGE_COUNT])
    records = narrow(_behind(condition, after)).exclude(pk__in=promised)
    found = list(records[: PAGE_COUNT + 1])
    shown = found[:PAGE_COUNT]
    following = _mark(condition, shown[-1]) if len(found) > PAGE_COUNT else ""
    if promised and not after:
        shown = [*narrow(condition.ordered()).filter(pk__in=promised), *shown]
    return Page(matters.marked(matters.matters(condition, shown)), following)


def _behind(condition: Condition, after: str) -> QuerySet[Any]:
    records = condition.ordered()
    moment, _separator, number = after.rpartition("~")
    pk = numbers.read(number)
    if pk is None:
        return records
    if not condition.harm_at:
        return records.filter(pk__gt=pk)
    column = condition.harm_at
    if not moment:
        return records.filter(**{f"{column}__isnull": True, "pk__gt": pk})
    try:
        parsed = parse_datetime(moment)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        return records
    later = Q(**{f"{column}__gt": parsed}) | Q(**{column: parsed, "pk__gt": pk})
    return records.filter(later | Q(**{f"{column}__isnull": True}))  # PostgreSQL sorts NULL last


def _mark(condition: Condition, record: Any) -> str:
    moment: datetime | None = condition.harm(record)
    return f"{moment.isoformat() if moment else ''}~{record.pk}"
