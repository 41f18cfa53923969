"""Arranges what is offered the way people look for a time: by day, by part of the day, by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bookings import language, times, when
from bookings.offerings import Service
from bookings.resources import Resource, ResourceKind
from bookings.sessions import Session
from bookings.times import Offer

STRIP_DAYS = 7
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True)
class Slot:
    """One time to choose: its words, its machine-readable start, and where it leads."""

    start: datetime
    date: str
    label: str
    address: str
    places_left: int = 0


@dataclass(frozen=True)
class Part:
    """A part of the day and its times."""

    title: str
    slots: list[Slot]


@dataclass(frozen=True)
class Day:
    """One day of the strip."""

    date: date
    is_free: bool
    is_chosen: bool
    is_closed: bool


@dataclass(frozen=True)
class DayPage:
    """A day of a service: what is free for whom, else why `none` is (elsewhen, closed, late, soon, taken)."""

    day: date
    today: date
    last: date
    resource: Resource | None
    resources: list[Resource]
    strip: list[Day]
    parts: list[Part]
    next_free: date | None
    full: list[Slot]
    wait_address: str
    none: str

    @property
    def previous(self) -> date | None:
        """A day of the week before the one shown."""
        first = self.strip[0].date if self.strip else self.today
        return max(self.today, self.day - ONE_WEEK) if first > self.today else None

    @property
    def following(self) -> date | None:
        """A day of the week after it."""
        last = self.strip[-1].date if self.strip else self.last
        return min(self.last, self.day + ONE_WEEK) if last < self.last else None

    @property
    def is_about_people(self) -> bool:
        return any(each.kind == ResourceKind.PERSON for each in self.resources)

    @property
    def is_over(self) -> bool:
        return self.day < self.today

    @property
    def is_beyond(self) -> bool:
        return self.day > self.last


def arrange(
    service: Service,
    day: date | None,
    resource: Resource | None,
    people: int = 1,
    *,
    leaving: Session | None = None,
    besides: datetime | None = None,
) -> DayPage:
    """The page of `day` with the week around it; without a day, the first free one of the coming week.

    What is free has places for so many `people`; for a move, `leaving` and `besides` as in `times.offers`.
    """
    location = service.location
    today = timezone.now().astimezone(location.zone).date()
    last = today + timedelta(days=location.horizon_days)
    week = _week(day or today, today, last)
    search = partial(times.offers, service, people=people, leaving=leaving, besides=besides)
    offers = search(week[0], week[-1]) if week else []
    wanted = [offer for offer in offers if resource is None or resource in offer.resources]
    by_date = Counter(offer.start.date() for offer in wanted)
    day = day or min(by_date, default=today)
    working = _working(service, week, by_date, resource)
    find_later = partial(
        times.next_offer_date, service, resource=resource, people=people, leaving=leaving, besides=besides
    )
    return DayPage(
        day=day,
        today=today,
        last=last,
        resource=resource,
        resources=_choosable(offers, resource),
        strip=[Day(each, by_date[each] > 0, each == day, each not in working) for each in week],
        parts=_parts(service, [offer for offer in wanted if offer.start.date() == day], resource, people),
        next_free=_next_free(max(day, today - ONE_DAY), week, by_date, find_later),
        full=_full(service, day, wanted, resource, people),
        wait_address=wait_address(service, resource, day=day) if service.wait_list else "",
        none="" if by_date[day] else _why_none(service, working.get(day, []), is_today=day == today),
    )


def slots(
    service: Service, offers: Sequence[Offer], resource: Resource | None, people: int = 1
) -> list[Slot]:
    """The offers as choices for so many."""
    words = [language.spoken(offer.start, service.location) for offer in offers]
    return [
        Slot(
            start=offer.start,
            date=spoken.date,
            label=_label(offer.start, spoken),
            address=book_address(service, offer.start, resource, people),
            places_left=offer.places_left if service.capacity > 1 else 0,
        )
        for offer, spoken in zip(offers, words, strict=True)
    ]


def week_from(service: Service, start: datetime, resource: Resource | None, people: int) -> list[Part]:
    """The free times for so many of the week that begins with the day of `start`, by day."""
    first = start.astimezone(service.location.zone).date()
    last = first + timedelta(days=STRIP_DAYS - 1)
    found = times.offers(service, first, last, resource=resource, people=people)
    by_day = groupby(slots(service, found, resource, people), lambda slot: slot.date)
    return [Part(day, list(group)) for day, group in by_day]


def wait_address(
    service: Service, resource: Resource | None, *, day: date | None = None, start: datetime | None = None
) -> str:
    """Where somebody joins the wait list for this start, or for any time of this day."""
    query = {"start": start.isoformat()} if start else {"date": f"{day}"}
    if resource:
        query["resource"] = resource.slug
    return f"{reverse('wait', args=[service.location.slug, service.slug])}?{urlencode(query)}"


def book_address(service: Service, start: datetime, resource: Resource | None, people: int = 1) -> str:
    """Where the form for this time is."""
    query = {"start": start.astimezone(service.location.zone).isoformat()}
    if resource:
        query["resource"] = resource.slug
    if people > 1:
        query["people"] = str(people)
    return f"{reverse('book', args=[service.location.slug, service.slug])}?{urlencode(query)}"


def _week(day: date, today: date, last: date) -> list[date]:
    """The seven days, counted from today, that `day` lies in; empty when nothing can be offered then."""
    if not today <= day <= last:
        return []
    first = today + timedelta(days=(day - today).days // STRIP_DAYS * STRIP_DAYS)
    return [first + timedelta(days=n) for n in range(STRIP_DAYS) if first + timedelta(days=n) <= last]


def _working(
    service: Service, week: list[date], by_date: Counter[date], resource: Resource | None
) -> dict[date, list[datetime]]:
    """The starts that there are by the rules, by date; asked only where a day has nothing free."""
    found: dict[date, list[datetime]] = {each: [] for each in by_date}
    if all(by_date[each] for each in week):
        return found
    for start in times.working_starts(service, week[0], week[-1], resource=resource, even_too_soon=True):
        found.setdefault(start.date(), []).append(start)
    return found


def _why_none(service: Service, starts: list[datetime], *, is_today: bool) -> str:
    if not starts:
        return "elsewhen" if service.hours else "closed"  # whoever was chosen may well work then
    earliest = timezone.now() + timedelta(minutes=service.location.minimum_notice_minutes)
    if starts[-1] < earliest:
        return "late" if is_today else "soon"
    return "taken"


def _next_free(
    day: date, week: list[date], by_date: Counter[date], find_later: Callable[[date], date | None]
) -> date | None:
    """The first later day with a free time; asked of the domain only when the week has none."""
    in_week = next((each for each in week if each > day and by_date[each]), None)
    after = week[-1] if week else day
    return in_week or find_later(after)


def _choosable(offers: Iterable[Offer], chosen: Resource | None) -> list[Resource]:
    found = {resource.pk: resource for offer in offers for resource in offer.resources}
    if chosen:
        found.setdefault(chosen.pk, chosen)
    return sorted(found.values(), key=lambda resource: (resource.position, resource.pk))


def _parts(service: Service, offers: list[Offer], resource: Resource | None, people: int) -> list[Part]:
    arranged = slots(service, offers, resource, people)
    return [Part(title, list(group)) for title, group in groupby(arranged, lambda slot: _part_of(slot.start))]


def _full(
    service: Service, day: date, offers: list[Offer], resource: Resource | None, people: int
) -> list[Slot]:
    """The times of the day that all are taken, where people can wait for them, each for one place."""
    if not service.wait_list:
        return []
    if people > 1:
        offers = times.offers(service, day, day, resource=resource)
    free = {offer.start for offer in offers}
    taken = [
        start for start in times.working_starts(service, day, day, resource=resource) if start not in free
    ]
    words = [language.spoken(start, service.location) for start in taken]
    return [
        Slot(start, spoken.date, _label(start, spoken), wait_address(service, resource, start=start))
        for start, spoken in zip(taken, words, strict=True)
    ]


def _label(start: datetime, spoken: when.Spoken) -> str:
    """A wall time that a clock change repeats carries its offset."""
    return f"{spoken.time} UTC{spoken.iso[-6:]}" if when.happens_twice(start) else spoken.time


def _part_of(start: datetime) -> str:
    if start.hour < 5:
        return _("Night, after midnight")
    if start.hour < 12:
        return _("Morning")
    if start.hour < 17:
        return _("Afternoon")
    return _("Evening") if start.hour < 22 else _("Night")
