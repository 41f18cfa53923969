"""The calendar file behind a secret address, for phones that ask again and again."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import conditional_page, require_safe

from bookings import ics
from bookings.feeds import CalendarFeed
from bookings.views.answers import private


@require_safe
@private
@conditional_page
def feed(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001
    """The feed as it is now; 304 while nothing has changed, 404 for an address that was taken back."""
    found = CalendarFeed.of_key(key)
    if found is None:
        raise Http404
    body = ics.feed(found.bookings(), str(found))
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")
