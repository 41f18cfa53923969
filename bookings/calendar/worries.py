"""What speaks against accepting a request; overlap never does, for a request holds its time at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.booking import Booking, Status
from bookings.calendar import day_grid
from bookings.places import Closure, Location
from bookings.resources import Absence
from bookings.sessions import Allocation


def of(location: Location, requests: Sequence[Booking]) -> dict[int, list[str]]:
    """By request, sentences about what has changed or collides since it came; four queries for all."""
    found: dict[int, list[str]] = defaultdict(list)
    if not requests:
        return found
    for request, sentence in [
        *_over(requests),
        *_withdrawn(requests),
        *_gone(location, requests),
        *_elsewhere(location, requests),
    ]:
        found[request.pk].append(sentence)
    return found


def filled(requests: Sequence[Booking]) -> dict[int, tuple[int, int]]:
    """By request for a place in a group, how many places are confirmed and how many there are; one query."""
    groups = {each.session_id for each in requests if each.session.capacity > 1}
    confirmed = Counter[int]()
    standing = Booking.objects.live().exclude(status__in=[Status.SUBMITTED, Status.DRAFT])
    for session, people in standing.filter(session__in=groups).values_list("session", "people"):
        confirmed[session] += people
    return {
        each.pk: (confirmed[each.session_id], each.session.capacity)
        for each in requests
        if each.session_id in groups
    }


Worry = tuple[Booking, str]


def _over(requests: Iterable[Booking]) -> list[Worry]:
    now = timezone.now()
    return [(each, _("Its time has passed: it can only end.")) for each in requests if each.starts_at <= now]


def _withdrawn(requests: Iterable[Booking]) -> list[Worry]:
    worries = [
        (each, _("The service is not offered any more.")) for each in requests if not each.service.is_active
    ]
    left = [each for each in requests if each.resource and not each.resource.is_active]
    return worries + [
        (each, _("%(name)s does not work here any more.") % {"name": each.resource}) for each in left
    ]


def _gone(location: Location, requests: Sequence[Booking]) -> list[Worry]:
    """Closures and absences that were entered after the request came."""
    begin, end = min(each.starts_at for each in requests), max(each.ends_at for each in requests)
    during = Q(starts_at__lt=end, ends_at__gt=begin)
    held: dict[int, set[int]] = defaultdict(set)
    sessions = Allocation.objects.filter(session__in=[each.session_id for each in requests])
    for session_id, resource_id in sessions.values_list("session", "resource"):
        held[session_id].add(resource_id)
    absences = list(Absence.objects.filter(during, resource__location=location).select_related("resource"))
    closures = list(Closure.objects.filter(during, location=location))
    worries = [
        (each, _("The place is closed then: %(why)s.") % {"why": closure.reason or _("no reason given")})
        for each in requests
        for closure in closures
        if _overlap(each, closure)
    ]
    return worries + [
        (each, _("%(name)s is away then.") % {"name": absence.resource.name})
        for each in requests
        for absence in absences
        if absence.resource_id in held[each.session_id] and _overlap(each, absence)
    ]


def _elsewhere(location: Location, requests: Sequence[Booking]) -> list[Worry]:
    """Other bookings of the same customer, and other requests, at the same time."""
    begin, end = min(each.starts_at for each in requests), max(each.ends_at for each in requests)
    others = list(
        Booking.objects.live()
        .filter(location=location, starts_at__lt=end, ends_at__gt=begin)
        .only("pk", "email", "phone_key", "starts_at", "ends_at", "reference", "waiting_for", "status")
    )
    worries = []
    for each in requests:
        meeting = [other for other in others if other.pk != each.pk and _overlap(each, other)]
        for other in meeting:
            if _is_same_person(each, other):
                clock = day_grid.clock(other.starts_at.astimezone(location.zone))
                said = {"time": clock, "reference": other.reference}
                worries.append((each, _("They have another booking at %(time)s (%(reference)s).") % said))
        if waiting := sum(bool(other.waiting_for) for other in meeting):
            text = ngettext(
                "%(n)s other request is for the same time, with somebody else; each holds its own place.",
                "%(n)s other requests are for the same time, with others; each holds its own place.",
                waiting,
            )
            worries.append((each, text % {"n": waiting}))
    return worries


def _is_same_person(one: Booking, other: Booking) -> bool:
    has_address = bool(one.email) and one.email.lower() == other.email.lower()
    return has_address or (bool(one.phone_key) and one.phone_key == other.phone_key)


def _overlap(booking: Booking, other: Booking | Absence | Closure) -> bool:
    return booking.starts_at < other.ends_at and other.starts_at < booking.ends_at
