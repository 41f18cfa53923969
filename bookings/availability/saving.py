"""Saves hours, closures and absences: all or nothing, never past bookings that nobody has been shown."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from bookings.offerings import Service
from bookings.outside import Hit, Watch
from bookings.places import Closure, Location
from bookings.resources import Absence, Resource
from operations import intents
from operations.errors import Refusal
from operations.transactions import use_case


class ChangedMeanwhile(Refusal):
    """Raised when the hours are not those any more that the form was opened with; nothing was saved."""

    code = "changed_meanwhile"
    message = _("Somebody changed this since you opened the page. Nothing was saved.")


@dataclass(frozen=True)
class By:
    """Who saves, under which request id, and the bookings they have been shown."""

    request: intents.Request
    user_id: int
    seen: frozenset[int]


def mark(record: Location | Resource | Service | Absence | Closure) -> str:
    """Which hours, absence or closure a form was opened with."""
    match record:
        case Resource():
            told = [record.hours, *record.breaks, str(record.is_active)]
        case Service():
            told = [record.hours, str(record.is_active)]
        case Location():
            told = [record.opening_hours]
        case _:
            told = [record.starts_at.isoformat(), record.ends_at.isoformat(), record.reason]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


@use_case
def save_hours(
    record: Location | Resource | Service, hours: str, breaks: list[str], was: str, by: By
) -> list[Hit]:
    """Store the text and the breaks; returns what they leave outside.

    Sent twice it saves once. Raises ChangedMeanwhile, outside.Unseen, intents.KeyReused, RequestExpired.
    """
    payload = {"record": record._meta.label_lower, "pk": record.pk, "hours": hours, "breaks": breaks}
    claim = intents.claim(by.request, payload)
    if not claim.won:
        return []
    watch = Watch(record.pk if isinstance(record, Location) else record.location_id)
    stored = type(record)._default_manager.get(pk=record.pk)
    if mark(stored) != was:
        raise ChangedMeanwhile
    for name, value in _fields(record, hours, breaks).items():
        setattr(stored, name, value)
    stored.save(update_fields=list(_fields(record, hours, breaks)))
    claim.intent.settle(stored, "hours")
    _log(stored, CHANGE, by, list(_fields(record, hours, breaks)))
    return watch.settle(by.seen)


@use_case
def send_away(
    location: Location, resource: Resource | None, span: tuple[datetime, datetime], reason: str, by: By
) -> list[Hit]:
    """Enter a closure of the place, or the absence of `resource`; returns what it leaves outside.

    Raises outside.Unseen, intents.KeyReused, RequestExpired; nothing is stored then.
    """
    about = {"location": location.pk, "resource": resource.pk if resource else None}
    claim = intents.claim(by.request, about | {"span": [*span], "reason": reason})
    if not claim.won:
        return []
    watch = Watch(location.pk)
    given: dict[str, Any] = {"starts_at": span[0], "ends_at": span[1], "reason": reason}
    entered = (
        Absence.objects.create(resource=resource, **given)
        if resource
        else Closure.objects.create(location=location, **given)
    )
    claim.intent.settle(entered, "away")
    _log(entered, ADDITION, by)
    return watch.settle(by.seen)


@use_case
def correct(
    location: Location,
    entered: Absence | Closure,
    span: tuple[datetime, datetime],
    reason: str,
    was: str,
    by: By,
) -> list[Hit]:
    """Another time or reason for an absence or a closure; returns what it leaves outside.

    Raises ChangedMeanwhile, outside.Unseen, intents.KeyReused, RequestExpired; nothing is stored then.
    """
    record = {"record": entered._meta.label_lower, "pk": entered.pk}
    claim = intents.claim(by.request, record | {"span": [*span], "reason": reason})
    if not claim.won:
        return []
    watch = Watch(location.pk)
    stored = type(entered)._default_manager.filter(pk=entered.pk).first()
    if stored is None or mark(stored) != was:
        raise ChangedMeanwhile
    (stored.starts_at, stored.ends_at), stored.reason = span, reason
    stored.save(update_fields=["starts_at", "ends_at", "reason"])
    claim.intent.settle(stored, "away")
    _log(stored, CHANGE, by, ["starts_at", "ends_at", "reason"])
    return watch.settle(by.seen)


@use_case
def call_back(location: Location, entered: Absence | Closure, was: str, by: By) -> bool:
    """Delete a closure or an absence; False for one that is gone already, which stays gone.

    Raises ChangedMeanwhile for one that is not what it was when the page was opened.
    """
    watch = Watch(location.pk)
    stored = type(entered)._default_manager.filter(pk=entered.pk).first()
    if stored is None:
        return False
    if mark(stored) != was:
        raise ChangedMeanwhile
    _log(stored, DELETION, by)
    stored.delete()
    watch.settle(by.seen)
    return True


def _fields(record: Location | Resource | Service, hours: str, breaks: list[str]) -> dict[str, Any]:
    match record:
        case Resource():
            return {"hours": hours, "breaks": breaks}
        case Service():
            return {"hours": hours}
        case Location():
            return {"opening_hours": hours}


def _log(record: Model, flag: int, by: By, fields: list[str] | None = None) -> None:
    """The trace that the admin shows as a record's history."""
    LogEntry.objects.create(
        user_id=by.user_id,
        content_type=ContentType.objects.get_for_model(record),
        object_id=str(record.pk),
        object_repr=str(record)[:200],
        action_flag=flag,
        change_message=json.dumps([{"changed": {"fields": fields}}]) if fields else "",
    )
