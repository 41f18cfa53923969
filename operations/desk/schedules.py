"""The ledger of scheduled jobs at the desk: when each ran, what it did, and running it out of turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from operations import intents, own_conditions, queue, repair, work
from operations.desk import spans
from operations.desk.permits import User, may_recover
from operations.history import Actor, Operation, Source
from operations.jobs import JobRun, ScheduledJob
from operations.recovery import conditions
from operations.transactions import use_case

SCOPE = "desk:run_now"
LATE = "operations.job_late"
RUN_NOW = "run_now"
SHOWN_COUNT = 5


@dataclass(frozen=True)
class Line:
    """One job with its last runs, newest first."""

    job: ScheduledJob
    runs: list[JobRun] = field(default_factory=list)

    @property
    def page(self) -> str:
        """Where a late one is looked after."""
        return reverse("admin:desk_record", args=[LATE, self.job.pk]) if self.job.is_late else ""

    @property
    def last(self) -> JobRun | None:
        return self.runs[0] if self.runs else None

    @property
    def is_due(self) -> bool:
        return self.job.next_at <= timezone.now()

    @property
    def daily_at(self) -> str:
        """The time of day at which it runs, by the desk's clock; empty for one with an interval."""
        declared = work.jobs().get(self.job.name)
        if declared is None or declared.at_hour is None:
            return ""
        today = timezone.now().astimezone(UTC)
        return spans.wall_time(today.replace(hour=declared.at_hour, minute=0, second=0, microsecond=0))

    @property
    def missed_count(self) -> int:
        """How many turns have passed without success; the next run makes up for all of them."""
        if self.job.last_success_at is None:
            return 0
        silent = timezone.now() - self.job.last_success_at
        return max(0, silent // timedelta(seconds=self.job.every_seconds) - 1)

    @cached_property
    def request_id(self) -> str:
        return intents.issue()


def lines() -> list[Line]:
    """Every job, the one that is late or soonest late first; two queries however many runs are kept."""
    listed = list(ScheduledJob.objects.order_by("late_after", "pk"))
    runs: dict[str, list[JobRun]] = {}
    for run in JobRun.objects.raw(_LAST_RUNS, [SHOWN_COUNT]):
        runs.setdefault(run.name, []).append(run)
    return [Line(job, runs.get(job.name, [])) for job in listed]


def may_run(user: User) -> bool:
    """Whether this person may run jobs out of turn."""
    return may_recover(user, conditions()[LATE].remedy(RUN_NOW))


@use_case
def run_now(request: intents.Request, job: ScheduledJob, user: Any) -> bool:
    """Ask a worker to run the job out of turn, once per request id; True when it had been asked before.

    Raises what `intents.claim` raises.
    """
    claim = intents.claim(request, {"job": job.name})
    if not claim.won:
        return True
    operation = _operation(request, user)
    if job.is_late:
        own_conditions.run_now(job, operation)
    else:
        queue.hurry(job.name)
    repair.record_press(job, RUN_NOW, operation, repair.Result.APPLIED)
    claim.intent.settle(job, RUN_NOW)
    return False


def refuse(request: intents.Request, job: ScheduledJob, user: Any) -> None:
    """Keep that somebody without the permission wanted to run it."""
    repair.record_press(job, RUN_NOW, _operation(request, user), repair.Result.REFUSED, repair.DENIED)


def _operation(request: intents.Request, user: Any) -> Operation:
    return Operation(actor=Actor.STAFF, source=Source.DESK, request_id=request.key, user_id=user.pk)


_LAST_RUNS = """
    SELECT run.* FROM operations_scheduledjob AS job CROSS JOIN LATERAL (
        SELECT * FROM operations_jobrun WHERE name = job.name ORDER BY started_at DESC LIMIT %s
    ) AS run ORDER BY run.name, run.started_at DESC"""
