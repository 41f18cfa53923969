"""What is taken already: the live allocations of people and rooms, and sessions with free places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import BigIntegerRangeField
from django.db.models import BigIntegerField, F, Func, OuterRef, Q, Sum, Value
from django.db.models.functions import Cast

from bookings.offerings import Service
from bookings.sessions import LIVE_STATUSES, Allocation, Session
from bookings.spans import Span


@dataclass(frozen=True)
class Joinable:
    """Free places in a live session, and who or what it holds."""

    places: int
    resources: frozenset[int]


def taken(
    resources: Collection[int], begin: int, end: int, leaving: Session | None = None
) -> dict[int, list[Span]]:
    """What each of these resources is occupied with, buffers included, from begin to end; one query.

    What the session holds that somebody is `leaving` is free.
    """
    found: dict[int, list[Span]] = defaultdict(list)
    if not resources:
        return found
    rows = (
        Allocation.objects.alias(held=HELD)
        .filter(
            is_live=True,
            resource_id__in=resources,
            held__overlap=(min(resources), max(resources) + 1),
            occupied__overlap=(_moment(begin), _moment(end)),
        )
        .values_list("resource_id", _epoch("lower"), _epoch("upper"))
    )
    rows = rows.exclude(session=leaving) if leaving else rows
    for resource_id, occupied_from, occupied_to in rows:
        found[resource_id].append((occupied_from, occupied_to))
    return found


def joinable(service: Service, first: int, last: int) -> dict[int, list[Joinable]]:
    """By start, the live sessions of the service that have free places; one query, none without groups."""
    found: dict[int, list[Joinable]] = defaultdict(list)
    if service.capacity == 1:
        return found
    sessions = (
        Session.objects.live()
        .filter(service=service, starts_at__gte=_moment(first), starts_at__lte=_moment(last))
        .annotate(
            free=F("capacity") - Sum("bookings__people", filter=Q(bookings__status__in=LIVE_STATUSES)),
            held=ArraySubquery(
                Allocation.objects.filter(session=OuterRef("pk")).values_list("resource_id", flat=True)
            ),
        )
        .filter(free__gt=0)
    )
    for starts_at, free, held in sessions.values_list("starts_at", "free", "held"):
        found[int(starts_at.timestamp())].append(Joinable(free, frozenset(held)))
    return found


# Narrowed by the same expression as the constraint's, so that years of history cost nothing.
HELD = Func(
    F("resource_id"),
    F("resource_id"),
    Value("[]"),
    function="int8range",
    output_field=BigIntegerRangeField(),
)


def _epoch(bound: str) -> Cast:
    moment = Func(F("occupied"), function=bound)
    return Cast(Func(moment, template="EXTRACT(EPOCH FROM %(expressions)s)"), BigIntegerField())


def _moment(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
