"""Answers "why is 10:00 not offered?" with the rule, the booking or the preparation that is responsible.

It says nothing exactly when `times.offers` offers the time (tests/times/test_why_not.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import obstacles, roster
from bookings.calendar.day_grid import clock
from bookings.obstacles import Obstacle, Timetable, meets
from bookings.offerings import Service
from bookings.resources import Resource, ResourceKind
from bookings.roster import Roster
from bookings.sessions import LIVE_STATUSES, Allocation, Session
from bookings.spans import Span, covers


def reasons(
    service: Service, start: datetime, *, resource: Resource | None = None, now: datetime | None = None
) -> list[Obstacle]:
    """Why this start is not offered, with `resource` if one is given; empty when it is; six queries."""
    if off := _off(service):
        return off
    if untimely := _untimely(service, start, now or timezone.now()):
        return untimely
    day = start.astimezone(service.location.zone).date()
    rules = roster.load(service, day, day)
    if resource is not None and resource not in rules.resources:
        return [_wrong(service, resource)]
    begin = int(start.timestamp())
    wanted = (begin, begin + service.minutes * 60)
    last = (start + timedelta(minutes=service.minutes)).astimezone(service.location.zone).date()
    days = [day + timedelta(days=number) for number in range((last - day).days + 1)]
    table = obstacles.timetable(service.location, rules.resources, days)
    if shut := _shut(service, rules, table, wanted):
        return shut
    return _occupied(service, rules, table, wanted, resource)


def _off(service: Service) -> list[Obstacle]:
    if not service.location.is_active:
        return [Obstacle("location_off", _("The location is switched off: nothing can be booked there."))]
    if not service.is_active:
        return [Obstacle("service_off", _("The service is switched off: it cannot be booked."))]
    return []


def _untimely(service: Service, start: datetime, now: datetime) -> list[Obstacle]:
    location = service.location
    today, day = (moment.astimezone(location.zone).date() for moment in (now, start))
    if start < now:
        return [Obstacle("past", _("The time has passed."))]
    notice = location.minimum_notice_minutes
    if start.timestamp() < now.timestamp() + notice * 60:
        text = ngettext(
            "It is too soon: customers book at least %(n)s minute ahead.",
            "It is too soon: customers book at least %(n)s minutes ahead.",
            notice,
        )
        return [Obstacle("notice", text % {"n": notice})]
    if day > today + timedelta(days=location.horizon_days):
        text = ngettext(
            "It is too far ahead: customers book at most %(n)s day ahead.",
            "It is too far ahead: customers book at most %(n)s days ahead.",
            location.horizon_days,
        )
        return [Obstacle("horizon", text % {"n": location.horizon_days})]
    return []


def _wrong(service: Service, resource: Resource) -> Obstacle:
    said = {"name": resource.name, "service": service.name}
    if not resource.is_active:
        return Obstacle("left", _("%(name)s is switched off and not booked any more.") % said)
    return Obstacle("not_needed", _("%(service)s is not done with %(name)s: see what it needs.") % said)


def _shut(service: Service, rules: Roster, table: Timetable, wanted: Span) -> list[Obstacle]:
    """The hours of the place and of the service, and the steps in which something begins there."""
    found = []
    if against := table.against_place(wanted):
        found.append(against)
    elif own := table.against_service(service, wanted):
        return [own]
    if wanted[0] not in rules.grid and not (against and against.code == "closed"):
        found.append(_off_step(service, rules, wanted[0]))
    return found


def _off_step(service: Service, rules: Roster, begin: int) -> Obstacle:
    step = service.location.slot_step_minutes
    near = [each for each in rules.grid if abs(each - begin) < step * 60]
    clocks = [clock(datetime.fromtimestamp(each, service.location.zone)) for each in near]
    said = {"step": step, "near": ", ".join(clocks)}
    text = _(
        "Nothing starts at exactly this time: starts are every %(step)s minutes, counted from the opening."
    )
    if service.hours:
        text = _(
            "Nothing starts at exactly this time: starts are every %(step)s minutes,"
            " counted from the beginning of the service's own hours."
        )
    if near:
        text += " " + _("The nearest ones: %(near)s.")
    return Obstacle("off_step", text % said)


def _occupied(
    service: Service, rules: Roster, table: Timetable, wanted: Span, wish: Resource | None
) -> list[Obstacle]:
    """Who of those that are needed cannot, and why; nothing when a group has a place or all are free."""
    sessions, has_place = _groups(service, rules, wanted, wish)
    if has_place:
        return []
    wished = [each for each in rules.resources if wish is None or each.kind != wish.kind or each == wish]
    holding = _holding(service, wished, wanted)
    found: list[Obstacle] = []
    for kind, resources in rules.by_kind.items():
        against = [_against(service, table, each, wanted, holding) for each in resources if each in wished]
        if not against:
            found.append(Obstacle("nobody", _nobody(kind)))
        elif all(against):
            found += [each for each in against if each]
    return sessions + found if found else []


def _nobody(kind: ResourceKind) -> str:
    """A sentence for each kind: many languages cannot fill the word in."""
    match kind:
        case ResourceKind.PERSON:
            return _("There is no person who could do it.")
        case ResourceKind.ROOM:
            return _("There is no room for it.")
    return _("There is no equipment for it.")


def _against(
    service: Service, table: Timetable, resource: Resource, wanted: Span, holding: Sequence[Allocation]
) -> Obstacle | None:
    if against := table.against(resource, wanted):
        return against
    for allocation in holding:
        if allocation.resource_id == resource.pk:
            return _taken(service, resource, wanted, allocation)
    return None


def _taken(service: Service, resource: Resource, wanted: Span, allocation: Allocation) -> Obstacle:
    session, zone = allocation.session, service.location.zone
    booking = next((each for each in session.bookings.all() if each.status in LIVE_STATUSES), None)
    run = (int(session.starts_at.timestamp()), int(session.ends_at.timestamp()))
    held = (int(allocation.occupied.lower.timestamp()), int(allocation.occupied.upper.timestamp()))
    begin, end = (clock(each.astimezone(zone)) for each in (session.starts_at, session.ends_at))
    said = {
        "name": resource.name,
        "reference": booking.reference if booking else _("another booking"),
        "span": f"{begin}\N{EN DASH}{end}",
        "before": service.buffer_before_minutes,
        "after": service.buffer_after_minutes,
    }
    pk = booking.pk if booking else None
    if meets(run, wanted):
        return Obstacle("taken", _("%(name)s has %(reference)s then, %(span)s.") % said, pk)
    if meets(held, wanted):
        text = _("%(name)s has %(reference)s, %(span)s, and the time kept free around it reaches into this.")
        return Obstacle("their_buffer", text % said, pk)
    text = _(
        "The service keeps %(before)s minutes before and %(after)s minutes after it free,"
        " and %(name)s has %(reference)s, %(span)s."
    )
    return Obstacle("own_buffer", text % said, pk)


def _holding(service: Service, resources: Iterable[Resource], wanted: Span) -> list[Allocation]:
    """What occupies these while the service would, with what it needs before and after; two queries."""
    begin = wanted[0] - service.buffer_before_minutes * 60
    end = wanted[1] + service.buffer_after_minutes * 60
    found = Allocation.objects.filter(
        is_live=True,
        resource__in=[each.pk for each in resources],
        occupied__overlap=(datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC)),
    )
    ordered = found.select_related("session").prefetch_related("session__bookings")
    return list(ordered.order_by("session__starts_at", "pk"))


def _groups(
    service: Service, rules: Roster, wanted: Span, wish: Resource | None
) -> tuple[list[Obstacle], bool]:
    """The full groups at this time, and whether another has a place that can be taken."""
    if service.capacity == 1:
        return [], False
    full: list[Obstacle] = []
    starts_at = datetime.fromtimestamp(wanted[0], UTC)
    runs = Session.objects.live().filter(service=service, starts_at=starts_at)
    for run in runs.prefetch_related("allocations", "bookings").order_by("pk"):
        held = {each.resource_id for each in run.allocations.all()}
        booked = [each for each in run.bookings.all() if each.status in LIVE_STATUSES]
        coming = sum(each.people for each in booked)
        if coming >= run.capacity:
            text = _("The group is full: %(taken)s of %(places)s places are taken.")
            said = {"taken": coming, "places": run.capacity}
            full.append(Obstacle("full", text % said, booked[0].pk))
        elif (wish is None or wish.pk in held) and all(
            covers(rules.startable.get(each, []), wanted[0]) for each in held
        ):
            return [], True
    return full, False
