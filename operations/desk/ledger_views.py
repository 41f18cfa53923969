"""The addresses of what the machinery keeps account of: scheduled jobs and proofs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from operations import intents, proving
from operations.desk import pages, permits, proofs, schedules
from operations.errors import Busy, Refusal
from operations.jobs import ScheduledJob
from operations.proving import Proof


def urls(view: Callable[..., Any]) -> list[URLPattern]:
    """The addresses, each behind the admin's `view`."""
    return [
        path("desk/schedules/", view(jobs), name="desk_schedules"),
        path("desk/proof/", view(newest_proof), name="desk_proofs"),
        path("desk/proof/<int:pk>/", view(proof), name="desk_proof"),
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def jobs(request: HttpRequest) -> HttpResponse:
    """Every scheduled job; POST runs one out of turn."""
    if request.method == "POST":
        return _run_now(request)
    if not permits.may_view(request.user, ScheduledJob):
        raise PermissionDenied
    return _schedules(request)


@never_cache
@require_safe
def newest_proof(request: HttpRequest) -> HttpResponse:
    """The newest proof and those before it."""
    return _proof(request, Proof.objects.order_by("-pk").first())


@never_cache
@require_safe
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """One proof: what it found, and a way to each record."""
    return _proof(request, get_object_or_404(Proof, pk=pk))


def _proof(request: HttpRequest, shown: Proof | None) -> HttpResponse:
    if not permits.may_view(request.user, Proof):
        raise PermissionDenied
    context = {
        "title": _("Proof"),
        "proof": shown,
        "is_open": shown is not None and shown == proofs.open_proof(),
        "findings": proofs.findings(request.user, shown) if shown else [],
        "kept": proofs.kept(shown) if shown else [],
        "history": proofs.history(),
        "request_id": intents.issue(),
        "job": ScheduledJob.objects.filter(name=proving.JOB).first(),
        "may_run": schedules.may_run(request.user),
    }
    return pages.framed(request, "desk/proof.html", context)


def _run_now(request: HttpRequest) -> HttpResponse:
    job = get_object_or_404(ScheduledJob, name=request.POST.get("job", "").replace("\x00", ""))
    try:
        number = intents.read(request.POST.get("request_id", ""), schedules.SCOPE)
        if not schedules.may_run(request.user) or not permits.may_view(request.user, ScheduledJob):
            schedules.refuse(number, job, request.user)
            raise PermissionDenied
        is_repeat = schedules.run_now(number, job, request.user)
    except intents.RequestRefused as error:
        return _schedules(request, problem=str(error), status=400)
    except (Refusal, Busy) as error:
        return _schedules(request, problem=str(error), status=409)
    if is_repeat:
        messages.info(request, _("Already done. Nothing was done twice."))
    else:
        messages.success(request, _("“%(job)s” runs as soon as a worker is free.") % {"job": job.title})
    return pages.see_other(reverse("admin:desk_schedules"))


def _schedules(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "title": _("Schedules"),
        "lines": schedules.lines(),
        "may_run": schedules.may_run(request.user),
        "problem": problem,
    }
    return pages.framed(request, "desk/schedules.html", context, status=status)
