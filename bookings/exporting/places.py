"""The places as a file of locations, which `load_locations` reads back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from bookings.file_fields import LOCATION, QUESTION, SERVICE
from bookings.offerings import Service
from bookings.places import Location
from bookings.questions import Question
from bookings.resources import Resource, ResourceKind

FILE = "locations.json"


def content(locations: Iterable[Location]) -> dict[str, Any]:
    """What is active at these places, in the format of the file."""
    return {"locations": [_location(each) for each in locations]}


def as_text(locations: Iterable[Location]) -> str:
    """The file itself."""
    return json.dumps(content(locations), ensure_ascii=False, indent=2) + "\n"


def left_out(locations: Iterable[Location]) -> list[str]:
    """What the format of the file has no words for, one sentence for each."""
    found = []
    for location in locations:
        for each in location.resources.filter(is_active=True, kind=ResourceKind.EQUIPMENT):
            found.append(f"{location.slug}: the equipment “{each.name}” is not in the file.")
        has_people = location.resources.filter(is_active=True, kind=ResourceKind.PERSON).exists()
        for service in location.services.filter(is_active=True):
            needs = {need.kind: need for need in service.requirements.prefetch_related("resources")}
            if any(need.resources.exists() for need in needs.values()):
                found.append(f"{location.slug}: who may do “{service.name}” is not in the file.")
            if needs and has_people and ResourceKind.PERSON not in needs:
                found.append(f"{location.slug}: that “{service.name}” needs nobody is not in the file.")
    return found


def _location(location: Location) -> dict[str, Any]:
    resources = list(location.resources.filter(is_active=True).order_by("position", "id"))
    people = [each for each in resources if each.kind == ResourceKind.PERSON]
    rooms = [each for each in resources if each.kind == ResourceKind.ROOM]
    services = location.services.filter(is_active=True).prefetch_related("requirements", "questions")
    return {
        **{name: _plain(getattr(location, name)) for name in LOCATION if name != "embed_parents"},
        "embed_parents": location.embed_parents.split(),
        "people": [_person(each) for each in people],
        "rooms": [{"slug": each.slug, "name": each.name} for each in rooms],
        "services": [_service(each, bool(people)) for each in services],
    }


def _person(person: Resource) -> dict[str, Any]:
    told: dict[str, Any] = {"slug": person.slug, "name": person.name}
    if person.hours:
        told["days"] = person.hours
    if person.breaks:
        told["breaks"] = person.breaks
    return told


def _service(service: Service, has_people: bool) -> dict[str, Any]:
    needs = {need.kind for need in service.requirements.all()}
    told = {name: _plain(getattr(service, name)) for name in SERVICE if name != "needs_room"}
    return told | {
        "needs_room": has_people and ResourceKind.ROOM in needs,
        "questions": [_question(each) for each in service.questions.all() if each.is_active],
    }


def _question(question: Question) -> dict[str, Any]:
    told = {name: getattr(question, name) for name in QUESTION if name != "choices"}
    return told | ({"choices": question.options} if question.options else {})


def _plain(value: Any) -> Any:
    """Money as text: a JSON number would pass through binary fractions."""
    return str(value) if isinstance(value, Decimal) else value
