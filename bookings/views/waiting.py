"""Unclear outcomes are answered by asking again with the same key, by hand or by script."""

import time

from django.http import HttpRequest, HttpResponse

from bookings.views.answers import page

GIVE_UP_SECONDS = 10
HOUR_SECONDS = 3600


def ask_again(request: HttpRequest) -> HttpResponse:
    """409: the same form once more, same key; after ten seconds without an answer it was not received."""
    asked_at = _asked_at(request)
    is_lost = time.time() - asked_at >= GIVE_UP_SECONDS
    return page(request, "waiting", {"asked_at": asked_at, "is_lost": is_lost}, 409)


def _asked_at(request: HttpRequest) -> int:
    """When this form was first sent, as it says itself; an impossible moment counts as now."""
    now = int(time.time())
    text = request.POST.get("asked_at", "")
    asked_at = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else now
    return asked_at if now - HOUR_SECONDS < asked_at <= now else now
