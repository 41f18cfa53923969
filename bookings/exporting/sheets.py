"""The records of each kind as rows of a table, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Model, QuerySet, Value
from django.db.models.expressions import Combinable
from django.utils.functional import Promise

from bookings import questions
from operations import reach
from operations.reach import User

Column = str | Combinable

PAGE = 2000  # rows in memory at a time
ANSWER = ("question_code", "kind", "question", "version", "answer")


@dataclass(frozen=True)
class Sheet:
    """A kind of records; `columns` are the names in the file and the look-ups or expressions behind them."""

    code: str
    title: str | Promise
    model: type[Model]
    columns: Mapping[str, Column]
    zone: Column = ""
    """The look-up of the time zone in which the local times in the file are told."""

    def everything(self) -> QuerySet[Any]:
        """Every record of the kind."""
        return self.model._default_manager.all()

    def within(self, user: User) -> QuerySet[Any]:
        """Those that are within this person's reach."""
        return reach.within(user, self.everything())

    def is_for(self, user: User) -> bool:
        """Whether there can be any within this person's reach."""
        return reach.may_meet(user, self.model)

    def rows(self, records: QuerySet[Any] | None = None) -> Iterator[list[Any]]:
        """The heading and then every record (or those of `records`) in the order they were made."""
        yield list(self.columns)
        for zone, values in self._told(records, list(self.columns.values())):
            yield [_written(value, zone) for value in values]

    def _told(
        self, records: QuerySet[Any] | None, columns: Iterable[Column]
    ) -> Iterator[tuple[str, list[Any]]]:
        """The zone and the values of each record, a page at a time."""
        chosen = self.everything() if records is None else records
        zone = F(self.zone) if isinstance(self.zone, str) and self.zone else self.zone or Value("UTC")
        wanted = chosen.order_by("pk").values_list("pk", zone, *columns)
        found: list[Any] = []
        while True:
            found = list(wanted.filter(pk__gt=found[-1][0])[:PAGE] if found else wanted[:PAGE])
            for _pk, zone_name, *values in found:
                yield zone_name, values
            if len(found) < PAGE:
                return


@dataclass(frozen=True)
class AnswersSheet(Sheet):
    """What customers answered, a row for each question, with the words and the version that were asked."""

    def rows(self, records: QuerySet[Any] | None = None) -> Iterator[list[Any]]:
        """The heading and then every answer, in the order in which what they belong to was made."""
        yield [*self.columns, *ANSWER]
        told = self.everything() if records is None else records
        for zone, (*known, answers) in self._told(
            told.exclude(answers={}), [*self.columns.values(), "answers"]
        ):
            about = [_written(value, zone) for value in known]
            for code, kept in answers.items():
                if isinstance(kept, dict) and "question" in kept:
                    yield [*about, code, *(_written(kept.get(name), zone) for name in ANSWER[1:])]


def _written(value: Any, zone: str) -> Any:
    """Moments as ISO 8601 by the clock of the place, with their offset; what is not there is empty."""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    if isinstance(value, dict):
        return "; ".join(f"{question}: {answer}" for question, answer in questions.spoken(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else value
