"""Counts what every condition lists in one statement, so that many of them cost what one does."""

# ruff: noqa: S608 - the queries of conditions, and words of our own
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils import timezone

from operations.desk.counts import COUNT_CAP
from operations.people import snoozes
from operations.recovery import Condition

FIRST_COUNT = 10


@dataclass(frozen=True)
class First:
    """One of the first records of a condition: when it hurts somebody, and from when a person is due."""

    pk: int
    harm: datetime | None
    needs_person_at: datetime | None

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been in somebody's hands by now."""
        return self.needs_person_at is not None and self.needs_person_at <= timezone.now()


@dataclass(frozen=True)
class Tally:
    """What a condition lists, looked at no further than one record behind the cap.

    `first` are its records by time to harm, and the first of those that are overdue for a person.
    """

    number: int = 0
    overdue: int = 0
    oldest: datetime | None = None
    harm: datetime | None = None
    first: tuple[First, ...] = ()
    resting: int = 0


@dataclass
class _Statement:
    parts: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)

    def add(self, code: str, is_resting: bool, records: QuerySet[Any], part: str = "") -> None:
        try:
            sql, params = records[: COUNT_CAP + 1].query.sql_with_params()
        except EmptyResultSet:
            return  # nothing can be within reach
        self.parts.append((part or _COUNTED).format(records=sql))
        self.params += [code, is_resting, *params]

    def rows(self) -> list[Any]:
        if not self.parts:
            return []
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(self.parts), self.params)
            return list(cursor.fetchall())


def of(conditions: Iterable[Condition]) -> dict[str, Tally]:
    """The tally of each condition, what is left alone counted apart: two queries."""
    listed, resting = list(conditions), snoozes.conditions_with_any()
    statement = _Statement()
    for condition in listed:
        statement.add(condition.code, False, _open(condition, condition.code in resting))
        if condition.code in resting:
            left = condition.listed().filter(snoozes.of_condition(condition))
            statement.add(condition.code, True, _columns(condition, left).order_by())
    rows = statement.rows()
    left_alone = {code: number for code, is_resting, number, *_rest in rows if is_resting}
    counted = {code: row for code, is_resting, *row in rows if not is_resting}
    return {
        each.code: _tally(counted[each.code], left_alone.get(each.code, 0))
        if each.code in counted
        else Tally()
        for each in listed
    }


def which_list(conditions: Iterable[Condition], ids: Iterable[int]) -> list[tuple[str, int]]:
    """Which of the conditions list which of these records now: one query."""
    statement, wanted = _Statement(), list(ids)
    for condition in conditions if wanted else ():
        records = condition.listed().filter(pk__in=wanted)
        statement.add(condition.code, False, _columns(condition, records).order_by(), _EACH)
    return [(code, pk) for code, _is_resting, pk, *_moments in statement.rows()]


def _open(condition: Condition, has_resting: bool) -> QuerySet[Any]:
    records = condition.ordered()
    return _columns(condition, records.exclude(snoozes.of_condition(condition)) if has_resting else records)


def _columns(condition: Condition, records: QuerySet[Any]) -> QuerySet[Any]:
    since = condition.since_at if _has_column(condition, condition.since_at) else ""
    told: QuerySet[Any] = records.annotate(
        tally_pk=Cast("pk", BigIntegerField()),
        tally_since=_moment(since),
        tally_harm=_moment(condition.harm_at),
        tally_person=F("needs_person_at") if condition.needs_person_at is not None else _moment(""),
    )
    return told.values_list("tally_pk", "tally_since", "tally_harm", "tally_person")


def _moment(column: str) -> Combinable:
    return Cast(F(column) if column else Value(None), DateTimeField())


def _has_column(condition: Condition, name: str) -> bool:
    try:
        condition.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _tally(row: list[Any], resting: int) -> Tally:
    number, overdue, oldest, harm, *first = row
    known: dict[int, First] = {}
    for soonest in (first[:3], first[3:]):
        for each in zip(*(column or () for column in soonest), strict=True):
            known.setdefault(each[0], First(*each))
    return Tally(number, overdue, oldest, harm, tuple(known.values()), resting)


# The records come in order, and an aggregate without an order of its own keeps the one they come in.
_LATE = "FILTER (WHERE person_at <= statement_timestamp())"
_FIRST = f"[:{FIRST_COUNT}]"
_EACH = "(SELECT %s AS code, %s AS is_resting, records.* FROM ({records}) AS records)"
_COUNTED = f"""
    (SELECT %s AS code, %s AS is_resting, count(*), count(*) {_LATE}, min(since_at), min(harm_at),
        (array_agg(pk)){_FIRST}, (array_agg(harm_at)){_FIRST}, (array_agg(person_at)){_FIRST},
        (array_agg(pk) {_LATE}){_FIRST}, (array_agg(harm_at) {_LATE}){_FIRST},
        (array_agg(person_at) {_LATE}){_FIRST}
       FROM ({{records}}) AS records (pk, since_at, harm_at, person_at))"""
