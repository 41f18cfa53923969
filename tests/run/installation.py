"""A real installation in a folder of its own, started and stopped as an operator would."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import psutil

from config import embedded, identity, kin
from config.embedded import cluster

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("HOLDFAST_", "DATABASE_", "EMAIL_", "SECRET_", "PORT", "MAKE", "MFLAGS", "DJANGO_", "PYTEST_")
UP = (sys.executable, "manage.py", "up")
MAKE = ("make", "run")
START_SECONDS = 90  # under 20 on a machine of its own; tests share theirs
T = TypeVar("T")


def eventually(ask: Callable[[], T], seconds: float = 10) -> T:
    """The first true answer; fails after `seconds`."""
    until = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)
    return answer


class Installation:
    """One home, one port; the terminal's output goes to a file that nobody has to drain."""

    def __init__(self, home: Path, demo: bool = False, **environment: str) -> None:
        self.home, self.port = home, identity.free_port()
        self.output = home.with_suffix(".output")
        plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.environment = plain | {"HOLDFAST_HOME": str(home), "PORT": str(self.port)} | environment
        if not demo:
            self.environment |= {"HOLDFAST_DEMO": "0", "HOLDFAST_STAFF_PASSWORD": "chosen"}

    def begin(self, command: Sequence[str] = UP) -> None:
        """Start, and do not wait."""
        with self.output.open("w") as output:
            self.up = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    def run(self, command: Sequence[str] = UP) -> None:
        """Start, and return when the last line is printed and the pages answer."""
        self.begin(command)
        eventually(lambda: self.up.poll() is not None or "staff login:" in self.said(), START_SECONDS)
        assert self.up.poll() is None, self.said()
        eventually(self.is_ready, START_SECONDS)

    def stop(self, number: signal.Signals = signal.SIGTERM, group: bool = False) -> None:
        """Send the signal and wait for the end, twenty seconds at most."""
        (os.killpg if group else os.kill)(self.up.pid, number)
        self.up.wait(20)

    def said(self) -> str:
        """Everything printed so far."""
        return self.output.read_text()

    def answer(self, path: str) -> int:
        """The status of a page; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=3) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def is_ready(self) -> bool:
        """Whether web and database work."""
        return self.answer("/readyz") == 200

    def main(self, part: str) -> psutil.Process | None:
        """The first process of a part."""
        if part == "database":
            return embedded.postmaster(self.home)
        processes = kin.of(self.home, part)
        return min(processes, key=lambda process: process.create_time(), default=None)

    def leftovers(self) -> list[psutil.Process]:
        """Everything alive that this home has started, PostgreSQL included."""
        name = cluster.name(self.home)
        servers = [
            process
            for process in psutil.process_iter(["cmdline"])
            if name in " ".join(process.info["cmdline"] or [])
        ]
        return [*kin.of(self.home), *servers]
