"""One line of a history, whoever it tells of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the history; `about` names the record when it is not the one looked at."""

    at: datetime
    text: str
    who: str
    level: str = "event"
    about: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)
