"""The page that shows what will be forgotten next, and what stays and why, before it happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from operations import intents
from operations.desk import pages, permits, schedules
from operations.desk.schedules import Line
from operations.desk.subjects import Subject, introduced
from operations.jobs import ScheduledJob
from operations.retention.rules import Rule, rules

COUNT_CAP = 5000
LOOKED_AT_COUNT = 500
SHOWN_COUNT = 5


@dataclass(frozen=True)
class Preview:
    """What one rule would do now. What keeps a record is asked of the oldest 500 only."""

    rule: Rule
    line: Line | None

    @cached_property
    def count(self) -> int:
        return self.rule.due().order_by()[: COUNT_CAP + 1].count()

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_CAP

    @property
    def shown_count(self) -> int:
        return min(self.count, COUNT_CAP)

    @cached_property
    def places(self) -> list[tuple[str, int]]:
        """How many at each place; nothing for what belongs to none."""
        if not self.rule.location:
            return []
        counted = self.rule.due().order_by().values_list(self.rule.location)
        return sorted(counted.annotate(number=Count("pk")), key=lambda each: -each[1])

    @cached_property
    def _looked_at(self) -> Sequence[Any]:
        return list(self.rule.due()[:LOOKED_AT_COUNT])

    @cached_property
    def _kept(self) -> dict[int, str]:
        return dict(self.rule.keeps(self._looked_at))

    @property
    def kept(self) -> list[tuple[str, int]]:
        """Why some of them stay, the most frequent reason first."""
        return Counter(self._kept.values()).most_common()

    @property
    def kept_count(self) -> int:
        return len(self._kept)

    @property
    def looked_at_count(self) -> int:
        return len(self._looked_at)

    @cached_property
    def unfinished_count(self) -> int:
        """Those whose time is over too, and that nobody has finished."""
        return self.rule.unfinished()[:COUNT_CAP].count() if self.rule.unfinished else 0

    @property
    def oldest(self) -> datetime | None:
        return getattr(self._looked_at[0], self.rule.since_at) if self._looked_at else None

    @property
    def first(self) -> list[tuple[Subject, datetime]]:
        """The ones that go first."""
        going = [record for record in self._looked_at if record.pk not in self._kept][:SHOWN_COUNT]
        shown = introduced(self.rule.model, going)
        return [(Subject(record), getattr(record, self.rule.since_at)) for record in shown]


@never_cache
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """What each rule will remove next, and what stays; running one out of turn is the ledger's business."""
    if not permits.may_view_everywhere(request.user, ScheduledJob):
        raise PermissionDenied
    lines = {line.job.name: line for line in schedules.lines()}
    context = {
        "title": _("What is forgotten when"),
        "previews": [Preview(rule, lines.get(rule.job)) for rule in rules().values()],
        "may_run": schedules.may_run(request.user),
        "request_id": intents.issue(),
    }
    return pages.framed(request, "desk/retention.html", context)
