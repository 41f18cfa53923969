"""What staff are told about the machinery when they ask whether it is ready."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from operations.heartbeat import NOBODY_YET, WorkerHeartbeat
from operations.jobs import ScheduledJob
from operations.proving import Proof
from operations.work import works


def details() -> dict[str, Any]:
    """Workers, waiting work, late jobs and the last proof; none of it decides about readiness."""
    heard = WorkerHeartbeat.objects.exclude(worker=NOBODY_YET).latest_beat()
    waiting = [(since, topic) for topic, work in works().items() if (since := work.due_since())]
    oldest = min(waiting, default=None)
    proof = Proof.objects.exclude(finished_at__isnull=True).order_by("-pk").first()
    return {
        "workers_alive": WorkerHeartbeat.objects.alive().count(),
        "last_heartbeat_at": heard.beat_at.isoformat() if heard else None,
        "oldest_due": {"topic": oldest[1], "since": oldest[0].isoformat()} if oldest else None,
        "jobs_late": list(ScheduledJob.objects.late().values_list("name", flat=True)),
        "proof": {"at": proof.started_at.isoformat(), "broken": proof.broken_count} if proof else None,
        "at": timezone.now().isoformat(),
    }
