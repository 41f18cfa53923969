"""The ways by which things leave the house, each app's own: the desk shows whether they are open and late."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """How well a way out works."""

    GOOD = "good"
    WAITING = "waiting"
    TROUBLE = "trouble"


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """One of them now; `due_since` is the moment since when the oldest of what is due waits for it."""

    title: str
    state: str
    level: Level
    page: str
    due_since: datetime | None = None
    last_success_at: datetime | None = None


_tellers: list[Callable[[], Iterable[WayOut]]] = []


def declare(tell: Callable[[], Iterable[WayOut]]) -> None:
    """Declare what tells of an app's ways out; called from its `recovery.py` when it is imported."""
    _tellers.append(tell)


def every() -> list[WayOut]:
    """All of them, what is in trouble first."""
    order = list(reversed(Level))
    return sorted((way for tell in _tellers for way in tell()), key=lambda way: order.index(way.level))
