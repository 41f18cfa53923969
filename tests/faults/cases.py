"""What a fault is and what must come of it on four sides: plain data, of which the documentation is made.

`⟨time⟩` stands for a moment on the clock and `…` for words that differ from one system to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Record:
    """What the row says: status, class of the failure, attempts used up."""

    status: str
    failure_class: str = ""
    attempts: int = 1
    outcomes: tuple[str, ...] | None = None  # of each attempt, where a story tells of several


@dataclass(frozen=True)
class Desk:
    """One entry on the desk: its condition, its words, and the remedies that can be pressed.

    `{kept}` in the words stands for what the record keeps of the failure.
    """

    condition: str
    why: str
    by_itself: str
    ways: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One honest state, seen from four sides.

    `copies` is what the receiver has, `marked` how many of them say "you may already have this". `customer`
    is the sentence on the booking's page; empty where the page has no line for it. What is not on the desk
    says in `heals` why not, and `due_in` the seconds until it is tried again.
    """

    title: str
    copies: int | None = 0  # None: as often as it was tried
    marked: int = 0
    record: Record
    customer: str
    desk: tuple[Desk, ...] = ()
    channel: str = "open"
    heals: str = ""
    due_in: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong where, what the record keeps of it, and what comes of it."""

    where: str
    what: str
    kept: str = ""
    then: Expected
    does: Any = None  # the answer or behaviour, for the server of the test

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Story:
    """A fault that takes its time: what happens, and what is true at each of its moments."""

    code: str
    title: str
    happens: str
    moments: dict[str, Expected] = field(default_factory=dict)
