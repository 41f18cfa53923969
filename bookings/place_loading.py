"""Brings the rows of locations in line with a file of them, without touching what has been booked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.text import slugify

from bookings import locations_file
from bookings.file_fields import RESERVED_FOR_SERVICES
from bookings.locations_file import Entry
from bookings.offerings import Requirement, Service
from bookings.outside import Watch
from bookings.places import Location
from bookings.questions import Question, QuestionKind
from bookings.resources import Resource, ResourceKind
from operations.transactions import use_case

Row = TypeVar("Row", Location, Resource, Service, Question)
Part = TypeVar("Part", Resource, Service)
PLAIN_QUESTION = {"kind": QuestionKind.LINE, "help_text": "", "choices": "", "is_required": False}


@dataclass
class Loaded:
    """How many rows of which kind were created, changed, deactivated or left, and bookings left outside."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_outside: int = 0

    def count(self, row: Model, what: str) -> None:
        self.counts[str(row._meta.model_name), what] += 1

    def __str__(self) -> str:
        changes = [
            f"{number} {kind}{'s' if number > 1 else ''} {what}"
            for (kind, what), number in self.counts.items()
            if what != "unchanged"
        ]
        told = ", ".join(changes) + "." if changes else "Nothing to change."
        if self.left_outside:
            told += f" Bookings to come that now lie outside the hours and stay: {self.left_outside}."
        return told


def load(path: Path) -> Loaded:
    """Create and change locations by slug, in one transaction.

    What the file does not mention of a location or service stays as it is; a person without days or
    breaks works as the location and has none. People, rooms and services that are no longer in the file
    are deactivated, never deleted. Raises locations_file.FileRefused, and then nothing was changed.
    """
    return _store(locations_file.read(path))


@use_case
def _store(entries: Iterable[Entry]) -> Loaded:
    loaded = Loaded()
    for entry in entries:
        known = Location.objects.select_for_update().filter(slug=entry.fields["slug"]).first()
        watch = Watch(known.pk) if known else None
        location = _save(known or Location(), entry.fields | {"is_active": True}, loaded)
        _store_resources(location, entry, loaded)
        _store_services(location, entry, loaded)
        loaded.left_outside += len(watch.leave()) if watch else 0
    return loaded


def _store_resources(location: Location, entry: Entry, loaded: Loaded) -> None:
    wanted = [
        {
            "kind": ResourceKind.PERSON,
            "hours": person.get("days", ""),
            "breaks": person.get("breaks", []),
            **{key: person[key] for key in ("name", "slug") if key in person},
        }
        for person in entry.people
    ] + [{"kind": ResourceKind.ROOM, **room} for room in entry.rooms]
    _store_all(lambda: Resource(location=location), wanted, list(location.resources.all()), loaded)


def _store_services(location: Location, entry: Entry, loaded: Loaded) -> None:
    others = ("needs_room", "questions")
    wanted = [{key: service[key] for key in service if key not in others} for service in entry.services]
    known = list(location.services.all())
    rows = _store_all(lambda: Service(location=location), wanted, known, loaded)
    for row, service in zip(rows, entry.services, strict=True):
        if "questions" in service:
            _store_questions(row, service["questions"], loaded)
        kinds = {ResourceKind.PERSON} if entry.people else {ResourceKind.ROOM}
        if service.get("needs_room"):
            kinds.add(ResourceKind.ROOM)
        row.requirements.exclude(kind__in={*kinds, ResourceKind.EQUIPMENT}).delete()
        Requirement.objects.bulk_create(
            [Requirement(service=row, kind=kind) for kind in sorted(kinds)], ignore_conflicts=True
        )


def _store_questions(service: Service, wanted: list[dict[str, Any]], loaded: Loaded) -> None:
    """The questions of a service by their codes; what is not asked any more stays, with its answers."""
    by_code = {question.code: question for question in service.questions.all()}
    for position, fields in enumerate(wanted):
        row = by_code.pop(fields["code"], None) or Question(service=service)
        _save(row, PLAIN_QUESTION | fields | {"position": position, "is_active": True}, loaded)
    for row in by_code.values():
        if row.is_active:
            row.is_active = False
            row.save(update_fields=["is_active"])
            loaded.count(row, "deactivated")


def _store_all(
    new: Callable[[], Part], wanted: list[dict[str, Any]], known: list[Part], loaded: Loaded
) -> list[Part]:
    """The rows of what is wanted, in its order; what is known and no longer wanted is deactivated."""
    by_slug = {row.slug: row for row in known}
    rows = []
    for position, (slug, fields) in enumerate(zip(_slugs(wanted, known), wanted, strict=True)):
        row = by_slug.pop(slug, None) or new()
        rows.append(_save(row, {**fields, "slug": slug, "position": position, "is_active": True}, loaded))
    for row in by_slug.values():
        if row.is_active and _kind(row) != ResourceKind.EQUIPMENT:
            row.is_active = False
            row.save(update_fields=["is_active"])
            loaded.count(row, "deactivated")
    return rows


def _slugs(wanted: list[dict[str, Any]], known: Iterable[Resource | Service]) -> list[str]:
    """The slug in the file, else the one already borne under this name and written for no other, else one
    made of the name, else of a number. So neither a new order nor a new name can hand one row's bookings
    to another.
    """
    written = {fields.get("slug") for fields in wanted}
    borne = {(_kind(row), row.name): row.slug for row in known if row.slug not in written}
    slugs = [fields.get("slug") or borne.get((_kind(fields), fields["name"]), "") for fields in wanted]
    for at, slug in enumerate(slugs):  # of two with one name, the first keeps the slug
        if slug in slugs[:at] and "slug" not in wanted[at]:
            slugs[at] = ""
    meant = {row.slug: _kind(row) for row in known}
    numbers: Counter[str] = Counter()
    for at, fields in enumerate(wanted):
        kind, used = _kind(fields), {*slugs, *RESERVED_FOR_SERVICES}
        numbers[kind] += 1
        named = slugify(fields["name"])[:60]
        if not slugs[at] and named not in used and meant.get(named, kind) == kind:
            slugs[at] = named
        elif not slugs[at]:
            numbered = (f"{kind}-{number}" for number in count(numbers[kind]))
            slugs[at] = next(slug for slug in numbered if slug not in used and slug not in meant)
    return slugs


def _kind(of: Resource | Service | dict[str, Any]) -> str:
    """A resource's kind; "service" for services."""
    return str(of.get("kind", "service") if isinstance(of, dict) else getattr(of, "kind", "service"))


def _save(row: Row, fields: Mapping[str, Any], loaded: Loaded) -> Row:
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    is_new = row._state.adding
    for name in changed:
        setattr(row, name, fields[name])
    if is_new:
        row.save()
    elif changed:
        row.save(update_fields=changed)
    loaded.count(row, "created" if is_new else "changed" if changed else "unchanged")
    return row
