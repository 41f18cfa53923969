"""The free times that staff are offered instead: of whoever was asked for first, then of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings import times
from bookings.calendar.forms import initial_of, read_start
from bookings.places import Location
from bookings.resources import Resource

OWN_COUNT, OTHERS_COUNT = 4, 3


@dataclass(frozen=True)
class Alternative:
    """A free time; `person` is somebody else than was asked for, who then is chosen too."""

    start: datetime
    person: Resource | None = None

    @property
    def value(self) -> str:
        """What its button sends."""
        return f"{self.start.isoformat()} {self.person.slug}" if self.person else self.start.isoformat()


def near(wanted: Mapping[str, Any]) -> list[Alternative]:
    """Near what a valid form asked for; nothing is offered that the same form would be refused."""
    service, start, people = wanted["service"], wanted["start"], wanted.get("people") or 1
    whom: Resource | None = wanted["resource"]
    if whom is None:
        offers = times.nearest(service, start, people=people, at_the_desk=True)
        return [Alternative(offer.start) for offer in offers]
    own = times.nearest(service, start, resource=whom, people=people, count=OWN_COUNT, at_the_desk=True)
    found = [Alternative(offer.start) for offer in own]
    for offer in times.nearest(service, start, people=people, count=OTHERS_COUNT, at_the_desk=True):
        other = next((each for each in offer.resources if each != whom and each.kind == whom.kind), None)
        if other:
            found.append(Alternative(offer.start, other))
    return found


def picked(value: str, location: Location) -> dict[str, Any]:
    """The fields of the form for the button that was pressed; none for anything else."""
    moment, _space, slug = value.partition(" ")
    start = read_start(moment)
    if start is None:
        return {}
    return initial_of(start, location) | ({"resource": slug} if slug else {})
