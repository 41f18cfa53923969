"""What a worker does with a wake-up."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import structlog
from django.conf import settings

from operations import board, heartbeat, jobs, turns, work
from operations.errors import HoldfastError, in_words
from operations.queue import packages
from operations.queue.waking import hurry_now, wake_now
from operations.work import Work

log = structlog.get_logger("holdfast.queue")
REFUSED_PAUSE_SECONDS = 1.0


class WorkFailed(HoldfastError):
    """Raised by `run` when a topic could not be drained to its end."""

    code = "work_failed"


def run(topic: str) -> None:
    """Drain a topic for at most the drain budget; django-q2 calls this for each wake-up."""
    heartbeat.clock_in()
    if topic == packages.PING:
        board.board().finish()
        return
    declared = work.find(topic)
    with turns.turn(), _place(declared.is_outside) as has_place:
        if not has_place:
            wake_now(topic, after_seconds=REFUSED_PAUSE_SECONDS)
        elif _told(declared):
            wake_now(topic)


def run_job(name: str) -> None:
    """Run a job if it is due and keep its outcome in the ledger; whoever is first of many runs it."""
    heartbeat.clock_in()
    job = work.jobs().get(name)
    if job is None:
        return
    with turns.turn(), _place(job.is_long) as has_place:
        if has_place and jobs.claim(job):
            heartbeat.beat(silent_for_seconds=job.limit_seconds if job.is_long else 0)
            items = jobs.run(job)
            if items and turns.is_over() and not job.is_long:  # it left the rest to another turn
                hurry_now(name)


def _told(declared: Work) -> bool:
    """Drain it; what goes wrong is raised in words that quote nobody, for django-q2 keeps them."""
    try:
        return _drain(declared)
    except Exception as error:
        log.exception("work failed", topic=declared.topic)
        raise WorkFailed(in_words(error)) from None


def _drain(declared: Work) -> bool:
    """Whether anything was left when the turn was over; others are called as soon as there is more."""
    more = declared.drain()
    if more:
        wake_now(declared.topic)
    while more and not turns.is_over():
        heartbeat.beat()
        more = declared.drain()
    return more


def _place(is_long: bool) -> AbstractContextManager[bool]:
    """A place for what may take long: one worker of a cluster stays free for the rest."""
    if not is_long:
        return nullcontext(True)
    return board.board().place(max(1, settings.HOLDFAST.queue_workers_count - 1))
