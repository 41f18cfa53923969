"""Whether the machinery runs: workers, waiting work, scheduled jobs, and what it has absorbed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum
from django.utils import timezone

from operations.heartbeat import NOBODY_YET, WorkerHeartbeat
from operations.intents import Intent
from operations.jobs import ScheduledJob
from operations.proving import Proof
from operations.repair import RecoveryAttempt, Result
from operations.work import works

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Machinery:
    """The state of everything that works behind the pages, over the last 24 hours."""

    workers: int
    last_beat: datetime | None
    waiting: list[tuple[str, datetime]]
    jobs: list[ScheduledJob]
    proof: Proof | None
    repeats_absorbed: int
    already_resolved: int
    refused: int

    @property
    def is_alive(self) -> bool:
        return self.workers > 0

    @property
    def troubled_jobs(self) -> list[ScheduledJob]:
        """The scheduled jobs that are late or whose last run failed."""
        return [job for job in self.jobs if job.is_late or job.last_error]

    @property
    def orderly_jobs(self) -> list[ScheduledJob]:
        """All the others: nobody has to read them."""
        return [job for job in self.jobs if job not in self.troubled_jobs]

    @property
    def without_effect(self) -> int:
        return self.already_resolved + self.refused


def workers_alive() -> int:
    """How many workers have been heard of lately."""
    return WorkerHeartbeat.objects.alive().count()


def inspect() -> Machinery:
    """Look at the machinery; one query each, however much has happened."""
    heard = WorkerHeartbeat.objects.exclude(worker=NOBODY_YET).latest_beat()
    results = _presses()
    return Machinery(
        workers=workers_alive(),
        last_beat=heard.beat_at if heard else None,
        waiting=sorted(_waiting(), key=lambda entry: entry[1]),
        jobs=list(ScheduledJob.objects.order_by("late_after", "pk")),
        proof=Proof.objects.order_by("-pk").first(),
        repeats_absorbed=_repeats(),
        already_resolved=results[Result.ALREADY_RESOLVED],
        refused=results[Result.REFUSED] + results[Result.STALE] + results[Result.FAILED],
    )


def _waiting() -> list[tuple[str, datetime]]:
    return [(topic, since) for topic, work in works().items() if (since := work.due_since())]


def _repeats() -> int:
    asked = Intent.objects.filter(repeats__gt=0, created_at__gt=timezone.now() - DAY)
    return asked.aggregate(total=Sum("repeats"))["total"] or 0


def _presses() -> Counter[str]:
    recent = RecoveryAttempt.objects.filter(at__gt=timezone.now() - DAY)
    return Counter(dict(recent.values_list("result").annotate(number=Count("pk"))))
