"""Shows the local inbox as its reader would see it; only on this machine, and never where mail really leaves.

A message is somebody else's HTML: it is served under a policy of its own, without scripts and without our
origin, and shown in a frame that has neither.
"""

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from config import mailbox
from config.mailbox import Letter

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FOREIGN = "sandbox; default-src 'none'"
LETTER = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' data:; "
    "style-src 'unsafe-inline'; font-src data:; frame-ancestors 'self'"
)
View = Callable[..., HttpResponseBase]


def only_here(view: View) -> View:
    """Answer 404 unless mail stays on this machine and both the installation and the visitor are on it."""

    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        hosts = {urlsplit(settings.HOLDFAST_URL).hostname, urlsplit(f"//{request.get_host()}").hostname}
        if not settings.LOCAL_INBOX or not hosts <= LOOPBACK:
            raise Http404
        return view(request, **arguments)

    return require_safe(guarded)


@only_here
def letters(request: HttpRequest) -> HttpResponse:
    """The list, latest first."""
    recipient = request.GET.get("to", "")
    page = mailbox.newest(_folder(), recipient, request.GET.get("before", ""))
    older = page[-1].name if len(page) == mailbox.PAGE_LENGTH else ""
    return render(request, "inbox/letters.html", {"letters": page, "recipient": recipient, "older": older})


@only_here
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One message: its headers, HTML, text and attachments."""
    return render(request, "inbox/letter.html", {"letter": _letter(name)})


@only_here
@xframe_options_sameorigin
def html(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    """The message's HTML, its links opening beside it and its inline pictures found."""
    found = _letter(name)
    pictures = {part.content_id: part.number for part in found.attachments if part.content_id}

    def address(match: re.Match[str]) -> str:
        number = pictures.get(match[1])
        return match[0] if number is None else reverse("inbox:part", args=[name, number])

    body = re.sub(r"cid:([^\"'\s)>]+)", address, found.html)
    return HttpResponse(f'<base target="_blank">{body}', headers={"Content-Security-Policy": LETTER})


@only_here
def part(request: HttpRequest, name: str, number: int) -> HttpResponse:  # noqa: ARG001
    """An attachment; a picture is shown, everything else is downloaded."""
    for attachment in _letter(name).attachments:
        if attachment.number == number:
            is_picture = attachment.content_type in {"image/png", "image/jpeg", "image/gif", "image/webp"}
            response = HttpResponse(attachment.content, content_type=attachment.content_type)
            response["Content-Security-Policy"] = FOREIGN
            disposition = content_disposition_header(not is_picture, attachment.name)
            response["Content-Disposition"] = disposition or "attachment"
            return response
    raise Http404


@only_here
def source(request: HttpRequest, name: str) -> FileResponse:  # noqa: ARG001
    """The message as it arrived."""
    _letter(name)
    file = mailbox.source(_folder(), name).open("rb")
    headers = {"Content-Security-Policy": FOREIGN, "Content-Disposition": "inline"}
    return FileResponse(file, content_type="text/plain; charset=utf-8", headers=headers)


def _folder() -> Path:
    return Path(settings.HOLDFAST_HOME) / "inbox"


def _letter(name: str) -> Letter:
    found = mailbox.read(_folder(), name)
    if found is None:
        raise Http404
    return found


app_name = "inbox"
urlpatterns = [
    path("", letters, name="letters"),
    path("<slug:name>/", letter, name="letter"),
    path("<slug:name>/html", html, name="html"),
    path("<slug:name>/source", source, name="source"),
    path("<slug:name>/<int:number>", part, name="part"),
]
