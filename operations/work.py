"""What the worker does: declared by each app in its `work.py`, found at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True)
class Work:
    """Rows that become due; a wake-up for `topic` calls `drain`, which treats a part of them.

    `drain` returns True when more is left. `due_since` gives the moment since when the oldest treatable row
    waits, or None. `is_outside` marks calls to other parties, which never occupy the last free worker.
    A wake-up may name a part of the topic after a colon.
    """

    topic: str
    drain: Callable[[], bool]
    due_since: Callable[[], datetime | None]
    is_outside: bool = False


@dataclass(frozen=True)
class Job:
    """Scheduled work; `run` returns how many items it treated and may be repeated at any time.

    With `at_hour` (UTC) it runs once a day. One run may take `limit_seconds`, after which another may
    begin; what takes more than a minute never occupies the last free worker.
    """

    name: str
    title: str
    run: Callable[[], int]
    every_seconds: int
    at_hour: int | None = None
    limit_seconds: int = 60

    @property
    def is_long(self) -> bool:
        return self.limit_seconds > 60


_works: dict[str, Work] = {}
_jobs: dict[str, Job] = {}


def register(*declarations: Work | Job) -> None:
    """Declare works and jobs; called from an app's `work.py` when it is imported."""
    for declaration in declarations:
        if isinstance(declaration, Work):
            _works[declaration.topic] = declaration
        else:
            _jobs[declaration.name] = declaration


def works() -> dict[str, Work]:
    """All declared works by topic."""
    _discover()
    return _works


def find(topic: str) -> Work:
    """The work that drains a topic, or a part of it ("webhook:7"); raises KeyError."""
    return works()[topic.partition(":")[0]]


def jobs() -> dict[str, Job]:
    """All declared jobs by name."""
    _discover()
    return _jobs


@cache
def _discover() -> None:
    """Once: looking for a module that most apps do not have costs half a millisecond."""
    autodiscover_modules("work")
