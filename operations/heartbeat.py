"""Workers say that they are alive: to the desk by a row, to their own watch at once."""

from __future__ import annotations

import os
import threading
import time
import uuid
import zlib
from datetime import timedelta
from functools import cache
from pathlib import Path

import psutil
from django.conf import settings
from django.db import Error, connection, models
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations import board

NOBODY_YET = uuid.UUID(int=0)  # the row that a fresh database begins with: no worker has run yet


class WorkerHeartbeatQuerySet(models.QuerySet["WorkerHeartbeat"]):
    def latest_beat(self) -> WorkerHeartbeat | None:
        return self.order_by("-beat_at").first()

    def alive(self) -> WorkerHeartbeatQuerySet:
        limit = timedelta(seconds=settings.HOLDFAST.heartbeat_late_seconds)
        heard = Q(beat_at__gt=timezone.now() - limit) | Q(silent_until__gt=timezone.now())
        return self.filter(heard, gone_at__isnull=True).exclude(worker=NOBODY_YET)

    def missing(self) -> WorkerHeartbeatQuerySet:
        """The last worker that was heard of, when none is alive."""
        workers = WorkerHeartbeat.objects.all()
        newest = workers.order_by("-beat_at").values("pk")[:1]
        return self.filter(~Exists(workers.alive()), pk__in=newest)


class WorkerHeartbeat(models.Model):
    """One worker process; it names itself with a random id, never with a host name."""

    worker = models.UUIDField(unique=True)
    process_space = models.IntegerField(default=0)
    pid = models.IntegerField(default=0)
    beat_at = models.DateTimeField(default=timezone.now)
    silent_until = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True, editable=False)

    objects = WorkerHeartbeatQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("worker's sign of life"), _("workers' signs of life")
        indexes = (models.Index(fields=["-beat_at"], name="operations_heartbeat_at"),)

    def __str__(self) -> str:
        return f"worker {self.worker}"


_identity: tuple[int, uuid.UUID] = (0, uuid.UUID(int=0))
_written_at = float("-inf")
_is_worker = False


def worker_id() -> uuid.UUID:
    """The random name of this process; a forked child gets one of its own."""
    global _identity, _written_at
    if _identity[0] != os.getpid():
        _identity, _written_at = (os.getpid(), uuid.uuid4()), float("-inf")
    return _identity[1]


@cache
def process_space() -> int:
    """A number for the space in which a pid means one process: this boot of this host, this container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        boot, space = str(uuid.getnode()), int(psutil.boot_time())
    return zlib.crc32(f"{boot}:{space}".encode()) & 0x7FFFFFFF


def clock_in() -> None:
    """This process is a worker of the queue: its beats count from now on."""
    global _is_worker
    _is_worker = True
    beat()


def beat(silent_for_seconds: float = 0) -> None:
    """Say that this worker is alive and may be silent for so long; cheap enough for every row.

    The watch sees each beat. The row is written only as often as the desk needs it, and a database that
    is away is no reason to fail. A command that does the same work is no worker, and says nothing.
    """
    global _written_at
    if not _is_worker:
        return
    worker, figures = worker_id(), settings.HOLDFAST
    if threading.current_thread() is threading.main_thread():  # what runs beside it says nothing about it
        board.board().beat(silent_for_seconds)
    is_long = silent_for_seconds > figures.heartbeat_late_seconds - figures.heartbeat_every_seconds
    if not is_long and time.monotonic() - _written_at < figures.heartbeat_every_seconds:
        return
    try:
        _write(worker, silent_for_seconds)
        _written_at = time.monotonic()
    except Error:
        if connection.in_atomic_block:
            raise
        connection.close()


def bury() -> list[uuid.UUID]:
    """Note which workers of this process space have died; returns those not noted before."""
    living = WorkerHeartbeat.objects.filter(process_space=process_space(), gone_at__isnull=True)
    dead = [worker for worker, pid in living.values_list("worker", "pid") if not board.is_alive(pid)]
    if dead:
        WorkerHeartbeat.objects.filter(worker__in=dead).update(gone_at=timezone.now())
    return dead


def prune() -> int:
    """Forget workers that have been silent for a day, but never the last one."""
    newest = WorkerHeartbeat.objects.latest_beat()
    old = WorkerHeartbeat.objects.filter(beat_at__lt=timezone.now() - timedelta(days=1))
    return old.exclude(pk=newest.pk if newest else 0).delete()[0]


def _write(worker: uuid.UUID, silent_for_seconds: float) -> None:
    now = timezone.now()
    silent_until = now + timedelta(seconds=silent_for_seconds)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO operations_workerheartbeat
                   (worker, process_space, pid, beat_at, silent_until, started_at)
               VALUES (%s, %s, %s, %s, %s, %s)
               ON CONFLICT (worker) DO UPDATE SET beat_at = EXCLUDED.beat_at,
                   silent_until = EXCLUDED.silent_until, gone_at = NULL""",
            [worker, process_space(), os.getpid(), now, silent_until, now],
        )
