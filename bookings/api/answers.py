"""Sends a representation with the tag that names it, or only says that it is still the same."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from bookings.api import preconditions

REPLAYED = {"Idempotency-Replayed": "true"}


def answer(
    request: HttpRequest,
    content: BaseModel,
    *,
    version: int | None = None,
    status: int = 200,
    is_repeat: bool = False,
    location: str = "",
) -> HttpResponse:
    """The content as JSON under its ETag; 304 to whoever has it already."""
    body = content.model_dump_json().encode()
    headers = {"ETag": preconditions.tag(body, version), "Cache-Control": "private, no-cache"}
    if preconditions.is_known(request, headers["ETag"]):
        return HttpResponse(status=304, headers=headers)
    headers |= REPLAYED if is_repeat else {}
    headers |= {"Location": location} if location else {}
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)
