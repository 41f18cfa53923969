"""Who may enter which page about hours; whoever may not is refused, and that they tried is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from bookings.offerings import Service
from bookings.places import Location
from bookings.resources import Resource
from operations import console, reach

View = Callable[..., HttpResponse]


def at_place(view: View) -> View:
    """Give the view the location of its address, if it is this person's to see."""

    @never_cache
    @wraps(view)
    def entered(request: HttpRequest, location: str, **rest: Any) -> HttpResponse:
        place = get_object_or_404(Location, slug=location)
        if not reach.holds(request.user, place) or not console.may_view(request.user, Location):
            return console.barred(request, place, "look")
        return view(request, place, **rest)

    return entered


def whom(location: Location, slug: str) -> Resource | None:
    """The person or room of this place, none for an empty slug; raises Http404."""
    if not slug:
        return None
    resource: Resource = get_object_or_404(location.resources, slug=slug)
    resource.location = location
    return resource


def what(location: Location, slug: str) -> Service | None:
    """The service of this place, none for an empty slug; raises Http404."""
    if not slug:
        return None
    service: Service = get_object_or_404(location.services, slug=slug)
    service.location = location
    return service


def may_change(request: HttpRequest, record: Location | Resource | Service) -> bool:
    """Whether this person may change these hours."""
    return bool(request.user.has_perm(f"bookings.change_{record._meta.model_name}"))


def may_send_away(request: HttpRequest, resource: Resource | None) -> bool:
    """Whether this person may enter an absence, or a closure of the place."""
    return bool(request.user.has_perm(f"bookings.add_{'absence' if resource else 'closure'}"))


def may_correct(request: HttpRequest, resource: Resource | None) -> bool:
    """Whether this person may change an absence, or a closure of the place."""
    return bool(request.user.has_perm(f"bookings.change_{'absence' if resource else 'closure'}"))


def framed(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page about hours within the desk's frame."""
    context = {"on_desk": False, "on_calendar": True, **context}
    return console.framed(request, template, context, status)
