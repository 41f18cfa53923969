"""What is the matter with the records whose histories belong to another: the messages of a booking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model, prefetch_related_objects

from operations import recovery
from operations.desk.matters import Matter, conditions_of, matters_among
from operations.desk.permits import User, may_view
from operations.desk.subjects import said


def of(user: User, rows: Sequence[Any]) -> dict[int, list[Matter]]:
    """By record of one model, the matters of what belongs to it that this person may see.

    A few queries for all of them, however many they are.
    """
    found: defaultdict[int, list[Matter]] = defaultdict(list)
    for model, owners in _belonging(rows).items():
        if conditions_of(model) and may_view(user, model):
            records = [record for _owner, record in owners]
            owner_of = {record.pk: owner for owner, record in owners}
            for matter in matters_among(model, records):
                found[owner_of[matter.record.pk]].append(matter)
    return found


def _belonging(rows: Sequence[Any]) -> dict[type[Model], list[tuple[int, Any]]]:
    owners: defaultdict[type[Model], list[tuple[int, Any]]] = defaultdict(list)
    if rows:
        introduction = recovery.introduction(type(rows[0]))
        prefetch_related_objects(list(rows), *introduction.related_prefetch)
        nothing: Iterable[Model] = ()
        for row in rows:
            for record in said(introduction.related, row, nothing):
                owners[type(record)].append((row.pk, record))
    return owners
