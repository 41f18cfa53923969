"""What we promise about our data, in words and as queries; each app declares its own in `proof.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True)
class Breach:
    """One record that breaks a promise: which one ("bookings.booking 7") and how."""

    record: str
    text: str


@dataclass(frozen=True)
class Promise:
    """A sentence that must hold for the whole database; `breaches` finds whatever breaks it.

    It must cope with millions of rows: one statement a promise, or a few that cost as little.
    """

    code: str
    title: str
    breaches: Callable[[], Iterable[Breach]]


_promises: dict[str, Promise] = {}


def register(*promises: Promise) -> None:
    """Declare promises; called from an app's `proof.py` when it is imported."""
    for promise in promises:
        _promises[promise.code] = promise


def promises() -> dict[str, Promise]:
    """Every declared promise by code."""
    autodiscover_modules("proof")
    return _promises


def found_by(statement: str, values: dict[str, Any] | None = None) -> list[Breach]:
    """The breaches that a statement selects as pairs of record and text."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Breach(str(record), str(text)) for record, text in cursor.fetchall()]
