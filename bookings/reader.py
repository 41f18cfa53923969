"""The language of a public page for a reader whose browser asks for none of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

from bookings.booking import Booking
from bookings.places import Location


class ReaderLanguage:
    """Middleware behind Django's: a framing website's wish comes first, the place's own language last.

    Whoever reads Turkish and opens the page of a German barber is better served in German than in English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, kwargs: dict[str, Any]
    ) -> None:
        """Activate the language, before the view says a word."""
        chosen = next(filter(None, map(_ours, getattr(request, "wishes", []))), "")
        if not chosen and _asks_for_others(request):
            chosen = _ours(_of_place(kwargs))
        if chosen:
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen


def _asks_for_others(request: HttpRequest) -> bool:
    """Whether the browser names languages, but none of ours, and the reader has not chosen one here."""
    named = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return bool(named) and not _ours(chosen) and not any(code == "*" or _ours(code) for code, _ in named)


def _of_place(named: dict[str, Any]) -> str:
    if "location" in named:
        return Location.objects.filter(slug=named["location"]).values_list("locale", flat=True).first() or ""
    if "token" in named:
        return Booking.objects.filter(token=named["token"]).values_list("language", flat=True).first() or ""
    return ""


def _ours(code: str) -> str:
    """The one of our languages that this is, or ""."""
    try:
        return get_supported_language_variant(code)
    except LookupError:
        return ""
