"""The addresses of rehearsals: choosing a fault, and looking back at what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from operations import intents, rehearsals
from operations.desk import pages, permits, rehearsal_pages
from operations.desk.debrief import Debrief
from operations.errors import Busy, Refusal
from operations.recovery import conditions
from operations.rehearsing import Rehearsal

ACTS = (rehearsal_pages.NOTICE, rehearsal_pages.END, rehearsal_pages.CLEAR)


def urls(view: Callable[..., Any]) -> list[URLPattern]:
    """The addresses, each behind the admin's `view`."""
    return [
        path("desk/rehearsals/", view(choose), name="desk_rehearsals"),
        path("desk/rehearsals/<int:pk>/", view(debrief), name="desk_rehearsal"),
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """What can be broken here; POST breaks it."""
    if not permits.may_view(request.user, Rehearsal):
        raise PermissionDenied
    if request.method != "POST":
        return _listed(request)
    drill = rehearsals.drills().get(request.POST.get("drill", ""))
    if drill is None:
        raise Http404
    if not permits.may_rehearse(request.user):
        rehearsal_pages.refuse(uuid4(), drill.code, request.user)
        raise PermissionDenied
    try:
        asked = intents.read(request.POST.get("request_id", ""), rehearsal_pages.SCOPE)
        rehearsal = rehearsal_pages.start(asked, drill, request.user)
    except intents.RequestRefused as error:
        return _listed(request, problem=str(error), status=400)
    except (Refusal, Busy) as error:
        rehearsal_pages.refuse(uuid4(), drill.code, request.user, str(error))
        return _listed(request, problem=f"{drill.title}: {error}", status=409)
    return pages.see_other(_page(rehearsal))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def debrief(request: HttpRequest, pk: int) -> HttpResponse:
    """What one rehearsal broke and what came of it; POST notices, ends or clears it."""
    rehearsal = get_object_or_404(Rehearsal, pk=pk)
    if not permits.may_view(request.user, Rehearsal):
        raise PermissionDenied
    if request.method != "POST":
        return _debriefed(request, rehearsal)
    wanted = request.POST.get("act", "")
    if wanted not in ACTS:
        return _debriefed(request, rehearsal, _("This page does not know that button."), 400)
    if not permits.may_rehearse(request.user):
        rehearsal_pages.refuse(uuid4(), wanted, request.user)
        raise PermissionDenied
    try:
        asked = intents.read(request.POST.get("request_id", ""), rehearsal_pages.SCOPE)
        done = rehearsal_pages.act(asked, wanted, rehearsal, request.user)
    except intents.RequestRefused as error:
        return _debriefed(request, rehearsal, str(error), 400)
    except (Refusal, Busy) as error:
        return _debriefed(request, rehearsal, str(error), 409)
    messages.success(request, _("Done.") if done else _("Already done. Nothing was done twice."))
    return pages.see_other(_page(rehearsal))


def _page(rehearsal: Rehearsal) -> str:
    return reverse("admin:desk_rehearsal", args=[rehearsal.pk])


def _listed(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"title": _("Rehearsals"), "problem": problem, **rehearsal_pages.listed(request.user)}
    return pages.framed(request, "desk/rehearsals.html", context, status=status)


def _debriefed(
    request: HttpRequest, rehearsal: Rehearsal, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "title": str(rehearsal),
        "rehearsal": rehearsal,
        "debrief": Debrief(rehearsal, request.user),
        "where": _where(rehearsal),
        "may_rehearse": permits.may_rehearse(request.user),
        "problem": problem,
    }
    return pages.framed(request, "desk/rehearsal.html", context, status=status)


def _where(rehearsal: Rehearsal) -> list[Any]:
    """The conditions to look at that are declared here."""
    codes = rehearsal.declared.where if rehearsal.declared else ()
    return [conditions()[code] for code in codes if code in conditions()]
