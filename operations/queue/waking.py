"""Stores wake-ups in the caller's transaction, one per topic however many ask for it."""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django_q.conf import Conf

from operations import jobs
from operations.queue import packages
from operations.transactions import require_transaction
from operations.work import Work, works

log = structlog.get_logger("holdfast.queue")


def wake(topic: str, *, after_seconds: float = 0) -> None:
    """Wake a worker for `topic` when the caller's transaction commits, or some time after it.

    Coalesced: while a wake-up for the topic waits in the queue no second one is stored. Our lock keeps
    that one from being taken before we commit, so whoever takes it sees our rows. It is exclusive, so
    that a long transaction delays nobody else and a stream of short ones never starves the worker:
    there are at most as many wake-ups as there are transactions at one time.
    """
    _store(packages.RUN, topic, after_seconds)


def wake_now(topic: str, *, after_seconds: float = 0) -> None:
    """The same where nothing else belongs into the transaction."""
    with transaction.atomic():
        wake(topic, after_seconds=after_seconds)


def hurry(name: str) -> None:
    """Run a scheduled job out of turn, as soon as a worker is free after the caller's commit."""
    jobs.bring_forward(name)
    _store(packages.RUN_JOB, name)


def hurry_now(name: str) -> None:
    """The same where nothing else belongs into the transaction."""
    with transaction.atomic():
        hurry(name)


def wake_due() -> None:
    """Wake a worker for each topic and each job that is due; a topic that cannot say so stops no other."""
    for topic, work in works().items():
        if _is_due(work):
            wake_now(topic)
    for name in jobs.ScheduledJob.objects.due().values_list("name", flat=True):
        with transaction.atomic():
            _store(packages.RUN_JOB, name)


def _is_due(work: Work) -> bool:
    try:
        return work.due_since() is not None
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("a topic cannot say whether it is due", topic=work.topic)
        return False


def _store(function: str, argument: str, after_seconds: float = 0) -> None:
    require_transaction()
    package, mark = packages.sign(function, argument)
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH moment AS (SELECT now() + %s * interval '1 second' AS at), waiting AS (
                   SELECT 1 FROM django_q_ormq, moment
                   WHERE key = %s AND starts_with(payload, %s) AND lock <= moment.at
                   LIMIT 1 FOR UPDATE OF django_q_ormq SKIP LOCKED)
               INSERT INTO django_q_ormq (key, payload, lock)
               SELECT %s, %s, moment.at FROM moment WHERE NOT EXISTS (SELECT 1 FROM waiting)""",
            [after_seconds, Conf.CLUSTER_NAME, mark, Conf.CLUSTER_NAME, package],
        )
