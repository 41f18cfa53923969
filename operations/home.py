"""The door to the first page after logging in: what an owner looks for, in the order of how often.

Apps say which of their lists and pages belong to which part; whatever nobody placed is machinery.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from operations.recovery import Text


class Part(Enum):
    """The parts of the page, in their order."""

    TODAY = _("Today")
    CUSTOMERS = _("Customers and bookings")
    OFFER = _("What can be booked")
    MESSAGES = _("Messages")
    DATA = _("Reports, import and export")
    ACCOUNTS = _("People who log in")
    MACHINERY = _("Machinery")

    @property
    def is_today(self) -> bool:
        return self is Part.TODAY

    @property
    def is_folded(self) -> bool:
        """Nobody needs it on an ordinary day."""
        return self is Part.MACHINERY


@dataclass(frozen=True)
class Way:
    """A link; `waiting` counts what waits behind `waits_at`, and is asked on the first page only."""

    title: Text
    page: str
    add: str = ""
    waits_at: str = ""
    waiting: Callable[[], int] = lambda: 0


@dataclass(frozen=True)
class Shown:
    """A part with what this person may open."""

    part: Part
    ways: list[Way]


Rule = Callable[[HttpRequest], Iterable[Way]]
Entry: TypeAlias = "type[Model] | tuple[type[Model], Text] | Rule"

_placed: list[tuple[Part, Entry]] = []


def add(part: Part, *entries: Entry) -> None:
    """Declare what stands there: a model's list, the same under another title, or pages by a rule."""
    _placed.extend((part, entry) for entry in entries)


def shown(request: HttpRequest, app_list: Iterable[Mapping[str, Any]]) -> list[Shown]:
    """The parts in which this person may open something; `app_list` is the admin's own."""
    lists = {each["model"]: each for app in app_list for each in app["models"] if each.get("admin_url")}
    found: dict[Part, list[Way]] = defaultdict(list)
    for part, entry in _placed:
        model, title = entry if isinstance(entry, tuple) else (entry, "")
        if isinstance(model, type):
            found[part] += [_list(lists.pop(model), title)] if model in lists else []
        else:
            found[part] += model(request)
    found[Part.MACHINERY] += [_list(each, "") for each in lists.values()]
    return [Shown(part, found[part]) for part in Part if found[part]]


def _list(listed: Mapping[str, Any], title: Text) -> Way:
    return Way(title or capfirst(listed["name"]), listed["admin_url"], add=listed.get("add_url") or "")
