"""How long one wake-up may keep a worker: until its budget is used or the cluster is asked to stop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from operations import board

_ends_at = float("inf")


@contextmanager
def turn() -> Iterator[None]:
    """One wake-up's work; inside it `is_over` tells when to leave the rest to the next one."""
    global _ends_at
    _ends_at = time.monotonic() + settings.HOLDFAST.drain_budget_seconds
    try:
        with board.board().busy():
            yield
    finally:
        _ends_at = float("inf")


def seconds_left() -> float:
    """How much of the turn is left; without end outside one."""
    return max(0.0, _ends_at - time.monotonic())


def is_over() -> bool:
    """Whether to begin nothing more; never over outside a turn."""
    return time.monotonic() > _ends_at or board.board().is_stopping
