"""Says what a row means at a place: which service, with whom, when and for whom; or why it means nothing."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import when
from bookings.eligibility import Rules
from bookings.importing import dates
from bookings.importing.formats import Row
from bookings.intake import Submission
from bookings.offerings import Service
from bookings.places import Location
from bookings.resources import Resource
from bookings.typed_fields import Address, Line, Paragraphs
from operations import intents
from operations.errors import Refusal

Part = TypeVar("Part", Service, Resource)
SCOPE = "import"
OURS = uuid.UUID("5d0d5d0a-6a39-4c1e-9a53-3c3b7f0a2f61")
ANYONE = "-"  # what a person's name is mapped to when it does not matter who
OVER = frozenset({"cancelled", "canceled", "noshow", "no-show", "declined", "rejected", "draft"})


class Unusable(Refusal):
    """Raised for a row that cannot become a booking; the message says why, for staff."""

    code = "unusable"


@dataclass
class Names:
    """What the file's names of services and people are called here; `mapped` is what somebody chose."""

    location: Location
    mapped: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: str = ""
    """Which number of a date comes first, of those in dates.py; "" while nobody can say."""
    services: dict[str, Service] = field(init=False)
    people: dict[str, Resource] = field(init=False)

    def __post_init__(self) -> None:
        services = list(self.location.services.filter(is_active=True))
        for each in services:
            each.location = self.location
        self.services = _by_name(services)
        self.people = _by_name(list(self.location.resources.filter(is_active=True)))

    def service(self, name: str) -> Service | None:
        """The service of this name or slug."""
        return self.services.get(_folded(self.mapped.get("services", {}).get(name, name)))

    def person(self, name: str) -> Resource | None:
        """The person or room of this name or slug."""
        return self.people.get(_folded(self.mapped.get("people", {}).get(name, name)))

    def is_anyone(self, name: str) -> bool:
        """Whether it does not matter who: nobody is named, or somebody said so."""
        return not name or self.mapped.get("people", {}).get(name) == ANYONE


class CustomerForm(forms.Form):
    """The same rules as for whoever types these."""

    name = Line(label=gettext_lazy("Name"), max_length=200)
    email = Address(label=gettext_lazy("E-mail address"), required=False, max_length=254)
    phone = Line(label=gettext_lazy("Telephone"), required=False, max_length=40)
    notes = Paragraphs(label=gettext_lazy("Notes"), required=False, max_length=2000)


def request(row: Row, location: Location) -> intents.Request:
    """The row's own request id: of its id in the other program, else of what it says."""
    content = ["id", row.external_id] if row.external_id else ["content", *row.content]
    return intents.Request(SCOPE, uuid.uuid5(OURS, json.dumps([location.slug, *content])))


def submission(row: Row, names: Names, *, silently: bool) -> Submission:
    """The booking that the row stands for; raises Unusable with the reason for staff."""
    if row.status.lower().replace(" ", "") in OVER:
        raise Unusable(_("It is “%(status)s” there.") % {"status": row.status})
    service = names.service(row.service)
    if service is None:
        raise Unusable(_("Unknown service “%(name)s”.") % {"name": row.service})
    resource = None if names.is_anyone(row.person) else names.person(row.person)
    if resource is None and not names.is_anyone(row.person):
        raise Unusable(_("Unknown person or room “%(name)s”.") % {"name": row.person})
    start = instant(row.start, names.location.zone, names.order)
    _check_length(row, service, start, names.order)
    given = customer(row)
    return Submission(
        service=service,
        start=start,
        resource=resource,
        language=names.location.locale,
        rules=Rules.PROMISED,
        silently=silently,
        **given,
    )


def customer(row: Row) -> dict[str, Any]:
    """Name, address, telephone and notes, cleaned; raises Unusable."""
    told = {"name": row.name, "email": row.email, "phone": row.phone, "notes": row.notes}
    form = CustomerForm(told)
    if not form.is_valid():
        wrong = [f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items()]
        raise Unusable(" ".join(wrong))
    if not form.cleaned_data["email"] and not form.cleaned_data["phone"]:
        raise Unusable(_("Neither an e-mail address nor a telephone number."))
    return dict(form.cleaned_data)


def instant(text: str, zone: ZoneInfo, order: str = "") -> datetime:
    """The instant of a wall time at the place, or of a time with an offset; raises Unusable."""
    try:
        moment = dates.read(text, order)
    except ValueError as error:
        raise Unusable(_("“%(text)s” is not a time like 2027-01-31 09:30.") % {"text": text}) from error
    except dates.OrderUnknown as error:
        raise Unusable(str(error)) from error
    if not 2000 <= moment.year <= 2999:
        raise Unusable(_("“%(text)s” is not a time like 2027-01-31 09:30.") % {"text": text})
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise Unusable(_("%(text)s does not exist: clocks are put forward then.") % {"text": text})
    if when.happens_twice(local):
        raise Unusable(
            _("%(text)s comes twice: clocks are put back then. Write it with its offset.") % {"text": text}
        )
    return local.astimezone(UTC)


def _check_length(row: Row, service: Service, start: datetime, order: str) -> None:
    if not row.end:
        return
    length = instant(row.end, service.location.zone, order) - start
    if length != timedelta(minutes=service.minutes):
        raise Unusable(
            _("It takes %(there)d minutes there, and “%(service)s” takes %(here)d here.")
            % {"there": length.total_seconds() // 60, "service": service.name, "here": service.minutes}
        )


def _by_name(parts: list[Part]) -> dict[str, Part]:
    """By slug, and by name where it is one part's only."""
    borne = Counter(_folded(part.name) for part in parts)
    by_name = {_folded(part.name): part for part in parts if borne[_folded(part.name)] == 1}
    return by_name | {_folded(part.slug): part for part in parts}


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
