"""The calendar of a place: a day as a table by the clock, a week as a table by date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings import attending
from bookings.booking import Booking, Status, Waiting
from bookings.calendar import cards, day_grid, planning, standing, week_table
from bookings.calendar.entering import at_place, framed, may
from bookings.calendar.planning import Plan
from bookings.places import Location
from bookings.resources import Resource, ResourceKind
from bookings.views.places import read_date
from operations import reach
from operations.people.notes import Note

DAY, WEEK = "day", "week"


@dataclass(frozen=True)
class Asked:
    """Which days, how and of whom; what makes no sense is today, by day, of everybody."""

    day: date
    view: str
    whom: str
    problem: str = ""

    def query(self, **changed: str) -> str:
        """The address of the same with something changed."""
        asked = {"date": self.day.isoformat(), "view": self.view, "resource": self.whom}
        return "?" + urlencode({name: value for name, value in (asked | changed).items() if value})


@never_cache
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The places within reach; with one there is nothing to choose."""
    own = list(reach.within(request.user, Location.objects.filter(is_active=True)))
    if len(own) == 1:
        return redirect("calendar", own[0].slug)
    return framed(request, "calendar/places.html", {"title": _("Calendar"), "places": own})


@require_safe
@at_place
def calendar(request: HttpRequest, location: Location) -> HttpResponse:
    """A day or a week of a place, of some kind of its resources, or of one of them."""
    asked = _asked(request, location)
    first = week_table.first_day(location, asked.day) if asked.view == WEEK else asked.day
    last = first + timedelta(days=6) if asked.view == WEEK else asked.day
    plan = planning.load(location, first, last)
    columns = _chosen(plan, asked.whom)
    context = _around(request, plan, asked, first, last) | {"columns": columns}
    now = timezone.now()
    if asked.view == WEEK:
        lines = week_table.lay_out(plan, first, columns, now)
        context |= {"lines": lines, "days": [first + timedelta(days=number) for number in range(7)]}
    else:
        grid = day_grid.lay_out(plan, asked.day, columns, now)
        context |= {"grid": grid, "is_today": any(row.is_now for row in grid.rows)}
    return framed(request, f"calendar/{asked.view}.html", context, 400 if asked.problem else 200)


def _asked(request: HttpRequest, location: Location) -> Asked:
    day, problem = read_date(request)
    view = WEEK if request.GET.get("view") == WEEK else DAY
    today = timezone.localdate(timezone=location.zone)
    return Asked(day or today, view, request.GET.get("resource", "")[:60], problem)


def _chosen(plan: Plan, whom: str) -> list[Resource]:
    """The resources asked for by slug or kind; somebody who does not exist shows everybody."""
    chosen = [each for each in plan.resources if whom in (each.slug, each.kind)]
    order = list(ResourceKind)
    return sorted(chosen or plan.resources, key=lambda each: order.index(ResourceKind(each.kind)))


def _around(request: HttpRequest, plan: Plan, asked: Asked, first: date, last: date) -> dict[str, Any]:
    """What stands around the table, and what its entries are shown with."""
    today = timezone.localdate(timezone=plan.location.zone)
    step = timedelta(days=7 if asked.view == WEEK else 1)
    return {
        "title": _("%(place)s: calendar") % {"place": plan.location.name},
        "location": plan.location,
        "asked": asked,
        "first": first,
        "last": last,
        "today": today,
        "previous": asked.query(date=(asked.day - step).isoformat()),
        "following": asked.query(date=(asked.day + step).isoformat()),
        "to_today": asked.query(date=today.isoformat()),
        "as_day": asked.query(view=DAY),
        "as_week": asked.query(view=WEEK),
        "resources": [(each, asked.query(resource=each.slug)) for each in plan.resources],
        "everybody": asked.query(resource=""),
        "cards": cards.of(
            plan.location,
            plan.bookings,
            standing.marks(plan.bookings, request.user),
            _noted(plan.bookings),
        ),
        "fallen": [each for each in plan.fallen if first <= _day(each, plan) <= last],
        "numbers": _numbers(plan, first, last),
        "may_book": may(request, attending.BOOK),
        "may_move": may(request, attending.MOVE),
        "waiting": waiting_count(plan.location),
    }


def _numbers(plan: Plan, first: date, last: date) -> list[tuple[Any, int]]:
    """How many bookings stand how, in these days."""
    shown = [each for block in plan.blocks for each in block.bookings if first <= _day(each, plan) <= last]
    counted = Counter(standing.of(each) for each in shown)
    return sorted(counted.items(), key=lambda pair: -pair[1])


def _noted(bookings: Sequence[Booking]) -> set[int]:
    """The bookings that somebody has written a note about."""
    return set(Note.objects.of_any(bookings).values_list("subject_id", flat=True))


def _day(booking: Booking, plan: Plan) -> date:
    return booking.starts_at.astimezone(plan.location.zone).date()


def waiting_count(location: Location) -> int:
    """How many requests wait for the staff's answer at a place."""
    return Booking.objects.filter(
        location=location, status=Status.SUBMITTED, waiting_for=Waiting.STAFF
    ).count()
