"""Faults that are made on purpose, for real, in a demonstration; each app declares its own in `drills.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

from operations.history import Operation

REASON = "cleared away after a rehearsal"


class NotPossible(Exception):
    """Raised by a drill that cannot be held here and now; the text says why."""


@dataclass(frozen=True)
class Staged:
    """A fault that was made: what to look at, the records it made, and when it ends by itself if it lasts."""

    told: str
    records: tuple[Model, ...] = ()
    until: datetime | None = None


def _nothing() -> None:
    """What was done once needs no ending."""


@dataclass(frozen=True, kw_only=True)
class Drill:
    """`run` makes the fault; it raises NotPossible when it cannot.

    `says` tells staff beforehand what breaks and how it ends, `where` are the conditions to look at,
    `customers` is how many bookings come in meanwhile when it is held from the desk, and `end` takes a
    fault that lasts back at once.
    """

    code: str
    title: str | Promise
    says: str | Promise
    run: Callable[[], Staged]
    where: tuple[str, ...] = ()
    customers: int = 0
    end: Callable[[], None] = _nothing


_drills: dict[str, Drill] = {}
_customers: list[Callable[[int], Iterable[Model]]] = []
_clearings: dict[type[Model], Callable[[int, Operation], None]] = {}


def register(*drills: Drill) -> None:
    """Declare drills; called from an app's `drills.py` when it is imported."""
    for drill in drills:
        _drills[drill.code] = drill


def let_customers_come(book: Callable[[int], Iterable[Model]]) -> None:
    """Declare how so many customers come in while something is broken."""
    _customers.append(book)


def clear_by(model: type[Model], clear: Callable[[int, Operation], None]) -> None:
    """Declare how a record that a drill made is put away, by its id and in a transaction."""
    _clearings[model] = clear


def drills() -> dict[str, Drill]:
    """Every declared drill by code."""
    _discover()
    return _drills


def customers(number: int) -> list[Model]:
    """What so many customers leave behind."""
    _discover()
    return [record for book in _customers for record in book(number)] if number else []


def clear(record: Model, operation: Operation) -> None:
    """Put away a record that a drill made; its history stays."""
    _discover()
    if put_away := _clearings.get(type(record)):
        put_away(record.pk, operation)


@cache
def _discover() -> None:
    autodiscover_modules("drills")
