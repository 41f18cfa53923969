"""Gathers what happens at a place between two moments: who works, who is away, what is booked with whom."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from django.db.models import BigIntegerField, Q, Value

from bookings import opening, schedule
from bookings.booking import Booking, Status
from bookings.offerings import Service
from bookings.places import Closure, Location
from bookings.resources import Absence, Resource
from bookings.roster import REACH
from bookings.schedule import Opening
from bookings.sessions import LIVE_STATUSES, Allocation
from bookings.spans import Span, common, joined, merge, picked, starts_within, subtract


@dataclass(frozen=True)
class Away:
    """A stretch in which somebody, or with no resource everybody, cannot be booked, and why."""

    resource_id: int | None
    span: Span
    reason: str


@dataclass(frozen=True)
class Block:
    """A session with whoever is booked into it; `held` are the people and rooms it occupies until when."""

    span: Span
    bookings: list[Booking]
    held: dict[int, Span] = field(default_factory=dict)

    @property
    def first(self) -> Booking:
        return self.bookings[0]

    @property
    def capacity(self) -> int:
        return self.first.session.capacity

    @property
    def taken(self) -> int:
        """How many of the places are taken."""
        return sum(booking.people for booking in self.bookings)

    @property
    def is_group(self) -> bool:
        return self.capacity > 1


@dataclass(frozen=True)
class Plan:
    """All that the pages show of these dates; times in seconds since the epoch."""

    location: Location
    days: list[date]
    opened: list[Opening]
    resources: list[Resource]
    away: list[Away]
    blocks: list[Block]
    fallen: list[Booking]
    """Bookings that hold no time: cancelled or failed."""
    working: dict[int, list[Span]]
    """When each resource works, breaks taken out, absences and closures not."""
    own_starts: set[int]
    """When services with hours of their own begin."""

    @property
    def bookings(self) -> list[Booking]:
        return [booking for block in self.blocks for booking in block.bookings] + self.fallen

    @cached_property
    def starts(self) -> set[int]:
        """When something may begin: the steps of the place, and those of services with their own hours."""
        step = self.location.slot_step_minutes * 60
        return self.own_starts.union(*(range(*piece.span, step) for piece in self.opened))

    def pauses(self, resource: Resource) -> list[Span]:
        """The daily breaks of somebody, as the clock has them on each date."""
        zone = self.location.zone
        spans = [opening.parse_span(text) for text in resource.breaks]
        return [
            (schedule.instant(day, begin, zone), schedule.instant(day, end, zone))
            for day in self.days
            for begin, end in spans
        ]


def load(location: Location, first: date, last: date) -> Plan:
    """What happens on these local dates (and beside them, incomplete) in five queries, however much it is."""
    days = _days(first - REACH, last + REACH)
    begin, end = _moment(first, location), _moment(last + REACH, location)
    resources = list(Resource.objects.filter(location=location).order_by("position", "id"))
    services = list(location.services.all())
    live, fallen = _booked(location, services, resources, begin, end)
    blocks = _blocks(live)
    opened = schedule.openings(location, days)
    used = {pk for block in blocks for pk in block.held}
    shown = [each for each in resources if each.is_active or each.pk in used]
    working = {each.pk: schedule.work(each, location, opened, days) for each in shown if each.is_active}
    away = _away(location, [each.pk for each in shown], begin, end)
    own_starts = _own_starts(location, services, opened, days)
    return Plan(location, days, opened, shown, away, blocks, fallen, working, own_starts)


def free_time(plan: Plan, resource: Resource) -> list[Span]:
    """When somebody works and is neither away nor occupied."""
    gone = [each.span for each in plan.away if each.resource_id in (None, resource.pk)]
    taken = [block.held[resource.pk] for block in plan.blocks if resource.pk in block.held]
    opened = merge(piece.span for piece in plan.opened)
    working = subtract(plan.working.get(resource.pk, []), [*gone, *taken])
    return subtract(working, subtract(working, opened))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _moment(day: date, location: Location) -> datetime:
    return datetime.fromtimestamp(schedule.instant(day, 0, location.zone), UTC)


def _own_starts(
    location: Location, services: Iterable[Service], opened: list[Opening], days: list[date]
) -> set[int]:
    open_time, step = merge(piece.span for piece in opened), location.slot_step_minutes * 60
    found: set[int] = set()
    for service in services:
        if service.is_active and service.hours:
            service.location = location
            offering = schedule.offering(service, opened, days)
            steps = {start for piece in offering.openings for start in range(*piece.span, step)}
            fitting = starts_within(common(offering.stretches, open_time), service.minutes * 60)
            found.update(picked(sorted(steps), joined(fitting)))
    return found


def _booked(
    location: Location,
    offered: Iterable[Service],
    resources: list[Resource],
    begin: datetime,
    end: datetime,
) -> tuple[list[Booking], list[Booking]]:
    """The bookings that hold time and those that hold none, with what is shown of them; one query."""
    services = {each.pk: each for each in offered}
    people = {each.pk: each for each in resources}
    longest = max((each.minutes for each in services.values()), default=0)
    found = (
        Booking.objects.filter(
            location=location,
            starts_at__gte=begin - timedelta(minutes=longest),
            starts_at__lt=end,
            ends_at__gt=begin,
        )
        .select_related("session")
        .order_by("starts_at", "place", "pk")
    )
    live: list[Booking] = []
    fallen: list[Booking] = []
    for booking in found:
        booking.location, booking.service = location, services[booking.service_id]
        booking.resource = people.get(booking.resource_id or 0)
        if booking.status == Status.CANCELLED and booking.revision == 0:
            continue  # a time that was held and let go: nobody had booked anything
        (live if booking.status in LIVE_STATUSES else fallen).append(booking)
    return live, fallen


def _blocks(live: Sequence[Booking]) -> list[Block]:
    sessions: dict[int, list[Booking]] = defaultdict(list)
    for booking in live:
        sessions[booking.session_id].append(booking)
    held: dict[int, dict[int, Span]] = defaultdict(dict)
    rows = Allocation.objects.filter(session__in=list(sessions), is_live=True)
    for session_id, resource_id, occupied in rows.values_list("session_id", "resource_id", "occupied"):
        held[session_id][resource_id] = _span(occupied.lower, occupied.upper)
    return [
        Block(_span(bookings[0].starts_at, bookings[0].ends_at), bookings, held[session_id])
        for session_id, bookings in sessions.items()
    ]


def _away(location: Location, resources: Iterable[int], begin: datetime, end: datetime) -> list[Away]:
    """Closures and absences; one query."""
    during = Q(starts_at__lt=end, ends_at__gt=begin)
    closures = Closure.objects.filter(during, location=location)
    absences = Absence.objects.filter(during, resource__in=list(resources))
    nobody = Value(None, BigIntegerField())
    rows = closures.values_list(nobody, "starts_at", "ends_at", "reason").union(
        absences.values_list("resource_id", "starts_at", "ends_at", "reason"), all=True
    )
    return [Away(resource_id, _span(begins, ends), reason) for resource_id, begins, ends, reason in rows]


def _span(begin: datetime, end: datetime) -> Span:
    return math.floor(begin.timestamp()), math.ceil(end.timestamp())
