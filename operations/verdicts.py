"""Tells what became of something that a remedy set off: nothing yet, it worked, or how it failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from operations.attempts import Attempt
from operations.effects import Effect
from operations.effects import EffectStatus as S

OVER_WELL = frozenset({S.DONE, S.CONFIRMED})
CLOSED_BY_OTHERS = frozenset({S.CANCELLED, S.SETTLED})
FAILED = frozenset({S.DEAD, S.BOUNCED, S.UNKNOWN, S.EXPIRED, S.HELD})
RETURNED = ("", "throttled", "handed_back", "interrupted", "late")  # tries that decided nothing


class Code(StrEnum):
    PENDING = "pending"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True)
class Verdict:
    """What became of it; `fingerprint` is the same for failures of the same kind."""

    code: Code
    fingerprint: str = ""
    text: str = ""


PENDING = Verdict(Code.PENDING)
GOOD = Verdict(Code.GOOD)


def bad(fingerprint: str, text: str = "") -> Verdict:
    """It failed, in this way."""
    return Verdict(Code.BAD, fingerprint, text)


def of_next_attempt(effect: Effect, since: datetime) -> Verdict:
    """What the first attempt begun since then that decided anything came to, or how the effect ended."""
    if effect.status in OVER_WELL or effect.status in CLOSED_BY_OTHERS:
        return GOOD
    tried = Attempt.objects.of(effect).filter(started_at__gte=since).exclude(outcome__in=RETURNED).last()
    if effect.status not in FAILED and tried is None:
        return PENDING
    failed_as = (tried and (tried.fingerprint or tried.outcome)) or f"{effect.channel} {effect.status}"
    return bad(failed_as, effect.failure_text or str(S(effect.status).label))
