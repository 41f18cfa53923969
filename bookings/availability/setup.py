"""What a place still lacks before anybody can book there, and which public holidays are next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bookings import opening, public_holidays, times
from bookings.places import Location, ResourceKind, Service

YEAR = timedelta(days=365)
MOST_HOLIDAYS = 6


@dataclass(frozen=True)
class Step:
    """Something to set up: whether it is done, how it stands, and where."""

    is_done: bool
    text: str
    page: str
    link: str


@dataclass(frozen=True)
class Holiday:
    """A public holiday and whether the place opens then."""

    day: date
    name: str
    is_open: bool


def steps(location: Location) -> list[Step]:
    """The way from an empty location to the first booking; a few queries."""
    services = list(location.services.filter(is_active=True).prefetch_related("requirements"))
    resources = location.resources.filter(is_active=True)
    people = resources.filter(kind=ResourceKind.PERSON).count()
    rooms = resources.exclude(kind=ResourceKind.PERSON).count()
    edit = reverse("admin:bookings_location_change", args=[location.pk])
    return [
        Step(location.is_active, _is_on(location), edit, _("Location")),
        Step(
            bool(people or rooms),
            _counted(people, rooms),
            _add("resource", location),
            _("Add a person or room"),
        ),
        Step(bool(services), _offered(len(services)), _add("service", location), _("Add a service")),
        *_bookable(location, services),
        Step(bool(location.email), _reached(location), edit, _("Location")),
        Step(bool(location.country), _country(location), edit, _("Location")),
    ]


def holidays(location: Location) -> list[Holiday]:
    """The next public holidays of the location's country and subdivision."""
    if not location.country:
        return []
    today = timezone.localdate(timezone=location.zone)
    hours = opening.parse(location.opening_hours)
    found = []
    for number in range(YEAR.days):
        day = today + timedelta(days=number)
        if name := public_holidays.name(location.country, location.subdivision, day, get_language() or "en"):
            plan = hours.on(day, is_holiday=True)
            found.append(Holiday(day, name, bool(plan.opens or plan.whole_day)))
    return found[:MOST_HOLIDAYS]


def _bookable(location: Location, services: list[Service]) -> list[Step]:
    """Whether each service has a time in the next days; the first three that have none are named."""
    lacking = []
    today = timezone.localdate(timezone=location.zone)
    for service in services[:20]:
        service.location = location
        if not times.working_dates(service, today, today + timedelta(days=14)):
            lacking.append(service)
    why = reverse("hours-why", args=[location.slug])
    return [
        Step(
            False,
            _("“%(service)s” has no time in the next two weeks.") % {"service": each},
            why,
            _("Ask why"),
        )
        for each in lacking[:3]
    ]


def _add(model: str, location: Location) -> str:
    return f"{reverse(f'admin:bookings_{model}_add')}?location={location.pk}"


def _is_on(location: Location) -> str:
    if location.is_active:
        return _("The location is switched on: customers see it.")
    return _("The location is switched off: customers do not see it.")


def _counted(people: int, rooms: int) -> str:
    if not people and not rooms:
        return _("No person and no room yet: nothing can be booked.")
    said = ngettext("%(n)s person", "%(n)s people", people) % {"n": people}
    more = ngettext("%(n)s room or thing", "%(n)s rooms and things", rooms) % {"n": rooms}
    return f"{said}, {more}."


def _offered(services: int) -> str:
    if not services:
        return _("No service yet: there is nothing to book.")
    return ngettext("%(n)s service.", "%(n)s services.", services) % {"n": services}


def _reached(location: Location) -> str:
    if location.email:
        return _("Requests go to %(address)s.") % {"address": location.email}
    return _("No e-mail address: nobody is told of requests, and customers cannot answer messages.")


def _country(location: Location) -> str:
    if location.country:
        return _("Public holidays of %(country)s.") % {
            "country": f"{location.country} {location.subdivision}".strip()
        }
    return _("No country: public holidays count as ordinary days.")
