"""Workers say that they are alive, and until when they may be silent in a call to the outside."""

from __future__ import annotations

import os
import uuid
import zlib
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone

NOBODY_YET = uuid.UUID(int=0)  # the row that a fresh database begins with: no worker has run yet


class WorkerHeartbeatQuerySet(models.QuerySet["WorkerHeartbeat"]):
    def latest_beat(self) -> WorkerHeartbeat | None:
        return self.order_by("-beat_at").first()

    def alive(self) -> WorkerHeartbeatQuerySet:
        limit = timedelta(seconds=settings.HOLDFAST.heartbeat_late_seconds)
        heard = Q(beat_at__gt=timezone.now() - limit) | Q(silent_until__gt=timezone.now())
        return self.filter(heard).exclude(worker=NOBODY_YET)

    def missing(self) -> WorkerHeartbeatQuerySet:
        """The last worker that was heard of, when none is alive."""
        workers = WorkerHeartbeat.objects.all()
        newest = workers.order_by("-beat_at").values("pk")[:1]
        return self.filter(~Exists(workers.alive()), pk__in=newest)


class WorkerHeartbeat(models.Model):
    """One worker process; it names itself with a random id, never with a host name."""

    worker = models.UUIDField(unique=True)
    cluster = models.IntegerField(default=0)
    pid = models.IntegerField(default=0)
    beat_at = models.DateTimeField(default=timezone.now)
    silent_until = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(auto_now_add=True)

    objects = WorkerHeartbeatQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["-beat_at"], name="operations_heartbeat_at"),)

    def __str__(self) -> str:
        return f"worker {self.worker}"


_identity: tuple[int, uuid.UUID] = (0, uuid.UUID(int=0))


def worker_id() -> uuid.UUID:
    """The random name of this process; a forked child gets one of its own."""
    global _identity
    if _identity[0] != os.getpid():
        _identity = (os.getpid(), uuid.uuid4())
    return _identity[1]


def cluster_key() -> int:
    """A number for the cluster that this process belongs to: its session on this host."""
    return zlib.crc32(f"{uuid.getnode()}:{os.getsid(0)}".encode()) & 0x7FFFFFFF


def beat(silent_for_seconds: float = 0) -> None:
    """Say that this worker is alive and may be silent for so long."""
    now = timezone.now()
    WorkerHeartbeat.objects.update_or_create(
        worker=worker_id(),
        defaults={
            "beat_at": now,
            "silent_until": now + timedelta(seconds=silent_for_seconds),
            "cluster": cluster_key(),
            "pid": os.getpid(),
        },
    )


def prune() -> int:
    """Forget workers that have been silent for a day, but never the last one."""
    newest = WorkerHeartbeat.objects.latest_beat()
    old = WorkerHeartbeat.objects.filter(beat_at__lt=timezone.now() - timedelta(days=1))
    return old.exclude(pk=newest.pk if newest else 0).delete()[0]
