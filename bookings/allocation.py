"""Takes a time: finds free people and rooms under lock, with the exclusion constraint as the last wall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from bookings import times
from bookings.places import Resource, Service
from bookings.sessions import LIVE_STATUSES, Allocation, Session
from operations.errors import Refusal
from operations.transactions import require_transaction

TAKEN_CONSTRAINTS = frozenset({"bookings_no_overlap", "bookings_one_booking_per_place"})


class TimeTaken(Refusal):
    """Raised when nobody who could serve the time is free; nothing was changed."""

    code = "time_taken"
    message = _("This time has just been taken.")


@dataclass(frozen=True)
class Place:
    """A numbered place in a session, and the person or room that the customer was given."""

    session: Session
    number: int
    resource: Resource | None


def take(
    service: Service, start: datetime, *, resource: Resource | None, leaving: Session | None = None
) -> Place:
    """Take a place in the caller's transaction; the booking that is saved with it makes it count.

    `leaving` is a session that the same booking gives up and that nobody else is in: its people and
    rooms count as free. Raises TimeTaken, or times.NotOffered when the rules do not offer the time.
    """
    require_transaction()
    choices = _choices(times.candidates(service, start), resource)
    end = start + timedelta(minutes=service.minutes)
    occupied = (
        start - timedelta(minutes=service.buffer_before_minutes),
        end + timedelta(minutes=service.buffer_after_minutes),
    )
    everyone = [candidate for kind in choices for candidate in kind]
    _lock(everyone, occupied)
    return _join(service, start, resource) or _open(service, (start, end), occupied, choices, leaving)


def is_taken(error: IntegrityError) -> bool:
    """Whether a constraint said that the time is taken."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return diagnostics is not None and diagnostics.constraint_name in TAKEN_CONSTRAINTS


def _choices(candidates: times.Candidates, resource: Resource | None) -> list[tuple[Resource, ...]]:
    """For each kind that the service needs, who may serve; the wish of the customer comes first."""
    if resource is None:
        return list(candidates.by_kind.values())
    if resource not in candidates.by_kind.get(resource.kind, ()):
        raise times.NotOffered(
            "resource", _("This time is not offered with %(name)s.") % {"name": resource.name}
        )
    return [(resource,) if kind == resource.kind else choice for kind, choice in candidates.by_kind.items()]


def _lock(resources: Iterable[Resource], occupied: tuple[datetime, datetime]) -> None:
    """Serialise everybody who wants one of these on one of these (UTC) days, always in the same order.

    The exclusion constraint alone would turn the losers of a race into deadlocks.
    """
    first, last = (moment.date().toordinal() for moment in occupied)
    days = range(first, last + 1)
    keys = sorted((resource.pk << 20) | day for resource in resources for day in days)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def _join(service: Service, start: datetime, resource: Resource | None) -> Place | None:
    """A free place in a live session of the same service and start."""
    if service.capacity == 1:
        return None
    sessions = Session.objects.live().filter(service=service, starts_at=start).order_by("pk")
    if resource is not None:
        sessions = sessions.filter(allocations__resource=resource)
    for session in sessions:
        used = set(session.bookings.filter(status__in=LIVE_STATUSES).values_list("place", flat=True))
        free = next((number for number in range(1, session.capacity + 1) if number not in used), None)
        if free:
            return Place(session, free, resource or _assigned(session))
    return None


def _open(
    service: Service,
    span: tuple[datetime, datetime],
    occupied: tuple[datetime, datetime],
    choices: list[tuple[Resource, ...]],
    leaving: Session | None,
) -> Place:
    """A new session with the first free resource of each kind."""
    busy = set(
        Allocation.objects.filter(
            is_live=True,
            resource__in=[each for choice in choices for each in choice],
            occupied__overlap=occupied,
        )
        .exclude(session=leaving)
        .values_list("resource_id", flat=True)
    )
    chosen = [next((each for each in choice if each.pk not in busy), None) for choice in choices]
    if None in chosen:
        raise TimeTaken
    session = Session.objects.create(
        location_id=service.location_id,
        service=service,
        starts_at=span[0],
        ends_at=span[1],
        capacity=service.capacity,
    )
    Allocation.objects.bulk_create(
        Allocation(session=session, resource=each, occupied=occupied) for each in chosen if each
    )
    return Place(session, 1, chosen[0] if chosen else None)


def _assigned(session: Session) -> Resource | None:
    first = session.allocations.select_related("resource").order_by("pk").first()
    return first.resource if first else None
