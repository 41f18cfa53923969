"""Keeps django-q2's tables as our declarations want them, whatever was done to them."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django_q.models import Schedule, Task

from operations import jobs
from operations.queue import packages
from operations.work import Job
from operations.work import jobs as declared

Row = tuple[str | None, int | None, str | None]


def reconcile_schedules() -> None:
    """Make django-q2's schedules and the ledger equal to the declared jobs; cheap when nothing changed."""
    wanted = sorted(_row(job) for job in declared().values())
    known = set(jobs.ScheduledJob.objects.values_list("name", flat=True))
    if _present() == wanted and known == set(declared()):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('holdfast.schedules'))")
        jobs.declare(declared().values())
        if _present() != wanted:
            Schedule.objects.filter(func=packages.RUN_JOB).delete()
            Schedule.objects.bulk_create(_schedule(job) for job in declared().values())


def names() -> list[str]:
    """The jobs that django-q2 would start for us."""
    return [str(name) for name, _, _ in _present()]


def prune(keep_days: int = jobs.KEEP_DAYS) -> int:
    """Forget django-q2's own records of failures; ours stay."""
    old = Task.objects.filter(stopped__lt=timezone.now() - timedelta(days=keep_days))
    return int(old.delete()[0])


def _present() -> list[Row]:
    ours = Schedule.objects.filter(func=packages.RUN_JOB)
    return sorted(ours.values_list("name", "minutes", "kwargs"))


def _row(job: Job) -> Row:
    return job.name, max(1, job.every_seconds // 60), repr({"q_options": packages.options(job.name)})


def _schedule(job: Job) -> Schedule:
    name, minutes, options = _row(job)
    return Schedule(
        name=name,
        func=packages.RUN_JOB,
        args=repr(name),
        kwargs=options,
        schedule_type=Schedule.MINUTES,
        minutes=minutes,
        repeats=-1,
        next_run=timezone.now(),
    )
