"""Which times a service offers: what its rules allow, less what is taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import occupancy, roster
from bookings.offerings import Service
from bookings.resources import Resource, ResourceKind
from bookings.roster import Roster
from bookings.spans import common_starts, covers, gaps, picked, starts_within
from operations.errors import Refusal

WEEK = timedelta(days=7)


class NotOffered(Refusal):
    """Raised when the rules do not offer a time; the message says why, for the customer."""

    code = "not_offered"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Offer:
    """A time that can be booked now: in the location's zone, with who or what can be chosen."""

    start: datetime
    end: datetime
    resources: tuple[Resource, ...]
    places_left: int


@dataclass(frozen=True)
class Candidates:
    """By kind that the service needs, everybody whose rules allow the time; never empty."""

    by_kind: Mapping[ResourceKind, tuple[Resource, ...]]


def offers(
    service: Service,
    first: date,
    last: date,
    *,
    resource: Resource | None = None,
    people: int = 1,
    now: datetime | None = None,
    at_the_desk: bool = False,
) -> list[Offer]:
    """The free times of these local dates of the location, both included, sorted; at most six queries.

    Before now + notice and after today + horizon nothing is offered; `at_the_desk` notice does not count,
    and the step that has begun is offered too. `places_left` counts the people who could still come at that
    time (with `resource`, if given); what has no session for so many `people` is left out.
    """
    now = now or timezone.now()
    today = now.astimezone(service.location.zone).date()
    first, last = max(first, today), min(last, _horizon(service, today))
    if first > last or not _is_active(service):
        return []
    notice = -service.location.slot_step_minutes if at_the_desk else service.location.minimum_notice_minutes
    earliest = now.timestamp() + notice * 60
    rules = roster.load(service, first, last)
    if resource is not None and resource not in rules.resources:
        return []
    local = [datetime.fromtimestamp(start, service.location.zone) for start in rules.starts]
    starts = {
        int(start.timestamp()): start
        for start in local
        if first <= start.date() <= last and start.timestamp() >= earliest
    }
    return _unoccupied(service, rules, starts, resource, people) if starts else []


def today_at(service: Service) -> date:
    """The date at the location now."""
    return timezone.localdate(timezone=service.location.zone)


def working_starts(
    service: Service, first: date, last: date, *, resource: Resource | None = None
) -> list[datetime]:
    """The starts of these dates, both included, that the rules allow, taken or not, sorted; two queries."""
    now, zone = timezone.now(), service.location.zone
    today = now.astimezone(zone).date()
    earliest = now.timestamp() + service.location.minimum_notice_minutes * 60
    first, last = max(first, today), min(last, _horizon(service, today))
    if first > last or not _is_active(service):
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
    service: Service, after: date, *, resource: Resource | None = None, at_the_desk: bool = False
) -> date | None:
    """The first local date after this one with a free time, or None up to the horizon."""
    today = timezone.localdate(timezone=service.location.zone)
    horizon, length = _horizon(service, today), WEEK
    day = max(min(after, horizon) + timedelta(days=1), today)
    while day <= horizon:
        until = day + length - timedelta(days=1)
        found = offers(service, day, until, resource=resource, at_the_desk=at_the_desk)
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
) -> list[Offer]:
    """The free times nearest to a start, in order of time."""
    today = timezone.localdate(timezone=service.location.zone)
    horizon = _horizon(service, today)
    wanted = _local_date(service, start, today, horizon)
    reach, found = timedelta(days=1), list[Offer]()
    while len(found) < count and not (wanted - reach < today and horizon < wanted + reach):
        reach *= 3
        found = offers(
            service,
            wanted - reach,
            wanted + reach,
            resource=resource,
            people=people,
            at_the_desk=at_the_desk,
        )
    found.sort(key=lambda offer: abs(offer.start - start))
    return sorted(found[:count], key=lambda offer: offer.start)


def candidates(service: Service, start: datetime) -> Candidates:
    """Who could serve this start by the rules, whether free or not; two queries.

    Raises NotOffered when the start is past, too soon or too far, when the location is closed or starts
    nothing then, or when nobody of a needed kind works.
    """
    local = _in_time(service, start)
    if not _is_active(service):
        raise NotOffered("inactive", _("This is not offered at the moment."))
    rules = roster.load(service, local.date(), local.date())
    _check_start(rules, start.timestamp())
    by_kind = rules.able(int(start.timestamp()))
    if not all(by_kind.values()):
        raise NotOffered("nobody", _("Nobody is available at this time."))
    return Candidates(by_kind)


def candidates_against_the_rules(service: Service, start: datetime) -> Candidates:
    """Who could serve this start if notice, horizon, hours and absences did not count; two queries.

    Whoever works then comes first. Raises NotOffered when the start is past, also for the desk, or nobody
    could ever do it.
    """
    if _is_over_at_the_desk(service, start):
        raise NotOffered("past", _("This time has passed."))
    if not _is_active(service):
        raise NotOffered("inactive", _("This is not offered at the moment."))
    day = start.astimezone(service.location.zone).date()
    rules = roster.load(service, day, day)
    able = rules.able(int(start.timestamp()))
    by_kind = {
        kind: (*able[kind], *(each for each in resources if each not in able[kind]))
        for kind, resources in rules.by_kind.items()
    }
    if not all(by_kind.values()):
        raise NotOffered("nobody", _("Nobody is available at this time."))
    return Candidates(by_kind)


def candidates_at_the_desk(service: Service, start: datetime) -> Candidates:
    """Who could serve this start when staff write it down: hours and horizon count; two queries.

    Notice and steps do not, and it may have begun today, `desk_late_start_seconds` ago at most. Raises
    NotOffered with the reason that matters most: closed comes before too far ahead.
    """
    if _is_over_at_the_desk(service, start):
        raise NotOffered("past", _("This time has passed."))
    found = _by_the_hours(service, start)
    today = timezone.localdate(timezone=service.location.zone)
    if _local_date(service, start, today, date.max) > _horizon(service, today):
        raise _too_far(service)
    return found


def is_free(
    service: Service,
    start: datetime,
    *,
    resource: Resource | None,
    people: int = 1,
    at_the_desk: bool = False,
) -> bool:
    """Whether nobody has this start, with `resource` if given; four queries.

    Whatever the rules say; with `at_the_desk`, those that count there do.
    """
    find = candidates_at_the_desk if at_the_desk else candidates_against_the_rules
    try:
        by_kind = find(service, start).by_kind
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
    busy = occupancy.taken(every, begin - before * 60, begin + after * 60)
    wished = {resource.kind: [resource.pk]} if resource else {}
    return all(
        any(each.pk not in busy and each.pk in wished.get(kind, every) for each in resources)
        for kind, resources in by_kind.items()
    )


def candidates_by_the_hours(service: Service, start: datetime, rules: Roster | None = None) -> Candidates:
    """Who could serve this start by the hours alone: notice, horizon and steps do not count; two queries.

    With the `rules` of its local date, none. Raises NotOffered when the start is past, the place is closed
    before it would end, or nobody of a needed kind works.
    """
    if start < timezone.now():
        raise NotOffered("past", _("This time has passed."))
    return _by_the_hours(service, start, rules)


def _by_the_hours(service: Service, start: datetime, rules: Roster | None = None) -> Candidates:
    if not _is_active(service):
        raise NotOffered("inactive", _("This is not offered at the moment."))
    if rules is None:
        day = start.astimezone(service.location.zone).date()
        rules = roster.load(service, day, day)
    if not covers(starts_within(rules.open_time, service.minutes * 60), start.timestamp()):
        raise NotOffered("closed", _("We are closed at this time."))
    by_kind = rules.able(int(start.timestamp()))
    if not all(by_kind.values()):
        raise NotOffered("nobody", _("Nobody is available at this time."))
    return Candidates(by_kind)


def _is_over_at_the_desk(service: Service, start: datetime) -> bool:
    """Whether a start is too long ago to be written down: who is in the chair now still can be."""
    now, zone = timezone.now(), service.location.zone
    if start >= now:
        return False
    is_today = start.astimezone(zone).date() == now.astimezone(zone).date()
    return not is_today or (now - start).total_seconds() > settings.HOLDFAST.desk_late_start_seconds


def _too_far(service: Service) -> NotOffered:
    days = service.location.horizon_days
    return NotOffered("horizon", _("Times can be booked up to %(days)s days ahead.") % {"days": days})


def _horizon(service: Service, today: date) -> date:
    return today + timedelta(days=service.location.horizon_days)


def _is_active(service: Service) -> bool:
    return service.is_active and service.location.is_active


def _local_date(service: Service, start: datetime, today: date, horizon: date) -> date:
    """The date of a start at the location, moved to where something can be offered."""
    distance = start - timezone.now()
    if abs(distance) > timedelta(days=service.location.horizon_days + 2):
        return today if distance < timedelta() else horizon
    return min(max(start.astimezone(service.location.zone).date(), today), horizon)


def _in_time(service: Service, start: datetime) -> datetime:
    """The start on the location's clock, if it is neither too soon nor too far for its rules."""
    now, location = timezone.now(), service.location
    today = now.astimezone(location.zone).date()
    if start < now:
        raise NotOffered("past", _("This time has passed."))
    if start < now + timedelta(minutes=location.minimum_notice_minutes):
        raise NotOffered("notice", _("This time is too soon to be booked."))
    if _local_date(service, start, today, date.max) > _horizon(service, today):
        raise _too_far(service)
    return start.astimezone(location.zone)


def _check_start(rules: Roster, start: float) -> None:
    if start in rules.starts:
        return
    if not covers(starts_within(rules.open_time, 1), start):
        raise NotOffered("closed", _("We are closed at this time."))
    if start in rules.grid:
        raise NotOffered("too_long", _("We close before this would end."))
    raise NotOffered("off_step", _("Nothing starts at exactly this time."))


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
    service: Service, rules: Roster, starts: dict[int, datetime], resource: Resource | None, people: int
) -> list[Offer]:
    """An offer for every start at which all needed kinds are free, or a group has places for so many."""
    if people > service.capacity:
        return []
    free = _free(service, rules, list(starts), resource)
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
    service: Service, rules: Roster, starts: list[int], wish: Resource | None
) -> dict[int, dict[ResourceKind, list[Resource]]]:
    """Who is free for a new session, by start and kind; a wish leaves nobody else of its kind."""
    length = service.minutes * 60
    before, after = service.buffer_before_minutes * 60, service.buffer_after_minutes * 60
    window = (starts[0] - before, starts[-1] + length + after)
    wished = [each for each in rules.resources if wish is None or each.kind != wish.kind or each == wish]
    taken = occupancy.taken([each.pk for each in wished], *window)
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
