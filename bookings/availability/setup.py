"""What a place still lacks before anybody can book there, and which public holidays are next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bookings import opening, public_holidays, times, weekly_hours, when
from bookings.offerings import Approval, Service
from bookings.places import Location
from bookings.resources import ResourceKind

YEAR = timedelta(days=365)
MOST_HOLIDAYS = 6


@dataclass(frozen=True)
class Step:
    """Something to set up: whether it is done, how it stands, and where. No link: nothing to do."""

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
    hours = reverse("hours", args=[location.slug])
    return [
        _of(location, "is_active", location.is_active, _is_on(location), _("Switch it on")),
        Step(True, _opens(location), hours, _("Opening hours")),
        Step(True, _clock(location), _field(location, "time_zone"), _("Another time zone")),
        _to_do(
            bool(people or rooms),
            _counted(people, rooms),
            _add("resource", location),
            _("Add a person or room"),
        ),
        _to_do(bool(services), _offered(len(services)), _add("service", location), _("Add a service")),
        *_bookable(location, services),
        *_payable(location, services),
        _of(location, "email", bool(location.email), _reached(location), _("Enter an e-mail address")),
        _of(location, "country", bool(location.country), _country(location), _("Choose a country")),
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


def _payable(location: Location, services: list[Service]) -> list[Step]:
    """Whoever pays first must be told how; nothing where nobody does."""
    first = [each for each in services if is_paid_first(each)]
    if not first:
        return []
    if location.how_to_pay:
        return [Step(True, _("Customers who pay first are told how."), "", "")]
    said = _("“%(service)s” is paid first, and nobody is told how.") % {"service": first[0]}
    return [Step(False, said, _field(location, "how_to_pay"), _("Write how to pay"))]


def is_paid_first(service: Service) -> bool:
    """Whether its customers are asked for money before they come."""
    return service.approval == Approval.PAYMENT or bool(service.deposit)


def _to_do(is_done: bool, text: str, page: str, link: str) -> Step:
    """The way there is offered while it is lacking."""
    return Step(is_done, text, page, "" if is_done else link)


def _of(location: Location, field: str, is_done: bool, text: str, link: str) -> Step:
    return _to_do(is_done, text, _field(location, field), link)


def _field(location: Location, name: str) -> str:
    """Where the form of the location asks for it."""
    return f"{reverse('admin:bookings_location_change', args=[location.pk])}#id_{name}"


def _opens(location: Location) -> str:
    """On how many days; hours that no table shows as they are written."""
    try:
        week = weekly_hours.read(location.opening_hours)
    except (weekly_hours.NoTable, opening.InvalidHours):
        return _("Open: %(hours)s.") % {"hours": location.opening_hours}
    days = sum(not day.is_closed for day in week.days)
    return ngettext("Open on %(n)s day a week.", "Open on %(n)s days a week.", days) % {"n": days}


def _clock(location: Location) -> str:
    now = when.spoken(timezone.now(), location.zone, when.of_reader())
    zone = location.time_zone.replace("_", " ")
    return _("Its clock is that of %(zone)s: it is %(time)s there now.") % {"zone": zone, "time": now.time}


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
