"""What is forgotten when its time is over: declared by each app in its `work.py`, run as a job each night."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Model, QuerySet

from operations import work
from operations.history import Operation
from operations.recovery import Text
from operations.retention import running

HOUR_UTC = 4


def _nothing_stays(_records: Sequence[Any]) -> Mapping[int, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`due` are the records whose time is over; `keeps` says which of them stay all the same, and why.

    `forget` receives the locked record and takes the person out of it, in a transaction of its own.
    `since_at` is the column by which the oldest come first, `location` the look-up of the place's slug.
    `unfinished` are those past their time that are not even due, because nobody has finished them.
    """

    code: str
    title: str
    says: Text
    stays: Text
    model: type[Model]
    due: Callable[[], QuerySet[Any]]
    forget: Callable[[Any, Operation], None]
    since_at: str
    keeps: Callable[[Sequence[Any]], Mapping[int, str]] = _nothing_stays
    unfinished: Callable[[], QuerySet[Any]] | None = None
    location: str = ""

    @property
    def job(self) -> str:
        """The name of its job in the ledger."""
        return f"forget_{self.code}"


_rules: dict[str, Rule] = {}


def register(*rules: Rule) -> None:
    """Declare rules, and with each the job that runs it at night."""
    for rule in rules:
        _rules[rule.code] = rule
        work.register(
            work.Job(
                name=rule.job,
                title=rule.title,
                run=partial(running.run, rule),
                every_seconds=86_400,
                at_hour=HOUR_UTC,
                limit_seconds=running.LIMIT_SECONDS,
            )
        )


def rules() -> dict[str, Rule]:
    """Every declared rule by code."""
    work.jobs()  # found by now: the rules are declared beside them
    return _rules
