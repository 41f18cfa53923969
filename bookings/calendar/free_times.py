"""The free times of a day beside staff's form, for the service and the person that are chosen there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from bookings import money, times, when
from bookings.calendar import day_grid
from bookings.calendar.forms import ServiceForm, TimeAtPlaceForm
from bookings.offerings import Service
from bookings.resources import Resource
from bookings.sessions import Session


@dataclass(frozen=True)
class Free:
    """A time to press; `is_chosen` when the form says it already."""

    start: datetime
    clock: str
    is_chosen: bool

    @property
    def is_twice(self) -> bool:
        """Whether the clock alone does not say which of two is meant."""
        return when.happens_twice(self.start)


@dataclass(frozen=True)
class FreeTimes:
    """All of a day; without any, `following` is the next free time there is."""

    day: date
    service: Service
    person: Resource | None
    price: str
    deposit: str
    free: list[Free]
    following: datetime | None


def of(form: ServiceForm, leaving: Session | None = None) -> FreeTimes | None:
    """For the form as it stands, whatever else is missing in it; None while it does not say which day."""
    people = int(_read(form, "people") or 1) if form.party else 1
    return of_day(form, form.chosen, people, leaving) if form.chosen else None


def of_day(form: TimeAtPlaceForm, service: Service, people: int, leaving: Session | None) -> FreeTimes | None:
    """The same for a service that is settled; what the session holds that is being left counts as free."""
    day = _read(form, "date")
    if day is None:
        return None
    person = form.resources.get(form["resource"].value() or "")
    offers = times.offers(
        service, day, day, resource=person, people=people, at_the_desk=True, leaving=leaving
    )
    chosen = _read(form, "time")
    return FreeTimes(
        day,
        service,
        person,
        _spoken(service, service.price),
        _spoken(service, service.deposit),
        [_free(offer.start, chosen) for offer in offers],
        None if offers else _following(service, day, person, people),
    )


def first(service: Service | None, whom: Resource | None = None) -> datetime | None:
    """The next time that is free at all and still to come."""
    if service is None:
        return None
    yesterday = times.today_at(service) - timedelta(days=1)
    return _following(service, yesterday, whom)


def _following(service: Service, after: date, whom: Resource | None, people: int = 1) -> datetime | None:
    day = times.next_offer_date(service, after, resource=whom, people=people, at_the_desk=True)
    if day is None:
        return None
    offers = times.offers(service, day, day, resource=whom, people=people, at_the_desk=True)
    found = [each.start for each in offers]
    now = timezone.now()
    return next((start for start in found if start >= now), found[0] if found else None)


def _free(start: datetime, chosen: time | None) -> Free:
    return Free(start, day_grid.clock(start), chosen == start.time().replace(fold=0))


def _spoken(service: Service, amount: Decimal | None) -> str:
    return money.spoken_price(amount, service.location.currency, when.of_reader()) if amount else ""


def _read(form: TimeAtPlaceForm, name: str) -> Any:
    try:
        return form.fields[name].clean(form[name].value())
    except ValidationError:
        return None
