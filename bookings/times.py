"""Which times a service offers: what its rules allow, less what is taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from bookings import eligibility, occupancy, roster
from bookings.eligibility import NotOffered, Rules
from bookings.offerings import Service
from bookings.resources import Resource, ResourceKind
from bookings.roster import Roster
from bookings.sessions import Session
from bookings.spans import common_starts, covers, gaps, picked, starts_within

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Offer:
    """A time that can be booked now: in the location's zone, with who or what can be chosen."""

    start: datetime
    end: datetime
    resources: tuple[Resource, ...]
    places_left: int


def offers(
    service: Service,
    first: date,
    last: date,
    *,
    resource: Resource | None = None,
    people: int = 1,
    now: datetime | None = None,
    at_the_desk: bool = False,
    known: Roster | None = None,
    leaving: Session | None = None,
    besides: datetime | None = None,
) -> list[Offer]:
    """The free times of these local dates of the location, both included, sorted; at most four queries.

    Before now + notice and after today + horizon nothing is offered; `at_the_desk` notice does not count,
    and the step that has begun is offered too. What the session holds that is being left counts as free;
    the start `besides`, which whoever moves has already, is left out.
    `places_left` counts the people who could still come at that time (with `resource`, if given); what has
    no session for so many `people` is left out. With the `known` rules of these dates, and perhaps of
    others, two queries.
    """
    now = now or timezone.now()
    today = now.astimezone(service.location.zone).date()
    first, last = max(first, today), min(last, eligibility.horizon(service, today))
    if first > last or not eligibility.is_active(service):
        return []
    notice = -service.location.slot_step_minutes if at_the_desk else service.location.minimum_notice_minutes
    earliest = now.timestamp() + notice * 60
    rules = known or roster.load(service, first, last)
    if resource is not None and resource not in rules.resources:
        return []
    local = [datetime.fromtimestamp(start, service.location.zone) for start in rules.around(first, last)]
    starts = {
        int(start.timestamp()): start
        for start in local
        if first <= start.date() <= last and start.timestamp() >= earliest and start != besides
    }
    return _unoccupied(service, rules, starts, resource, people, leaving) if starts else []


def today_at(service: Service) -> date:
    """The date at the location now."""
    return timezone.localdate(timezone=service.location.zone)


def working_starts(
    service: Service,
    first: date,
    last: date,
    *,
    resource: Resource | None = None,
    even_too_soon: bool = False,
) -> list[datetime]:
    """The starts of these dates, both included, that the rules allow, taken or not, sorted; two queries.

    `even_too_soon` with those of today that are past or nearer than the notice.
    """
    now, zone = timezone.now(), service.location.zone
    today = now.astimezone(zone).date()
    earliest = 0 if even_too_soon else now.timestamp() + service.location.minimum_notice_minutes * 60
    first, last = max(first, today), min(last, eligibility.horizon(service, today))
    if first > last or not eligibility.is_active(service):
        return []
    rules = roster.load(service, first, last)
    local = [datetime.fromtimestamp(start, zone) for start in _all_able(rules, resource) if start >= earliest]
    return [start for start in local if first <= start.date() <= last]


def working_dates(
    service: Service, first: date, last: date, *, resource: Resource | None = None
) -> set[date]:
    """The dates, both included, that still have times by the rules, taken or not; two queries."""
    return {start.date() for start in working_starts(service, first, last, resource=resource)}


def next_offer_date(
    service: Service,
    after: date,
    *,
    resource: Resource | None = None,
    people: int = 1,
    at_the_desk: bool = False,
    leaving: Session | None = None,
    besides: datetime | None = None,
) -> date | None:
    """The first local date after this one with a time free for so many, or None up to the horizon.

    `leaving` and `besides` as in `offers`.
    """
    today = timezone.localdate(timezone=service.location.zone)
    horizon, length = eligibility.horizon(service, today), WEEK
    day = max(min(after, horizon) + timedelta(days=1), today)
    while day <= horizon:
        until = day + length - timedelta(days=1)
        found = offers(
            service,
            day,
            until,
            resource=resource,
            people=people,
            at_the_desk=at_the_desk,
            leaving=leaving,
            besides=besides,
        )
        if found:
            return found[0].start.date()
        day, length = day + length, length * 2
    return None


def nearest(
    service: Service,
    start: datetime,
    *,
    count: int = 6,
    resource: Resource | None = None,
    people: int = 1,
    at_the_desk: bool = False,
    within: timedelta = timedelta.max,
    known: Roster | None = None,
    leaving: Session | None = None,
    besides: datetime | None = None,
) -> list[Offer]:
    """The free times nearest to a start, in order of time, if there are any `within` so many days.

    With the `known` rules of these days, a query or two for each time that it looks farther.
    """
    today = timezone.localdate(timezone=service.location.zone)
    horizon = eligibility.horizon(service, today)
    wanted = eligibility.local_date(service, start, today, horizon)
    reach, found = timedelta(days=1), list[Offer]()
    while len(found) < count and reach < within and not (wanted - reach < today and horizon < wanted + reach):
        reach = min(reach * 3, within)
        found = offers(
            service,
            wanted - reach,
            wanted + reach,
            resource=resource,
            people=people,
            at_the_desk=at_the_desk,
            known=known,
            leaving=leaving,
            besides=besides,
        )
    found.sort(key=lambda offer: abs(offer.start - start))
    return sorted(found[:count], key=lambda offer: offer.start)


def nearest_to_each(service: Service, starts: Sequence[datetime], *, count: int) -> list[list[Offer]]:
    """The free times nearest to each of several starts, a week away at most; the rules are read once."""
    if not starts:
        return []
    today = today_at(service)
    horizon = eligibility.horizon(service, today)
    wanted = {eligibility.local_date(service, start, today, horizon) for start in starts}
    reach = range(-WEEK.days, WEEK.days + 1)
    known = roster.of_dates(service, {day + timedelta(days=number) for day in wanted for number in reach})
    return [nearest(service, start, count=count, within=WEEK, known=known) for start in starts]


def is_free(
    service: Service,
    start: datetime,
    *,
    resource: Resource | None,
    people: int = 1,
    at_the_desk: bool = False,
    leaving: Session | None = None,
) -> bool:
    """Whether nobody has this start, with `resource` if given; four queries.

    Whatever the rules say; with `at_the_desk`, those that count there do. What the session holds that is
    being left counts as free.
    """
    rules = Rules.DESK if at_the_desk else Rules.SET_ASIDE
    try:
        by_kind = eligibility.candidates(service, start, rules).by_kind
    except NotOffered:
        return False
    if people > service.capacity or (resource and resource.kind not in by_kind):
        return False
    begin = int(start.timestamp())
    if any(
        session.places >= people and (resource is None or resource.pk in session.resources)
        for session in occupancy.joinable(service, begin, begin).get(begin, [])
    ):
        return True
    every = {each.pk for kind in by_kind.values() for each in kind}
    before, after = service.buffer_before_minutes, service.minutes + service.buffer_after_minutes
    busy = occupancy.taken(every, begin - before * 60, begin + after * 60, leaving)
    wished = {resource.kind: [resource.pk]} if resource else {}
    return all(
        any(each.pk not in busy and each.pk in wished.get(kind, every) for each in resources)
        for kind, resources in by_kind.items()
    )


def _all_able(rules: Roster, wish: Resource | None) -> list[int]:
    """The starts at which somebody of every kind works; a wish leaves nobody else of its kind."""
    able = [
        {
            start
            for each in resources
            if wish is None or wish.kind != kind or each == wish
            for start in picked(rules.starts, rules.startable[each.pk])
        }
        for kind, resources in rules.by_kind.items()
    ]
    return sorted(set.intersection(*able)) if able else []


def _unoccupied(
    service: Service,
    rules: Roster,
    starts: dict[int, datetime],
    resource: Resource | None,
    people: int,
    leaving: Session | None,
) -> list[Offer]:
    """An offer for every start at which all needed kinds are free, or a group has places for so many."""
    if people > service.capacity:
        return []
    free = _free(service, rules, list(starts), resource, leaving)
    groups = _groups(service, rules, list(starts), resource, people)
    length, zone = service.minutes * 60, service.location.zone
    chosen = next(iter(rules.by_kind))
    offered = []
    for start, local in starts.items():
        runs = min(len(free[start][kind]) for kind in rules.by_kind)
        places, held = groups.get(start, (0, frozenset()))
        if not runs and not places:
            continue
        can_open = free[start][chosen] if runs else []
        if held:
            able = held.union(each.pk for each in can_open)
            can_open = [each for each in rules.by_kind[chosen] if each.pk in able]
        end = datetime.fromtimestamp(start + length, zone)
        offered.append(Offer(local, end, tuple(can_open), runs * service.capacity + places))
    return offered


def _free(
    service: Service, rules: Roster, starts: list[int], wish: Resource | None, leaving: Session | None
) -> dict[int, dict[ResourceKind, list[Resource]]]:
    """Who is free for a new session, by start and kind; a wish leaves nobody else of its kind."""
    length = service.minutes * 60
    before, after = service.buffer_before_minutes * 60, service.buffer_after_minutes * 60
    window = (starts[0] - before, starts[-1] + length + after)
    wished = [each for each in rules.resources if wish is None or each.kind != wish.kind or each == wish]
    taken = occupancy.taken([each.pk for each in wished], *window, leaving)
    free: dict[int, dict[ResourceKind, list[Resource]]] = defaultdict(lambda: defaultdict(list))
    for each in wished:
        kind = ResourceKind(each.kind)
        unoccupied = starts_within(gaps(taken[each.pk], window), length, before=before, after=after)
        for start in picked(starts, common_starts(rules.startable[each.pk], unoccupied)):
            free[start][kind].append(each)
    return free


def _groups(
    service: Service, rules: Roster, starts: list[int], wish: Resource | None, people: int
) -> dict[int, tuple[int, frozenset[int]]]:
    """By start, the free places of sessions to join and who holds those sessions."""
    groups = {}
    for start, sessions in occupancy.joinable(service, starts[0], starts[-1]).items():
        open_ones = [
            session
            for session in sessions
            if session.places >= people
            and (wish is None or wish.pk in session.resources)
            and all(covers(rules.startable.get(held, []), start) for held in session.resources)
        ]
        places = sum(session.places for session in open_ones)
        groups[start] = (places, frozenset().union(*(session.resources for session in open_ones)))
    return groups
