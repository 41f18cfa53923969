"""Which transition a failure calls for, and when the next try is due."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from operations.effects import Effect, backoff
from operations.errors import DeliveryError

LONGEST_RETRY_AFTER_SECONDS = 86_400


def verdict(record: Effect, error: DeliveryError) -> tuple[str, dict[str, Any]]:
    """The transition for a failure and its arguments (semantics by class, see docs/concepts.md)."""
    text = str(error)
    said = {"failure_class": error.code, "failure_text": text}
    match error.code:
        case "unknown":
            return "lose_verdict", {"failure_text": text}
        case "bug" if record.handover_at and not record.is_repeat_safe:
            return "lose_verdict", {"failure_text": text}
        case "permanent":
            return "give_up", said
        case "overtaken" if record.handover_at is None:
            return "supersede_unsent", {}
        case "configuration" | "held":
            return "hold_leased", said
        case "throttled":
            return "postpone", said | {"until": _next_try(record, error), "give_back": True}
    figures = settings.HOLDFAST
    allowed = figures.effect_bug_attempts if error.code == "bug" else figures.effect_max_attempts
    if record.attempts >= allowed:
        return "give_up", said
    return "postpone", said | {"until": _next_try(record, error)}


def _next_try(record: Effect, error: DeliveryError) -> datetime:
    """The back-off; a server's Retry-After of d is respected within [d, 2d]; never past `not_after`.

    Where the pause would pass it, one last try is made while it is still of use.
    """
    pause = backoff(record.attempts)
    if error.retry_after_seconds is not None:
        asked = timedelta(seconds=min(error.retry_after_seconds, LONGEST_RETRY_AFTER_SECONDS))
        pause = max(asked * random.uniform(1, 1.2), min(pause, 2 * asked))  # noqa: S311 - spreads load
    now = timezone.now()
    if record.not_after is None or now + pause < record.not_after:
        return now + pause
    last = record.not_after - timedelta(seconds=settings.HOLDFAST.lease_seconds)
    return last if last > now else record.not_after
