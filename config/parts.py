"""The processes that make up one installation on one machine, and how each is started."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from config import kin


@dataclass(frozen=True)
class Part:
    """One child of `manage.py up`."""

    name: str
    command: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """What the child gets to know: our own environment, what we decided, and whose child it is."""
        decided = {
            "HOLDFAST_HOME": str(settings.HOLDFAST_HOME),
            "HOLDFAST_DEMO": str(int(settings.DEMO)),
            "PYTHONUNBUFFERED": "1",
        }
        if settings.LOCAL_INBOX:
            decided["HOLDFAST_INBOX_PORT"] = str(settings.INBOX_PORT)
        if self.name == "web":
            decided["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_folder())
        return os.environ | decided | kin.marks(settings.HOLDFAST_HOME, self.name)


def metrics_folder() -> Path:
    """Where the processes of the web server keep their counts, so that each tells the sum of all."""
    return Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or settings.HOLDFAST_HOME / "metrics")


def inbox() -> Part:
    """The mail server that keeps what it gets."""
    folder = settings.HOLDFAST_HOME / "inbox"
    return Part("inbox", (sys.executable, "-m", "config.inbox", str(folder), str(settings.INBOX_PORT)))


def web() -> Part:
    """Granian: its main process replaces a dead one of its own; a thread is kept while it is used."""
    options = {
        "interface": "wsgi",
        "host": "127.0.0.1",
        "port": settings.PORT,
        "workers": settings.HOLDFAST.web_processes_count,
        "blocking-threads": settings.HOLDFAST.web_threads_count,
        "blocking-threads-idle-timeout": 600,
        "http": 1,
        "respawn-interval": 0.1,
        "workers-kill-timeout": 5,
        "log-level": "error",
    }
    arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    flags = ("--no-ws", "--respawn-failed-workers")
    granian = (sys.executable, "-m", "granian", *arguments, *flags)
    return Part("web", (*granian, "config.wsgi:application"))


def worker() -> Part:
    """The queue's cluster and its watch."""
    return Part("worker", (sys.executable, "manage.py", "qcluster"))


PARTS: dict[str, Callable[[], Part]] = {"inbox": inbox, "web": web, "worker": worker}
