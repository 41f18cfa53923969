"""Finds records by whatever somebody can name: a reference, an address, a phone number, a request."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.urls import reverse

from operations import reach, recovery
from operations.desk import around
from operations.desk.finding import SearchKey, search
from operations.desk.matters import Matter, conditions_of, matters_among
from operations.desk.permits import User, may_view
from operations.desk.subjects import Subject, introduced

HIT_CAP = 10
SHORTEST = 2

# The index of intents begins with their scope. There are few scopes: look the key up in one after the other
# instead of paying for one more index with every submission.
_ASKED = """
    WITH RECURSIVE scopes AS (
        (SELECT scope FROM operations_intent ORDER BY scope LIMIT 1)
        UNION ALL
        SELECT (SELECT scope FROM operations_intent WHERE scope > scopes.scope ORDER BY scope LIMIT 1)
          FROM scopes WHERE scopes.scope IS NOT NULL)
    SELECT subject_model, subject_id FROM scopes JOIN operations_intent USING (scope)
     WHERE key = %s AND subject_id IS NOT NULL LIMIT %s"""


@dataclass(frozen=True)
class Hit(Subject):
    """A record that was found, with the conditions that list it, or what belongs to it, now."""

    matters: list[Matter] = field(default_factory=list)

    @cached_property
    def page(self) -> str:
        """Where it is told best: on the desk while something is the matter with it, else its own page."""
        own = next((matter for matter in self.matters if matter.record == self.record), None)
        return own.page if own else self.admin_page

    @property
    def is_watched(self) -> bool:
        """Whether there are conditions for its kind, so that none of them means something."""
        return bool(conditions_of(type(self.record)))


@dataclass(frozen=True)
class Found:
    """The records of one kind that answer the term; where more do than are shown, `all` leads to them."""

    name: str
    hits: list[Hit]
    all: str = ""


def find(user: User, term: str) -> list[Found]:
    """What this person may see of what the term names, kind by kind; one query per key, each with a limit."""
    term = term.strip().replace("\x00", "")
    if len(term) < SHORTEST:
        return []
    asked = list(_asked(term))
    found = [
        _of(user, model, keys, term, asked) for model, keys in _searched().items() if may_view(user, model)
    ]
    return [each for each in found if each.hits]


def _of(
    user: User, model: type[Model], keys: Iterable[SearchKey], term: str, asked: list[tuple[str, int]]
) -> Found:
    visible = reach.within(user, model._base_manager.all())
    rows: dict[int, Any] = {}
    for key in keys:  # one by one: each is then answered from its index, the planner never reads the table
        rows |= {row.pk: row for row in search(visible, [key], term).order_by()[: HIT_CAP + 1]}
    if ids := [pk for label, pk in asked if label == model._meta.label_lower]:
        rows |= {row.pk: row for row in visible.filter(pk__in=ids)}
    listed = sorted(rows.values(), key=lambda row: -row.pk)
    more = f"{_changelist(model)}?{urlencode({'q': term})}" if len(listed) > HIT_CAP else ""
    return Found(str(model._meta.verbose_name_plural), _hits(user, model, listed[:HIT_CAP]), more)


def _hits(user: User, model: type[Model], rows: list[Any]) -> list[Hit]:
    concerning = matters_among(model, rows)
    belonging = around.of(user, rows) if recovery.introduction(model).is_case else {}
    return [
        Hit(row, [matter for matter in concerning if matter.record.pk == row.pk] + belonging.get(row.pk, []))
        for row in introduced(model, rows)
    ]


def _searched() -> dict[type[Model], tuple[SearchKey, ...]]:
    """What each app's admin says that its records are found by."""
    admins = admin.site._registry.items()
    return {model: keys for model, each in admins if (keys := getattr(each, "search_keys", ()))}


def _asked(term: str) -> Iterator[tuple[str, int]]:
    """The records that came of the request with this id."""
    try:
        key = uuid.UUID(term)
    except ValueError:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [key, HIT_CAP])
        yield from ((label, pk) for label, pk in cursor.fetchall())


def _changelist(model: type[Model]) -> str:
    opts = model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
