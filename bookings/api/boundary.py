"""Answers every failed call as a problem, whoever answered it: a view, the router or the framework."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bookings.api import problems
from bookings.api.problems import Problem

PREFIX, RAW = "/api/", "/api/v1/providers/"
MOST_BYTES = 64 * 1024
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate", "Vary")


class Boundary:
    """Middleware around everything that may refuse a call to the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        is_head = request.method == "HEAD"
        if is_head:  # GET without the body (RFC 9110, section 9.3.2)
            request.method = "GET"
        response = self._answer(request)
        if is_head and isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if problem := _unacceptable(request):
            return problems.respond(problem)
        return _translated(self.get_response(request))


def _unacceptable(request: HttpRequest) -> Problem | None:
    """What is wrong with the body before anybody reads it."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    length = int(announced) if announced.isdecimal() else 0
    if length > MOST_BYTES:
        return Problem(problems.TOO_LARGE)
    if not length and request.headers.get("Transfer-Encoding"):
        return Problem(problems.LENGTH_REQUIRED)
    if length and request.content_type != "application/json" and not request.path_info.startswith(RAW):
        return Problem(problems.MEDIA_TYPE_UNSUPPORTED)
    return None


def _translated(response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code < 400 or response.headers.get("Content-Type") == problems.MEDIA_TYPE:
        return response
    kept = {name: response[name] for name in KEPT_HEADERS if name in response}
    if "Allow" in kept:
        kept["Allow"] = _with_head(kept["Allow"])
    return problems.respond(Problem(problems.of_status(response.status_code), headers=kept))


def _with_head(allowed: str) -> str:
    methods = set(allowed.split(", "))
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))
