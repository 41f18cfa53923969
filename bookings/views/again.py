"""Booking the same again: the browser remembers which booking, so that no address says whose it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from bookings.booking import Booking
from bookings.offerings import Service
from bookings.resources import ResourceKind
from bookings.views import lookup
from bookings.views.answers import SeeOther, private

COOKIE = "holdfast_again"
NAMES = ("name", "email")  # no more than the booking's own page says


@require_POST
@private
def again(request: HttpRequest, token: str) -> HttpResponse:
    """To the times of the same service, with the same person, for as many; framed pages use no cookies."""
    booking = lookup.booking(token)
    response = SeeOther(_times(booking))
    if not getattr(request, "is_embedded", False):
        response.set_cookie(
            COOKIE,
            booking.token,
            max_age=settings.HOLDFAST.draft_hold_seconds,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def entered(request: HttpRequest, service: Service) -> dict[str, Any]:
    """Who booked what is booked again, by the names of the form's fields."""
    token = request.COOKIES.get(COOKIE, "").replace("\x00", "")
    found = Booking.objects.filter(token=token, location=service.location).first() if token else None
    return {name: getattr(found, name) for name in NAMES} if found else {}


def forget(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer, after which the browser remembers nothing of it."""
    if COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _times(booking: Booking) -> str:
    with_whom = booking.resource
    is_same = with_whom is not None and (booking.wants_resource or with_whom.kind == ResourceKind.PERSON)
    asked = {"resource": with_whom.slug} if with_whom and is_same and with_whom.is_active else {}
    if booking.people > 1:
        asked["people"] = str(booking.people)
    address = reverse("times", args=[booking.location.slug, booking.service.slug])
    return f"{address}?{urlencode(asked)}" if asked else address
