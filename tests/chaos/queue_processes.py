"""A real `manage.py qcluster` on the database of the test, and its processes by what they do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psutil
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parent.parent.parent
T = TypeVar("T")


def eventually(ask: Callable[[], T], seconds: float = 15) -> T:
    """The first true answer; fails after `seconds`."""
    until = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)
    return answer


class QueueProcesses:
    """The watch that we started, and what it started."""

    def __init__(self, **environment: str) -> None:
        parameters = connection.get_connection_params()
        wanted = {name: parameters.get(name) for name in ("dbname", "user", "password", "host", "port")}
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": make_conninfo(**{name: value for name, value in wanted.items() if value}),
            **environment,
        }
        self.workers_count = int(
            environment.get("HOLDFAST_QUEUE_WORKERS_COUNT", settings.HOLDFAST.queue_workers_count)
        )

    def start(self) -> None:
        """Start the watch."""
        command = [sys.executable, "manage.py", "qcluster", "--skip-checks"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        self.watch = psutil.Process(self.process.pid)

    def stop(self, seconds: float = 10) -> None:
        """Ask it to stop; it must be gone in time, and everything it started with it."""
        family = [self.watch, *self.watch.children(recursive=True)] if self.watch.is_running() else []
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(seconds)
        assert not [process for process in family if process.is_running()]

    def main(self) -> psutil.Process:
        return self.watch.children()[0]

    def guard(self) -> psutil.Process:
        return self.main().children()[0]

    def parts(self) -> dict[str, psutil.Process]:
        """The processes of a cluster that is complete, by role; django-q2 begins them in this order."""
        roles = [*(f"worker {number}" for number in range(self.workers_count)), "monitor", "pusher"]
        family = sorted(self.guard().children(), key=lambda process: (process.create_time(), process.pid))
        assert len(family) == len(roles)
        return {"main": self.main(), "guard": self.guard(), **dict(zip(roles, family, strict=True))}

    def renew(self) -> None:
        """Have a cluster in which every process is the first of its role."""
        eventually(lambda: self.watch.children())
        main = self.main()
        main.kill()
        main.wait(15)  # a killed process counts as complete until it is gone
        eventually(self.is_complete)

    def is_complete(self) -> bool:
        """Whether every process of the cluster runs."""
        try:
            return len(self.parts()) > 0
        except (IndexError, AssertionError, psutil.Error):
            return False


@contextmanager
def running(**environment: str) -> Iterator[QueueProcesses]:
    """A cluster that is complete and has been stopped in order afterwards."""
    processes = QueueProcesses(**environment)
    processes.start()
    try:
        eventually(processes.is_complete)
        yield processes
    finally:
        processes.stop()
