"""Workers and a mail sink that run while something is measured, and what they get done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
from django.conf import settings

from config import identity
from notifications.models import Delivery
from operations.effects import EffectStatus

WARM = 40


@contextmanager
def cluster(workers: int) -> Iterator[psutil.Process]:
    """A sink and a cluster in which `workers` may send at once, running until the block ends.

    Gives the first process of the cluster.
    """
    port = identity.free_port()
    environment = os.environ | {
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "HOLDFAST_QUEUE_WORKERS_COUNT": str(workers + 1),  # one stays free for work of our own
    }
    sink = subprocess.Popen(
        [sys.executable, "-m", "config.benchmarks.sink", str(port)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
    )
    running = subprocess.Popen(
        [sys.executable, "manage.py", "qcluster"], cwd=settings.BASE_DIR, env=environment
    )
    try:
        yield psutil.Process(running.pid)
    finally:
        running.terminate()
        running.wait(timeout=30)
        sink.kill()
        sink.wait()


class Counter:
    """Counts what was sent since it began to count, and what that took of the processors."""

    def __init__(self, workers: psutil.Process) -> None:
        self._workers = workers
        self._before = Delivery.objects.filter(status=EffectStatus.DONE).count()
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._first, self._began, self._used = self._sent(), time.perf_counter(), self._processor()

    def is_warm(self) -> bool:
        """Whether the workers have started and found their pace."""
        return self._sent() >= WARM

    def per_second(self) -> float:
        """Messages sent per second since the count began."""
        return (self._sent() - self._first) / (time.perf_counter() - self._began)

    def processor_milliseconds(self) -> float:
        """Processor time of the workers for each message; the database and the sink not included."""
        return 1000 * (self._processor() - self._used) / max(1, self._sent() - self._first)

    def _processor(self) -> float:
        """Seconds used by all processes of the cluster; steady where the machine has other work as well."""
        spent = [each.cpu_times() for each in self._workers.children(recursive=True)]
        return sum(each.user + each.system for each in spent)

    def _sent(self) -> int:
        return Delivery.objects.filter(status=EffectStatus.DONE).count() - self._before


def until(holds: Callable[[], bool], *, every_seconds: float, seconds: float = 60) -> None:
    """Wait for something; raises TimeoutError."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the workers did not get there")
        time.sleep(every_seconds)
