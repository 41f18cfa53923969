"""What can be rehearsed with the queue itself."""

from __future__ import annotations

import os
import signal

from django.utils.translation import gettext_lazy as _

from operations import board, heartbeat
from operations.heartbeat import WorkerHeartbeat
from operations.rehearsals import Drill, NotPossible, Staged, register


def kill_worker() -> Staged:
    """Kill the worker of this machine that was heard of last, whatever it does."""
    here = WorkerHeartbeat.objects.alive().filter(process_space=heartbeat.process_space())
    worker = next((each for each in here.order_by("-beat_at") if board.is_alive(each.pid)), None)
    if worker is None:
        raise NotPossible("No worker runs on this machine.")
    os.kill(worker.pid, signal.SIGKILL)
    return Staged(
        f"Process {worker.pid} was killed. What it had in hand goes on within fifteen seconds: what was not "
        "handed over leaves, what was is unknown and on the desk under notifications.unknown."
    )


register(
    Drill(
        code="worker_killed",
        title=_("A worker is killed"),
        says=_(
            "A process that confirms bookings and sends messages is killed, and three customers book. "
            "Its watch starts another within seconds. Find out whether anything was lost."
        ),
        run=kill_worker,
        where=("operations.no_worker", "notifications.interrupted", "notifications.unknown"),
        customers=3,
    )
)
