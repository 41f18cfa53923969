"""What a visitor has begun to book: the browser remembers it, so that every way back finds it as entered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from bookings import drafts, question_fields
from bookings.booking import Booking, Status
from bookings.offerings import Service
from bookings.views.answers import SeeOther

COOKIE = "holdfast_draft"


def find(request: HttpRequest, service: Service) -> Booking | None:
    """The draft of this service that the address or the browser names."""
    token = request.GET.get("draft") or request.COOKIES.get(COOKIE, "")
    return drafts.begun(token.replace("\x00", ""), service) if token else None


def entered(draft: Booking | None) -> dict[str, Any]:
    """What was entered, by the names of the form's fields; `draft` is the token while its time is held."""
    if draft is None:
        return {}
    names = ("people", "name", "email", "phone", "notes")
    given = {
        question_fields.PREFIX + code: kept.get("answer")
        for code, kept in draft.answers.items()
        if isinstance(kept, dict)
    }
    held = {"draft": draft.token} if draft.status == Status.DRAFT else {}
    return {name: getattr(draft, name) for name in names} | given | held


def holds(draft: Booking | None, start: datetime) -> bool:
    """Whether this time is held by the visitor themselves."""
    return draft is not None and draft.status == Status.DRAFT and draft.starts_at == start


def address(booking: Booking) -> str:
    """The form of the same time with everything that was entered."""
    wish = booking.resource.slug if booking.resource and booking.wants_resource else ""
    start = booking.starts_at.astimezone(booking.location.zone).isoformat()
    query = urlencode({"start": start, "resource": wish, "draft": booking.token})
    return f"{reverse('book', args=[booking.location.slug, booking.service.slug])}?{query}"


def remember(request: HttpRequest, booking: Booking) -> HttpResponse:
    """303 to the page of what is held; framed pages use no cookies."""
    response = SeeOther(reverse("booking", args=[booking.token]))
    if booking.status == Status.DRAFT and not getattr(request, "is_embedded", False):
        response.set_cookie(
            COOKIE,
            booking.token,
            max_age=settings.HOLDFAST.draft_hold_seconds,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
