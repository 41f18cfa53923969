"""Puts the desk's pages together: the frame around them, a record's page, and the refusal to show one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from operations.desk import around, matters, press, timeline
from operations.desk.agreed import Agreed
from operations.desk.subjects import Subject
from operations.recovery import Condition, Remedy


def framed(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the desk within the admin's frame."""
    frame = {**admin.site.each_context(request), "is_nav_sidebar_enabled": False, "on_desk": True}
    return TemplateResponse(request, template, {**frame, **context}, status=status)


def see_other(path: str) -> HttpResponse:
    """303: the press is answered, look there (RFC 9110 section 15.4.4)."""
    return HttpResponse(status=303, headers={"Location": path})


def denied(
    request: HttpRequest,
    condition: Condition | None = None,
    remedy: Remedy | None = None,
    *,
    pressed: str = "",
    is_elsewhere: bool = False,
) -> HttpResponse:
    """403 with what is missing: the permission to look, or the one to press `remedy` or what is `pressed`."""
    pressed = str(remedy.title) if remedy else pressed
    context = {
        "title": _("Not permitted"),
        "condition": condition,
        "pressed": pressed,
        "is_elsewhere": is_elsewhere,
    }
    return framed(request, "desk/denied.html", context, status=403)


def of_record(
    request: HttpRequest,
    condition: Condition,
    record: Any,
    *,
    status: int = 200,
    pressed: str = "",
    typed: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
    **told: Any,
) -> HttpResponse:
    """A record's page, as it is now; "resolved" when the condition lists it no more."""
    listed = matters.matters_of(record)
    here = next((matter for matter in listed if matter.condition is condition), None)
    shown = here or Subject(record)
    context = {
        "title": shown.title,
        "condition": condition,
        "matter": here,
        "subject": shown,
        "others": [
            *(matter for matter in listed if matter is not here),
            *around.of(request.user, [record]).get(record.pk, []),
        ],
        "ways": here.ways(request.user, pressed, typed) if here else [],
        "timeline": timeline.of(record),
        "agreed": Agreed(condition, shown, request.user, here is not None, said or {}),
        "reason_length": press.REASON_LENGTH,
        **told,
    }
    return framed(request, "desk/record.html", context, status=status)
