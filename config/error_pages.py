"""Errors that no view answers, in the manner of the house: what happened, what was kept, what to do now."""

from __future__ import annotations

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OUR_SITES = frozenset({"same-origin", "none"})

WORDS = {
    HTTPStatus.BAD_REQUEST: (
        _("We did not understand that"),
        _("The request was not one that this page can answer. Nothing has changed."),
    ),
    HTTPStatus.FORBIDDEN: (
        _("This is not allowed"),
        _("You do not have permission for this. Nothing has changed."),
    ),
    HTTPStatus.NOT_FOUND: (
        _("There is nothing at this address"),
        _("The page may have moved, or the address is not complete."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        _("This page does not work that way"),
        _("It cannot take what was sent to it. Nothing has changed."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        _("That was too much text"),
        _("Nothing was booked or changed. Press Back: your browser still has what you typed."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        _("A little slower, please"),
        _("Too many forms came from your connection. Please send this one again in a minute."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        _("Something went wrong on our side"),
        _("It is not your fault. You can try again: a form carries a number, so nothing happens twice."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        _("We cannot reach our records right now"),
        _("Nothing is lost, and this usually passes within a minute."),
    ),
}
UNCLEAR = _(
    "We cannot tell whether what you sent has arrived. Send it again in a few seconds: "
    "it carries the same number, so nothing can happen twice."
)
NO_COOKIE = _(
    "Your browser did not send the cookie that protects this form. Please allow cookies for this site."
)
OLD_FORM = _(
    "The form was opened in another session, so nothing was booked or changed. What you typed is kept."
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when more was sent than any form of ours holds."""
    if isinstance(exception, RequestDataTooBig):
        return answer(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return answer(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the sentence of whoever refused."""
    return answer(request, HTTPStatus.FORBIDDEN, text=_said(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, with the sentence of whoever did not find it."""
    return answer(request, HTTPStatus.NOT_FOUND, text=_said(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without our cookie's token; what came from our own pages can be sent again."""
    is_ours = request.headers.get("Sec-Fetch-Site", "same-origin") in OUR_SITES
    if not is_ours:
        return answer(request, HTTPStatus.FORBIDDEN)
    text = NO_COOKIE if reason == REASON_NO_CSRF_COOKIE else OLD_FORM
    title = _("Please send this once more")
    return answer(request, HTTPStatus.FORBIDDEN, title=title, text=text, keep=True)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when it was the database that could not be reached."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away(request)
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, keep=True)


def database_away(request: HttpRequest) -> HttpResponse:
    """503: the outcome may be unknown, so the same form can be sent again with its own number."""
    text = UNCLEAR if request.method == "POST" else ""
    response = answer(request, HTTPStatus.SERVICE_UNAVAILABLE, text=text, keep=True)
    response["Retry-After"] = "5"
    return response


def too_many(
    request: HttpRequest, seconds: int, *, text: str | Promise = "", keep: bool = True
) -> HttpResponse:
    """429, with what was typed and the seconds to wait."""
    response = answer(request, HTTPStatus.TOO_MANY_REQUESTS, text=text, keep=keep)
    response["Retry-After"] = str(seconds)
    return response


def answer(
    request: HttpRequest,
    status: HTTPStatus,
    *,
    title: str | Promise = "",
    text: str | Promise = "",
    keep: bool = False,
) -> HttpResponse:
    """The page of a status; reads neither database nor session. (The API's boundary rewords it.)"""
    usual_title, usual_text = WORDS[status]
    context = {
        "title": title or usual_title,
        "text": text or usual_text,
        "status": status.value,
        "keep": keep and request.method == "POST",
    }
    response = render(request, "pages/error.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _said(exception: Exception) -> str:
    said = exception.args[0] if exception.args else ""
    return said if isinstance(said, str) else ""


class NotAllowedPages:
    """Middleware: gives Django's bare 405 answers a body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            page = answer(request, HTTPStatus.METHOD_NOT_ALLOWED)
            page["Allow"] = response["Allow"]
            return page
        return response
