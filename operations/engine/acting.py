"""Works through what is due on a channel: one effect after the other, none of them inside a transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from operations import heartbeat, turns
from operations.effects import Effect
from operations.engine import leases, outcomes
from operations.engine.leases import LeaseLost
from operations.engine.outcomes import Receipt
from operations.errors import DeliveryError, in_words

log = structlog.get_logger("holdfast.effects")
E = TypeVar("E", bound=Effect)
T = TypeVar("T")
DATABASE_AWAY = (OperationalError, InterfaceError)
RECORD_AGAIN_SECONDS = 0.5
_pace: dict[str, float] = {}  # seconds that one effect of a channel took last

# Does the thing; calls the function it is given just before the step that cannot be taken back.
Act = Callable[[E, Callable[[], None]], Receipt]
# Told a whole batch before the first of it is acted on; may fail without harm.
Prepare = Callable[[Sequence[E]], None]
# Told each outcome (None: accepted); says whether to go on.
Observe = Callable[[E, DeliveryError | None], bool]


def work_through(
    model: type[E],
    channel: str,
    act: Act[E],
    observe: Observe[E] | None = None,
    *,
    prepare: Prepare[E] | None = None,
    limit: int = 0,
) -> bool:
    """Claim one batch of a channel and act on each; True when more may be due.

    `observe` is told each outcome (None: accepted) and answers whether to go on; when it does not, or
    when the lease or the worker's turn leaves no time, the rest of the batch is handed back at no cost.
    """
    limit = _what_fits(channel, limit or settings.HOLDFAST.claim_batch_count)
    batch = leases.claim(model, channel, limit)
    if prepare and batch:
        _prepare(batch, prepare)
    goes_on = True
    for effect in batch:
        if goes_on and _has_time_left(effect) and not turns.is_over():
            began_at = time.monotonic()
            goes_on = attempt(effect, act, observe)
            _pace[channel] = time.monotonic() - began_at
        else:
            outcomes.hand_back(effect)
    # What became due at one moment, as when a channel is released, can be claimed from both ends at once:
    # then a batch is only half full although more is due.
    return len(batch) >= limit - limit // 2


def attempt(effect: E, act: Act[E], observe: Observe[E] | None = None) -> bool:
    """Act on one claimed effect and record the outcome, whatever it is; says whether to go on."""
    heartbeat.beat(silent_for_seconds=settings.HOLDFAST.outside_call_seconds)
    failure: DeliveryError | None = None
    receipt = Receipt()
    try:
        receipt = act(effect, lambda: leases.mark_handover(effect))
    except LeaseLost:
        log.warning("lease lost before hand-over", effect=str(effect.uid))
        return True
    except DeliveryError as error:
        failure = error
    except Exception as error:
        if isinstance(error, DATABASE_AWAY) and effect.handover_at is None:
            _patiently(effect, lambda: outcomes.hand_back(effect))  # our own trouble: nothing was sent
            return True
        log.exception("effect failed by a bug", effect=str(effect.uid))
        failure = DeliveryError(in_words(error)[:2000])
    if not _patiently(effect, lambda: _record(effect, receipt, failure)):
        outcome = failure.code if failure else "done"
        log.warning("late acknowledgement ignored", effect=str(effect.uid), outcome=outcome)
    return observe(effect, failure) if observe else True


def _prepare(batch: Sequence[E], prepare: Prepare[E]) -> None:
    """What fails here is asked again for each effect alone, so that one poisoned row fails by itself."""
    try:
        prepare(batch)
    except Exception:
        log.exception("a batch could not be prepared")


def _record(effect: Effect, receipt: Receipt, failure: DeliveryError | None) -> bool:
    if failure is None:
        return outcomes.acknowledge(effect, receipt)
    return outcomes.record_failure(effect, failure)


def _patiently(effect: Effect, record: Callable[[], T]) -> T:
    """Write to the record even if the database is away for a moment: nobody else knows the verdict.

    Gives up when the lease runs out; the row is then reclaimed by its hand-over mark.
    """
    while True:
        try:
            return record()
        except DATABASE_AWAY:
            if (
                connection.in_atomic_block
                or effect.lease_until is None
                or timezone.now() >= effect.lease_until
            ):
                raise
            log.warning("waiting for the database to record an outcome", effect=str(effect.uid))
            connection.close()
            time.sleep(RECORD_AGAIN_SECONDS)


def _what_fits(channel: str, limit: int) -> int:
    """What the rest of the turn allows at the pace seen last: a claim given back is written for nothing."""
    pace = _pace.get(channel, 0.0)
    return limit if pace == 0 else max(1, int(min(limit, turns.seconds_left() / pace)))


def _has_time_left(effect: Effect) -> bool:
    needed = timedelta(seconds=settings.HOLDFAST.outside_call_seconds)
    return effect.lease_until is not None and effect.lease_until - timezone.now() > needed
