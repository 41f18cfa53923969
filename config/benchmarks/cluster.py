"""Workers and a mail sink that run while something is measured, and what they get done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from config import identity
from notifications.models import Delivery
from operations.effects import EffectStatus

WARM = 40


@contextmanager
def cluster(workers: int) -> Iterator[None]:
    """A sink and a cluster in which `workers` may send at once, running until the block ends."""
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
        yield
    finally:
        running.terminate()
        running.wait(timeout=30)
        sink.kill()
        sink.wait()


class Counter:
    """Counts what was sent since it began to count; the look itself costs next to nothing."""

    def __init__(self) -> None:
        self._before = Delivery.objects.filter(status=EffectStatus.DONE).count()
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._first, self._began = self._sent(), time.perf_counter()

    def is_warm(self) -> bool:
        """Whether the workers have started and found their pace."""
        return self._sent() >= WARM

    def per_second(self) -> float:
        """Messages sent per second since the count began."""
        return (self._sent() - self._first) / (time.perf_counter() - self._began)

    def _sent(self) -> int:
        return Delivery.objects.filter(status=EffectStatus.DONE).count() - self._before


def until(holds: Callable[[], bool], *, every_seconds: float, seconds: float = 60) -> None:
    """Wait for something; raises TimeoutError."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the workers did not get there")
        time.sleep(every_seconds)
