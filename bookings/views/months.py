"""A month of a service at a glance, for whoever looks for a day and not for a time."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from babel import Locale
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from django.views.decorators.http import require_safe

from bookings import changes, language, times
from bookings.booking import Booking
from bookings.offerings import Service
from bookings.resources import Resource
from bookings.times import Offer
from bookings.views import lookup
from bookings.views.answers import page, private

FIRST_YEAR, LAST_YEAR = 2000, 2999


@dataclass(frozen=True)
class Cell:
    """One day: whether it lies in the month, how many times are free, and whether there were any to take."""

    day: date
    is_inside: bool
    free: int
    is_full: bool


@dataclass(frozen=True)
class Month:
    """The weeks of a month, each of seven days, and the months beside it that can be booked."""

    first: date
    weeks: list[list[Cell]]
    previous: date | None
    following: date | None


@require_safe
def month(request: HttpRequest, location: str, service: str) -> HttpResponse:
    """The month that `?month=YYYY-MM` names, else the present one."""
    offered = lookup.service(location, service)
    people = lookup.people(offered, request.GET.get("people", ""))
    times_address = reverse("times", args=[location, service])
    return _show(request, offered, people, {"people": people, "times_address": times_address})


@require_safe
@private
def move_month(request: HttpRequest, token: str) -> HttpResponse:
    """The same for a booking that is to be moved, with all who come."""
    booking = lookup.booking(token)
    told = {"times_address": reverse("booking-move", args=[token]), "is_private": True}
    return _show(request, booking.service, booking.people, told, booking)


def _show(
    request: HttpRequest, service: Service, people: int, told: dict[str, Any], moved: Booking | None = None
) -> HttpResponse:
    resource = lookup.resource(service, request.GET.get("resource", ""))
    first, problem = _read_month(request)
    today = timezone.localdate(timezone=service.location.zone)
    leaving = changes.left_alone(moved.session, moved) if moved else None
    besides = changes.start_to_leave(moved, resource) if moved else None
    find = partial(times.offers, service, resource=resource, people=people, leaving=leaving, besides=besides)
    context = told | {
        "location": service.location,
        "service": service,
        "resource": resource,
        "month": arrange(service, first or today.replace(day=1), resource, find),
        "problem": problem,
    }
    return page(request, "month", context, status=400 if problem else 200)


def arrange(
    service: Service, first: date, resource: Resource | None, find: Callable[[date, date], list[Offer]]
) -> Month:
    """The month that begins on `first`, in the order of weekdays of the place; `find` tells what is free."""
    weeks = calendar.Calendar(_first_weekday(service)).monthdatescalendar(first.year, first.month)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    free = Counter(offer.start.date() for offer in find(first, last))
    working = times.working_dates(service, first, last, resource=resource)
    today = timezone.localdate(timezone=service.location.zone)
    horizon = today + timedelta(days=service.location.horizon_days)
    return Month(
        first=first,
        weeks=[
            [Cell(day, day.month == first.month, free[day], day in working and not free[day]) for day in week]
            for week in weeks
        ],
        previous=(first - timedelta(days=1)).replace(day=1) if first > today else None,
        following=last + timedelta(days=1) if last < horizon else None,
    )


def _first_weekday(service: Service) -> int:
    """0 for Monday, as the reader's calendar has it (CLDR)."""
    code = language.of_reader(service.location)
    locale = Locale.parse("en_GB" if code == "en" else to_locale(code))
    return int(locale.first_week_day)


def _read_month(request: HttpRequest) -> tuple[date | None, str]:
    text = request.GET.get("month", "")
    try:
        first = datetime.strptime(text, "%Y-%m").date() if text else None
        if first is None or FIRST_YEAR <= first.year < LAST_YEAR:
            return first, ""
    except ValueError:
        pass
    return None, _("We did not understand that month, so this is the present one. Months look like 2027-01.")
