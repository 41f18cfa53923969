"""Where, what and when: the pages that lead to the booking form."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.availability import two_weeks
from bookings.offerings import Service
from bookings.places import Location
from bookings.views import days, lookup
from bookings.views.answers import page

DAYS = 7
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)  # what lies outside is a slip of the keyboard


@require_safe
def locations(request: HttpRequest) -> HttpResponse:
    """All locations; with one there is nothing to choose."""
    active = list(Location.objects.filter(is_active=True))
    if len(active) == 1:
        return redirect("services", active[0].slug)
    has_colours = any(place.colour for place in active)
    return page(request, "locations", {"locations": active, "has_colours": has_colours})


@require_safe
def services(request: HttpRequest, location: str) -> HttpResponse:
    """What can be booked at a location; with one service its times at once: nothing is to choose."""
    place = lookup.location(location)
    offered = list(place.services.filter(is_active=True))
    context = {
        "location": place,
        "services": offered,
        "week": two_weeks.of(place, place.opening_hours, [])[:DAYS],
    }
    if len(offered) != 1:
        return page(request, "services", context)
    offered[0].location = place
    return _with_times(request, "services", context, offered[0])


@require_safe
def times(request: HttpRequest, location: str, service: str) -> HttpResponse:
    """The free times of one day, for anyone or for one person."""
    offered = lookup.service(location, service)
    others = offered.location.services.filter(is_active=True).exclude(pk=offered.pk)
    context: dict[str, Any] = {"location": offered.location, "is_only_service": not others.exists()}
    if offered.hours:
        context["week"] = two_weeks.of(offered, offered.hours, [])[:DAYS]
    return _with_times(request, "times", context, offered)


def _with_times(request: HttpRequest, name: str, context: dict[str, Any], service: Service) -> HttpResponse:
    resource = lookup.resource(service, request.GET.get("resource", ""))
    people = lookup.people(service, request.GET.get("people", ""))
    day, problem = read_date(request)
    context |= {
        "service": service,
        "day": days.arrange(service, day, resource, people),
        "people": people,
        "problem": problem,
    }
    return page(request, name, context, status=400 if problem else 200)


def read_date(request: HttpRequest) -> tuple[date | None, str]:
    """The date that the query asks for, and what is wrong with it."""
    text = request.GET.get("date", "")
    try:
        day = date.fromisoformat(text) if text else None
        if day is None or FIRST_DAY < day < LAST_DAY:
            return day, ""
    except ValueError:
        pass
    return None, _("We did not understand that date, so this is the first day. Dates look like 2027-01-31.")
