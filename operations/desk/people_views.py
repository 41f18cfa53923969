"""The addresses of incidents, of the hand-over and of the shift's log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from operations import intents
from operations.desk import handing_over, incident_pages, pages, permits, refusing, shift
from operations.errors import Busy, Refusal
from operations.incidents import Incident
from operations.people.handovers import HandOver

LONGEST_LOG = timedelta(days=7)
DONE_ALREADY = gettext_noop("Already done. Nothing was done twice.")


@never_cache
@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """What fails alike, with the people and appointments it hits."""
    is_open = request.GET.get("show") != "closed"
    told = incident_pages.listed(request.user, is_open=is_open)
    context = {"title": _("Incidents"), "told": told, "is_open": is_open}
    return pages.framed(request, "desk/incidents.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident, and what people do about it."""
    found = get_object_or_404(Incident, pk=pk)
    if not permits.may_view_everywhere(request.user, found.model):
        refusing.note_at_the_list(request, found)
        raise PermissionDenied
    if request.method != "POST":
        return pages.framed(request, "desk/incident.html", incident_pages.page(request.user, found))
    if not permits.may_act(request.user, found.model):
        refusing.note_at_the_list(request, found)
        raise PermissionDenied

    def act() -> str:
        number = intents.read(request.POST.get("request_id", ""), incident_pages.SCOPE)
        is_repeat = incident_pages.act(number, request.user, found, _fields(request))
        return _(DONE_ALREADY) if is_repeat else _("Done.")

    def again() -> dict[str, Any]:
        return incident_pages.page(request.user, get_object_or_404(Incident, pk=pk), _fields(request))

    return _answered(request, act, "desk/incident.html", again, reverse("admin:desk_incident", args=[pk]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest) -> HttpResponse:
    """What one shift leaves to the next; POST hands over."""
    context = {"title": _("Hand-over"), "said": {}}
    if request.method != "POST":
        return pages.framed(request, "desk/handover.html", {**context, **handing_over.page(request.user)})
    if not permits.may_work(request.user):
        raise PermissionDenied

    def act() -> str:
        number = intents.read(request.POST.get("request_id", ""), handing_over.LEAVE)
        is_repeat = handing_over.leave(number, request.user, _fields(request))
        return (
            _(DONE_ALREADY)
            if is_repeat
            else _("Handed over. Your matters stay yours until somebody takes over.")
        )

    def again() -> dict[str, Any]:
        return {**context, **handing_over.page(request.user), "said": _fields(request)}

    return _answered(request, act, "desk/handover.html", again, reverse("admin:desk_handover"))


@never_cache
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over what somebody has handed over."""
    wanted = get_object_or_404(HandOver, pk=pk)

    def act() -> str:
        if not permits.may_work(request.user):
            raise PermissionDenied
        number = intents.read(request.POST.get("request_id", ""), handing_over.TAKE)
        left, is_repeat = handing_over.take(number, request.user, pk)
        moved = ngettext("%(n)d matter is yours now.", "%(n)d matters are yours now.", left.moved_count) % {
            "n": left.moved_count
        }
        return f"{_(DONE_ALREADY)} {moved}" if is_repeat else moved

    def again() -> dict[str, Any]:
        return {"title": _("Hand-over"), "said": {}, **handing_over.page(request.user)}

    try:
        return _answered(request, act, "desk/handover.html", again, reverse("admin:desk_handover"))
    except PermissionDenied:
        refusing.note_at_the_list(request, wanted)
        raise


@never_cache
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Who did what in this shift, or in the last hours."""
    assert request.user.pk is not None
    hours, by = request.GET.get("hours", ""), request.user.pk if request.GET.get("by") == "me" else None
    since = handing_over.shift_begins(request.user.pk)
    if hours.isascii() and hours.isdecimal() and len(hours) < 4:
        since = timezone.now() - min(timedelta(hours=int(hours)), LONGEST_LOG)
    lines = shift.log(request.user, since, by=by)
    context = {
        "title": _("The shift's log"),
        "lines": lines,
        "since": since,
        "by_me": by is not None,
        "is_capped": len(lines) >= shift.LINE_CAP,
    }
    return pages.framed(request, "desk/shift.html", context)


def _answered(
    request: HttpRequest,
    act: Callable[[], str],
    template: str,
    again: Callable[[], dict[str, Any]],
    path: str,
) -> HttpResponse:
    """Do it and look there; or the page again, with what was wrong and everything that was typed."""
    try:
        messages.success(request, act())
        return pages.see_other(path)
    except intents.RequestRefused as error:
        problem, status = str(error), 400
    except intents.KeyReused:
        problem, status = _("This button was already pressed with other words. Look what came of it."), 409
    except (Refusal, Busy) as error:
        problem, status = str(error), 409
    return pages.framed(request, template, {**again(), "problem": problem}, status=status)


def _fields(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in request.POST if name != "csrfmiddlewaretoken"}
