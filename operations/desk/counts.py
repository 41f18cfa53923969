"""Counts that cost the same however much there is to count, and say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import number_format

COUNT_CAP = 1000


@dataclass(frozen=True)
class Count:
    """How many there are, counted no further than the cap."""

    number: int

    @property
    def is_capped(self) -> bool:
        return self.number > COUNT_CAP

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        number = number_format(min(self.number, COUNT_CAP), force_grouping=True)
        return f"{number}+" if self.is_capped else number


def count(records: QuerySet[Any]) -> Count:
    """Count records, but no further than one more than the cap."""
    return Count(records.order_by()[: COUNT_CAP + 1].count())
