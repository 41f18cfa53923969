"""The ledger of scheduled work: when it is due, what ran, what it did, and what is late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from operations.errors import in_words
from operations.work import Job

log = structlog.get_logger("holdfast.jobs")
KEEP_DAYS = 30


class ScheduledJobQuerySet(models.QuerySet["ScheduledJob"]):
    def due(self) -> ScheduledJobQuerySet:
        return self.filter(next_at__lte=timezone.now())

    def late(self) -> ScheduledJobQuerySet:
        return self.filter(late_after__lt=timezone.now())


class ScheduledJob(models.Model):
    """A declared job, when its next turn is, and when it should have succeeded again at the latest."""

    name = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    every_seconds = models.PositiveIntegerField()
    next_at = models.DateTimeField(default=timezone.now)
    last_success_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    late_after = models.DateTimeField()

    objects = ScheduledJobQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("scheduled job"), _("scheduled jobs")

    def __str__(self) -> str:
        return gettext(self.title)  # declared in English, as the ledger keeps it

    @property
    def is_late(self) -> bool:
        return self.late_after < timezone.now()


class JobRun(models.Model):
    """One run of a job."""

    name = models.CharField(max_length=60)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    items = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("run of a job"), _("runs of jobs")
        indexes = (models.Index(fields=["name", "-started_at"], name="operations_jobrun_name"),)

    def __str__(self) -> str:
        return f"{self.name} at {date_format(self.started_at, 'DATETIME_FORMAT')}"


def declare(jobs: Iterable[Job]) -> None:
    """Make the ledger list exactly the declared jobs; the clock of a new one starts now."""
    wanted = {job.name: job for job in jobs}
    ScheduledJob.objects.exclude(name__in=wanted).delete()
    for job in wanted.values():
        first = _next_turn(job) if job.at_hour is not None else timezone.now()
        ScheduledJob.objects.update_or_create(
            name=job.name,
            defaults={"title": job.title, "every_seconds": job.every_seconds},
            create_defaults={
                "title": job.title,
                "every_seconds": job.every_seconds,
                "next_at": first,
                "late_after": _late_after(job),
            },
        )


def claim(job: Job) -> bool:
    """Take this turn of a job; False when it is not due or somebody else has taken it.

    Should the one who took it die, the next turn comes when the time limit of the run is over.
    """
    retry_at = timezone.now() + timedelta(seconds=job.limit_seconds)
    return bool(ScheduledJob.objects.due().filter(name=job.name).update(next_at=retry_at))


def run(job: Job) -> int:
    """Run a job and record it; an error is recorded and raised again."""
    entry = JobRun.objects.create(name=job.name)
    try:
        entry.items = job.run()
    except Exception as error:
        entry.error = in_words(error)
        ScheduledJob.objects.filter(name=job.name).update(last_error=entry.error)
        log.exception("job failed", job=job.name)
        raise
    else:
        ScheduledJob.objects.filter(name=job.name).update(
            last_success_at=timezone.now(),
            last_error="",
            next_at=_next_turn(job, entry.started_at),
            late_after=_late_after(job),
        )
    finally:
        JobRun.objects.filter(pk=entry.pk).update(
            items=entry.items, error=entry.error, finished_at=timezone.now()
        )
    return entry.items


def bring_forward(name: str) -> None:
    """Make a job due now."""
    ScheduledJob.objects.filter(name=name).update(next_at=timezone.now())


def prune(keep_days: int = KEEP_DAYS) -> int:
    """Forget old runs; the ledger keeps a month."""
    return JobRun.objects.filter(started_at__lt=timezone.now() - timedelta(days=keep_days)).delete()[0]


def _next_turn(job: Job, started_at: datetime | None = None) -> datetime:
    """One interval after the last start, or the next time that its hour strikes."""
    now = timezone.now()
    if job.at_hour is None:
        return (started_at or now) + timedelta(seconds=job.every_seconds)
    today = now.replace(hour=job.at_hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _late_after(job: Job) -> datetime:
    """A job is late when two turns of it have passed without success, and a minute for the queue."""
    return timezone.now() + timedelta(seconds=2 * job.every_seconds + 60)
