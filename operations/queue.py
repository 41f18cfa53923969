"""The one place that knows django-q2: wake-ups that may be lost, doubled or late without harm."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import Schedule
from django_q.signing import SignedPackage

from operations import heartbeat, jobs
from operations.transactions import require_transaction
from operations.work import Job, Work, register
from operations.work import jobs as declared_jobs
from operations.work import works as declared_works

__all__ = ["Job", "Work", "hurry", "oldest_due", "reconcile_schedules", "register", "run", "run_job", "wake"]

PING = "ping"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # a fixed start keeps the packages of one topic alike


def wake(topic: str) -> None:
    """Wake a worker for `topic` when the caller's transaction commits.

    Coalesced: while a wake-up for the topic waits in the queue no second one is stored. The share lock
    keeps that one from being taken before we commit, so whoever takes it sees our rows.
    """
    _queue(run, topic)


def hurry(name: str) -> None:
    """Run a scheduled job out of turn, as soon as a worker is free after the caller's commit."""
    _queue(run_job, name)


def _queue(function: Callable[[str], None], argument: str) -> None:
    require_transaction()
    package, mark = _package(function, argument)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH waiting AS (
                   SELECT 1 FROM django_q_ormq WHERE key = %s AND payload LIKE %s AND lock <= %s
                   LIMIT 1 FOR SHARE SKIP LOCKED)
               INSERT INTO django_q_ormq (key, payload, lock)
               SELECT %s, %s, %s WHERE NOT EXISTS (SELECT 1 FROM waiting)""",
            [Conf.CLUSTER_NAME, f"{mark}:%", now, Conf.CLUSTER_NAME, package, now],
        )


def run(topic: str) -> None:
    """Drain a topic for at most the drain budget; django-q2 calls this for each wake-up."""
    heartbeat.beat()
    if topic == PING:
        return
    work = declared_works()[topic]
    with _slot(work) as has_slot:
        if has_slot and _drain(work):
            with transaction.atomic():
                wake(topic)


def run_job(name: str) -> None:
    """Run a scheduled job and keep its outcome in the ledger; django-q2 calls this on schedule."""
    heartbeat.beat()
    if job := declared_jobs().get(name):
        jobs.run(job)


def reconcile_schedules() -> None:
    """Make django-q2's schedules equal to the declared jobs; safe to repeat, cheap when nothing changed."""
    present = dict(Schedule.objects.filter(func=_path(run_job)).values_list("name", "minutes"))
    wanted = {job.name: max(1, job.every_seconds // 60) for job in declared_jobs().values()}
    if present == wanted:
        return
    with transaction.atomic():
        Schedule.objects.filter(func=_path(run_job)).delete()
        Schedule.objects.bulk_create(
            Schedule(
                name=name,
                func=_path(run_job),
                args=repr(name),
                schedule_type=Schedule.MINUTES,
                minutes=minutes,
                repeats=-1,
                next_run=timezone.now(),
            )
            for name, minutes in wanted.items()
        )
    jobs.declare(declared_jobs().values())


def oldest_due() -> tuple[str, datetime] | None:
    """The topic that has been waiting longest and since when, or None."""
    waiting = [(since, topic) for topic, work in declared_works().items() if (since := work.due_since())]
    return (min(waiting)[1], min(waiting)[0]) if waiting else None


def _drain(work: Work) -> bool:
    """Whether anything was left when the budget ran out."""
    until = time.monotonic() + settings.HOLDFAST.drain_budget_seconds
    while work.drain():
        heartbeat.beat()
        if time.monotonic() > until:
            return True
    return False


@contextmanager
def _slot(work: Work) -> Iterator[bool]:
    """Hold one of the places for outside calls, so that one worker of a cluster stays free for the rest."""
    places = settings.HOLDFAST.queue_workers_count - 1
    if not work.is_outside or places < 1:
        yield True
        return
    cluster = heartbeat.cluster_key()
    with connection.cursor() as cursor:
        for place in range(places):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [cluster, place])
            if cursor.fetchone()[0]:
                try:
                    yield True
                finally:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [cluster, place])
                return
    yield False


@cache
def _package(function: Callable[[str], None], argument: str) -> tuple[str, str]:
    """The signed package of a call and the part of it that is the same each time it is signed."""
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"holdfast:{function.__name__}:{argument}").hex
    task = {
        "id": identity,
        "name": argument,
        "func": _path(function),
        "args": (argument,),
        "kwargs": {},
        "started": EPOCH,
        "ack_failure": True,
    }
    package = SignedPackage.dumps(task)
    return package, package.rsplit(":", 2)[0]


def _path(function: object) -> str:
    return f"{__name__}.{function.__name__}"  # type: ignore[attr-defined]
