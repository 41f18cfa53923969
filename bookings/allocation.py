"""Takes a time: finds free people and rooms under lock, with the exclusion constraint as the last wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from bookings import eligibility
from bookings.eligibility import Candidates, NotOffered, Rules
from bookings.offerings import Service
from bookings.resources import Resource, ResourceKind
from bookings.sessions import LIVE_STATUSES, Session
from operations.errors import Refusal
from operations.transactions import require_transaction

TAKEN_CONSTRAINTS = frozenset(
    {"bookings_no_overlap", "bookings_one_booking_per_place", "bookings_people_within_capacity"}
)


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
    service: Service,
    start: datetime,
    *,
    resource: Resource | None,
    people: int = 1,
    leaving: Session | None = None,
    rules: Rules = Rules.ALL,
    rather: Resource | None = None,
) -> Place:
    """Take a place in the caller's transaction; the booking that is saved with it makes it count.

    With several `people` it is one of as many places, all in one session.

    `leaving` is a session that the same booking gives up and that nobody else is in: its people and
    rooms count as free; `rather` is taken first where it is free. Raises TimeTaken, or NotOffered when these
    `rules` of when do not offer the time.
    """
    require_transaction()
    if people > service.capacity:
        raise NotOffered("people", str(_("There are not so many places.")))
    start = start.astimezone(UTC)  # whose days are locked, and in which a sum of minutes is elapsed time
    choices = _choices(eligibility.candidates(service, start, rules), resource)
    end = start + timedelta(minutes=service.minutes)
    occupied = (
        start - timedelta(minutes=service.buffer_before_minutes),
        end + timedelta(minutes=service.buffer_after_minutes),
    )
    busy = _lock([candidate.pk for kind in choices for candidate in kind], occupied, leaving)
    if place := _join(service, (start, end), choices, people):
        return place
    chosen = [_first_free(choice, busy, rather) for choice in choices]
    if None in chosen:
        raise TimeTaken
    session = _open(service, (start, end), occupied, [each.pk for each in chosen if each])
    return Place(session, 1, chosen[0] if chosen else None)


def rule_against(
    service: Service, start: datetime, resource: Resource | None, rules: Rules = Rules.ALL
) -> str:
    """The code of the one of these rules that does not offer this time, or ""."""
    refusal = refusal_of(service, start, resource, rules)
    return refusal.code if refusal else ""


def refusal_of(
    service: Service, start: datetime, resource: Resource | None, rules: Rules
) -> NotOffered | None:
    """What these rules say against this time, taken or not; None when they offer it."""
    try:
        _choices(eligibility.candidates(service, start, rules), resource)
    except NotOffered as refusal:
        return refusal
    return None


def is_taken(error: IntegrityError) -> bool:
    """Whether a constraint said that the time is taken."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return diagnostics is not None and diagnostics.constraint_name in TAKEN_CONSTRAINTS


def _choices(candidates: Candidates, resource: Resource | None) -> list[tuple[Resource, ...]]:
    """For each kind that the service needs, who may serve; the wish of the customer comes first."""
    if resource is None:
        return list(candidates.by_kind.values())
    kind = ResourceKind(resource.kind)
    if resource not in candidates.by_kind.get(kind, ()):
        raise NotOffered("resource", _("This time is not offered with %(name)s.") % {"name": resource.name})
    return [(resource,) if kind == resource.kind else choice for kind, choice in candidates.by_kind.items()]


def _first_free(choice: tuple[Resource, ...], busy: set[int], rather: Resource | None) -> Resource | None:
    free = [each for each in choice if each.pk not in busy]
    return rather if rather in free else next(iter(free), None)


def _join(
    service: Service, span: tuple[datetime, datetime], choices: list[tuple[Resource, ...]], people: int
) -> Place | None:
    """A free place in a live session of the same service and span, held by people who may serve it now."""
    if service.capacity == 1:
        return None
    able = {each.pk for choice in choices for each in choice}
    sessions = Session.objects.live().filter(service=service, starts_at=span[0], ends_at=span[1])
    for session in sessions.order_by("pk").prefetch_related("allocations__resource"):
        held = [allocation.resource for allocation in session.allocations.all()]
        live = session.bookings.filter(status__in=LIVE_STATUSES)
        coming = dict(live.values_list("place", "people"))
        free = next((number for number in range(1, session.capacity + 1) if number not in coming), None)
        if (
            free
            and sum(coming.values()) + people <= session.capacity
            and able.issuperset(each.pk for each in held)
        ):
            return Place(session, free, held[0] if held else None)
    return None


def _lock(resources: list[int], occupied: tuple[datetime, datetime], leaving: Session | None) -> set[int]:
    """Serialise everybody who wants one of these on one of these (UTC) days; returns who is busy then.

    The locks are taken in the same order by all. The exclusion constraint alone would turn the losers
    of a race into deadlocks.
    """
    days = range(occupied[0].toordinal(), occupied[1].toordinal() + 1)
    keys = sorted((resource << 20) | day for resource in resources for day in days)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM bookings_lock_and_list_busy(%s, %s, %s, %s, %s)",
            [keys, resources, *occupied, leaving.pk if leaving else None],
        )
        return {row[0] for row in cursor.fetchall()}


def _open(
    service: Service,
    span: tuple[datetime, datetime],
    occupied: tuple[datetime, datetime],
    resources: list[int],
) -> Session:
    """A new session that holds these resources as soon as a live booking is in it."""
    session = Session(
        location_id=service.location_id,
        service=service,
        starts_at=span[0],
        ends_at=span[1],
        capacity=service.capacity,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH opened AS (
                   INSERT INTO bookings_session
                       (location_id, service_id, starts_at, ends_at, capacity, is_live)
                   VALUES (%s, %s, %s, %s, %s, false) RETURNING id
               ), held AS (
                   INSERT INTO bookings_allocation (session_id, resource_id, occupied, is_live)
                   SELECT opened.id, resource, tstzrange(%s, %s), false
                   FROM opened, unnest(%s::bigint[]) AS resource
               )
               SELECT id FROM opened""",
            [service.location_id, service.pk, *span, service.capacity, *occupied, resources],
        )
        session.pk = cursor.fetchone()[0]
    session._state.adding = False
    return session
