"""Lets a place's own website show its booking pages in a frame, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from csp.constants import NONE
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import get_script_prefix, set_script_prefix
from django.utils.translation import gettext as _

from bookings.places import Location

PREFIX = "/embed/"
WISHES = re.compile(r"/embed/(?P<words>(?:~[A-Za-z-]+)+)/")  # no slug has a tilde
THEMES = frozenset({"light", "dark"})
ORIGIN = re.compile(
    r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?"
)
MOST_PARENTS = 20


def parents(text: str) -> list[str]:
    """The websites of a list with one on each line; raises ValidationError for what is no web origin."""
    origins = [line.strip().lower().rstrip("/") for line in text.splitlines() if line.strip()]
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise ValidationError(
                _("“%(origin)s” is not the beginning of a web address, e.g. https://www.example.com."),
                params={"origin": origin},
            )
    if len(origins) > MOST_PARENTS:
        raise ValidationError(_("That is more than %(most)d websites."), params={"most": MOST_PARENTS})
    return origins


class Embedded:
    """Middleware: every public page exists once more below /embed/, for frames in the place's own websites.

    There the page needs no cookie, for browsers keep those of framed pages back. The token against forged
    requests is not asked for: public pages know nobody by a cookie, so a forged form could do nothing that
    its author could not do alone. The website may wish for a language and a look: /embed/~de~light/.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        before = get_script_prefix()
        wishes = WISHES.match(request.path_info)
        prefix = wishes[0] if wishes else PREFIX
        set_script_prefix(before + prefix.lstrip("/"))
        request.path_info = request.path_info[len(prefix) - 1 :]
        request.is_embedded = True  # type: ignore[attr-defined]
        request.wishes = wishes["words"].lstrip("~").split("~") if wishes else []  # type: ignore[attr-defined]
        request.theme = next(iter(THEMES.intersection(request.wishes)), "")  # type: ignore[attr-defined]
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        try:
            return _framed(self.get_response(request), request)
        finally:
            set_script_prefix(before)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: dict[str, Any]
    ) -> None:
        """Only public pages: 404 for staff's, the API's and the operator's."""
        if getattr(request, "is_embedded", False) and not view.__module__.startswith("bookings.views."):
            raise Http404


def _framed(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    del response["X-Frame-Options"]  # it knows no lists; frame-ancestors (CSP level 2) does
    response._csp_replace = {"frame-ancestors": _allowed(request) or [NONE]}  # type: ignore[attr-defined]
    return response


def _allowed(request: HttpRequest) -> list[str]:
    named = request.resolver_match.kwargs if request.resolver_match else {}
    places = Location.objects.none()
    if "location" in named:
        places = Location.objects.filter(slug=named["location"])
    elif "token" in named:
        places = Location.objects.filter(bookings__token=named["token"])
    return parents(places.values_list("embed_parents", flat=True).first() or "")
