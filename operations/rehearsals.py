"""Faults that are made on purpose, for real, in a demonstration; each app declares its own in `drills.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.module_loading import autodiscover_modules


class NotPossible(Exception):
    """Raised by a drill that cannot be held here and now; the text says why."""


@dataclass(frozen=True)
class Drill:
    """`run` makes the fault and returns what to look at; it raises NotPossible when it cannot."""

    code: str
    title: str
    run: Callable[[], str]


_drills: dict[str, Drill] = {}


def register(*drills: Drill) -> None:
    """Declare drills; called from an app's `drills.py` when it is imported."""
    for drill in drills:
        _drills[drill.code] = drill


def drills() -> dict[str, Drill]:
    """Every declared drill by code."""
    autodiscover_modules("drills")
    return _drills
