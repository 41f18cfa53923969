"""Reads in one go what a batch of messages is about, shortly before they leave."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from notifications import kinds
from notifications.models import Delivery

T = TypeVar("T")
FRESH_SECONDS = 1.0  # what was read earlier is read again: a message tells how things stand when it leaves


def gather(deliveries: Sequence[Delivery]) -> None:
    """Read what each kind needs to know of its messages, one question for all that share it."""
    asked: defaultdict[Callable[[Sequence[Delivery]], Mapping[int, Any]], list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        if (kind := kinds.find(delivery.kind)) and kind.about:
            asked[kind.about].append(delivery)
    for about, some in asked.items():
        found, now = about(some), time.monotonic()
        for delivery in some:
            delivery.gathered = now, found.get(delivery.pk)


def told(delivery: Delivery, about: Callable[[Sequence[Delivery]], Mapping[int, T]]) -> T:
    """What was gathered about a message, or what `about` reads now when nothing fresh was."""
    read_at, found = delivery.gathered
    if found is not None and time.monotonic() - read_at < FRESH_SECONDS:
        known: T = found
        return known
    return about([delivery])[delivery.pk]
