"""What Prometheus reads of the whole installation, taken from the database at each scrape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from operations.checks import workflow_models
from operations.effects import Effect, EffectStatus
from operations.heartbeat import NOBODY_YET, WorkerHeartbeat
from operations.intents import Intent
from operations.jobs import ScheduledJob
from operations.proving import Proof
from operations.recovery import conditions
from operations.work import works

log = structlog.get_logger("holdfast.gauges")
COUNT_CAP = 1000
SLOWEST_MILLISECONDS = 2000  # of one statement
COUNTED = (EffectStatus.HELD, EffectStatus.UNKNOWN, EffectStatus.DEAD)
NEVER = -1.0  # stands for the age of what has never happened
Sample = tuple[list[str], float]


class Gauges:
    """A collector for a registry of prometheus_client; every web process tells the same.

    A figure that cannot be read is left out, and `holdfast_gauges_missing` counts it.
    """

    def collect(self) -> Iterator[Metric]:
        """Every gauge, each by a few indexed queries."""
        missing = 0
        for name, text, labels, read in _GAUGES:
            gauge = GaugeMetricFamily(f"holdfast_{name}", text, labels=labels)
            try:
                for values, number in _bounded(read):
                    gauge.add_metric(values, number)
            except (DatabaseError, InterfaceError) as error:
                log.warning("a gauge cannot be read", gauge=name, error=str(error).strip())
                missing += 1
                continue
            yield gauge
        yield GaugeMetricFamily("holdfast_gauges_missing", "Figures that could not be read.", value=missing)


def _bounded(read: Callable[[], Iterable[Sample]]) -> list[Sample]:
    """What it reads; no statement of it may keep the database busy for long."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {SLOWEST_MILLISECONDS}")
        return list(read())


def _capped(records: QuerySet[Any]) -> int:
    return int(records.order_by()[:COUNT_CAP].count())


def _open() -> Iterator[Sample]:
    for code, condition in conditions().items():
        yield [code], _capped(condition.records())


def _overdue() -> Iterator[Sample]:
    for code, condition in conditions().items():
        yield [code], _capped(condition.overdue(condition.records()))


def _due() -> Iterator[Sample]:
    for topic, work in works().items():
        since = work.due_since()
        yield [topic], _age(since) if since else 0.0


def _effects() -> Iterator[Sample]:
    for model in workflow_models():
        if issubclass(model, Effect):
            for status in COUNTED:
                yield [model._meta.label_lower, status], _capped(model._base_manager.filter(status=status))


def _workers() -> Iterator[Sample]:
    yield [], WorkerHeartbeat.objects.alive().count()


def _heartbeat() -> Iterator[Sample]:
    heard = WorkerHeartbeat.objects.exclude(worker=NOBODY_YET).latest_beat()
    yield [], _age(heard.beat_at) if heard else NEVER


def _repeats() -> Iterator[Sample]:
    day = Intent.objects.filter(created_at__gt=timezone.now() - timedelta(days=1))
    yield [], day.aggregate(total=Sum("repeats"))["total"] or 0


def _jobs_late() -> Iterator[Sample]:
    yield [], ScheduledJob.objects.late().count()


def _jobs() -> Iterator[Sample]:
    for name, at in ScheduledJob.objects.values_list("name", "last_success_at"):
        yield [name], _age(at) if at else NEVER


def _broken() -> Iterator[Sample]:
    newest = Proof.objects.exclude(finished_at__isnull=True).order_by("-pk").first()
    yield [], newest.broken_count if newest else NEVER


def _age(moment: datetime) -> float:
    return max(0.0, (timezone.now() - moment).total_seconds())


_GAUGES: tuple[tuple[str, str, list[str], Callable[[], Iterable[Sample]]], ...] = (
    ("open_records", f"Records in each condition, up to {COUNT_CAP}.", ["condition"], _open),
    ("overdue_records", "Those that should be in somebody's hands by now.", ["condition"], _overdue),
    ("due_seconds", "For how long the oldest due work of a topic waits.", ["topic"], _due),
    ("effects", f"Effects in need of attention, up to {COUNT_CAP}.", ["model", "status"], _effects),
    ("workers_alive", "Workers that were heard of lately.", [], _workers),
    ("heartbeat_age_seconds", "Since the last sign of any worker; -1: none ever.", [], _heartbeat),
    ("repeats_absorbed", "Requests of the last 24 h that were sent again and done once.", [], _repeats),
    ("jobs_late", "Scheduled jobs that are late.", [], _jobs_late),
    ("job_success_age_seconds", "Since a job last succeeded; -1: never.", ["job"], _jobs),
    ("promises_broken", "Promises that the newest proof found broken; -1: none yet.", [], _broken),
)
