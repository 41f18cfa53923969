"""Where a person of the staff may look and act: everywhere, or at some locations only.

Whoever is limited meets only records that say where they belong. What belongs to no place (the queue, the
ledgers, the accounts) is the business of those who look after all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:  # the admin site is made before there are models
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

User: TypeAlias = "AbstractBaseUser | AnonymousUser"
Places = frozenset[str]
M = TypeVar("M", bound=Model)

_limits: list[Callable[[User], Places | None]] = []
_columns: dict[type[Model], str] = {}
_zones: list[Callable[[Places | None], str]] = []
_names: list[Callable[[], Mapping[str, str]]] = []
_looking: ContextVar[User | None] = ContextVar("looking", default=None)


def limit_by(rule: Callable[[User], Places | None]) -> None:
    """Declare who is limited: the slugs of a person's locations, or None for somebody who is not."""
    _limits.append(rule)


def declare(columns: Mapping[type[Model], str]) -> None:
    """Declare where records belong: for each model the look-up that leads to its location's slug."""
    _columns.update(columns)


def tell_time_by(rule: Callable[[Places | None], str]) -> None:
    """Declare by which clock the desk tells time: the zone of these locations, of all of them for None."""
    _zones.append(rule)


def name_by(rule: Callable[[], Mapping[str, str]]) -> None:
    """Declare which locations there are: the name of each by its slug, in the order of choices."""
    _names.append(rule)


def names() -> dict[str, str]:
    """The name of every location by its slug."""
    return {slug: name for rule in _names for slug, name in rule().items()}


def zone_of_whoever_looks() -> str:
    """The name of the time zone in which whoever looks works; "" when nobody looks or nobody can tell."""
    user = _looking.get()
    if user is None:
        return ""
    if not hasattr(user, "_zone"):
        places = places_of(user)
        user._zone = next(filter(None, (rule(places) for rule in _zones)), "")  # type: ignore[union-attr]
    zone: str = user._zone  # type: ignore[union-attr]
    return zone


def places_of(user: User) -> Places | None:
    """The locations that this person is limited to, or None; superusers never are."""
    if getattr(user, "is_superuser", False):
        return None
    if not hasattr(user, "_places"):
        found = [places for rule in _limits if (places := rule(user)) is not None]
        user._places = frozenset.intersection(*found) if found else None  # type: ignore[union-attr]
    limit: Places | None = user._places  # type: ignore[union-attr]
    return limit


def is_limited(user: User) -> bool:
    """Whether this person is limited to some locations."""
    return places_of(user) is not None


def may_meet(user: User, model: type[Model]) -> bool:
    """Whether records of the model can be within this person's reach at all."""
    return not is_limited(user) or model in _columns


def within(user: User, records: QuerySet[M]) -> QuerySet[M]:
    """Those of the records that are within this person's reach."""
    places = places_of(user)
    if places is None:
        return records
    column = _columns.get(records.model)
    return records.filter(**{f"{column}__in": places}) if column else records.none()


def look_as(user: User) -> None:
    """From here to the end of the request every condition lists only what is within this person's reach."""
    _looking.set(user)


def bounded(records: QuerySet[M]) -> QuerySet[M]:
    """The records within the reach of whoever looks; all of them for workers, commands and customers."""
    user = _looking.get()
    return records if user is None else within(user, records)


class ForgetWhoLooked:
    """Middleware: a thread serves many people, and nobody inherits the eyes of the one before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _looking.set(None)
        try:
            return self.get_response(request)
        finally:
            _looking.reset(before)


def holds(user: User, record: Any) -> bool:
    """Whether this record is within this person's reach."""
    if not is_limited(user):
        return True
    return within(user, type(record)._base_manager.filter(pk=record.pk)).exists()
