"""Who may enter which page of the calendar; whoever may not is refused, and that they tried is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from bookings import attending
from bookings.attending import Act
from bookings.booking import Booking
from bookings.places import Location
from operations import console, reach

View = Callable[..., HttpResponse]


def at_place(view: View) -> View:
    """Give the view the location of its address, if bookings there are this person's to see."""

    @never_cache
    @wraps(view)
    def entered(request: HttpRequest, location: str, **rest: Any) -> HttpResponse:
        place = get_object_or_404(Location, slug=location)
        return _refused(request, place) or view(request, place, **rest)

    return entered


def at_booking(view: View) -> View:
    """Give the view the booking of its address, if it is this person's to see."""

    @never_cache
    @wraps(view)
    def entered(request: HttpRequest, location: str, pk: int, **rest: Any) -> HttpResponse:
        bookings = Booking.objects.select_related("location", "service__location", "session", "resource")
        booking = get_object_or_404(bookings, pk=pk, location__slug=location)
        return _refused(request, booking.location, booking) or view(request, booking, **rest)

    return entered


def framed(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the calendar within the desk's frame."""
    context = {"on_desk": False, "on_calendar": True, **context}
    return console.framed(request, template, context, status)


def may(request: HttpRequest, permission: str) -> bool:
    """Whether this person has one of the permissions in `attending`."""
    return bool(request.user.has_perm(permission))


def barred(request: HttpRequest, record: Model, act: Act) -> HttpResponse:
    """403 for an act without its permission; kept in the record's history."""
    return console.barred(request, record, act.code, str(act.title))


def barred_from_booking(request: HttpRequest, location: Location) -> HttpResponse | None:
    """403 for somebody who may not book on behalf of customers."""
    if may(request, attending.BOOK):
        return None
    return console.barred(request, location, "book", _("New booking"))


def day_page(booking: Booking) -> str:
    """The day of the calendar that a booking is on."""
    day = booking.starts_at.astimezone(booking.location.zone).date()
    return f"{reverse('calendar', args=[booking.location.slug])}?{urlencode({'date': day.isoformat()})}"


def _refused(request: HttpRequest, place: Location, booking: Booking | None = None) -> HttpResponse | None:
    if not reach.holds(request.user, place):
        return console.barred(request, booking or place, "look")
    if not console.may_view(request.user, Booking):
        return console.barred(request, booking or place, "look", _("Calendar"))
    return None
