"""The addresses of alerts and of the runbooks that they name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from operations import intents, recovery
from operations.alerts import Alert
from operations.desk import alert_pages, numbers, pages, permits
from operations.errors import Busy, Refusal


def urls(view: Callable[..., Any]) -> list[URLPattern]:
    """The addresses, each behind the admin's `view`."""
    return [
        path("desk/alerts/", view(alerts), name="desk_alerts"),
        path("desk/runbooks/<str:code>/", view(runbook), name="desk_runbook"),
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alerts(request: HttpRequest) -> HttpResponse:
    """What operators were told; POST says that somebody has seen one."""
    if not permits.may_view(request.user, Alert):
        raise PermissionDenied
    return _acknowledge(request) if request.method == "POST" else _alerts(request)


@never_cache
@require_safe
def runbook(request: HttpRequest, code: str) -> HttpResponse:
    """What to do about a condition, as it is written in docs/runbooks."""
    found = alert_pages.runbook(code)
    if found is None:
        raise Http404
    context = {"title": found.title, "parts": found.parts, "condition": _page_of(request, code)}
    return pages.framed(request, "desk/runbook.html", context)


def _page_of(request: HttpRequest, code: str) -> str:
    condition = recovery.conditions().get(code)
    if condition is None or not permits.may_view(request.user, condition.model):
        return ""
    return reverse("admin:desk_condition", args=[code])


def _acknowledge(request: HttpRequest) -> HttpResponse:
    alert = get_object_or_404(Alert, pk=numbers.read(request.POST.get("alert", "")))
    try:
        asked = intents.read(request.POST.get("request_id", ""), alert_pages.SCOPE)
        if not permits.may_work(request.user):
            alert_pages.refuse(asked.key, alert, request.user)
            raise PermissionDenied
        done = alert_pages.acknowledge(asked, alert, request.user)
    except intents.RequestRefused as error:
        return _alerts(request, problem=str(error), status=400)
    except (Refusal, Busy) as error:
        return _alerts(request, problem=str(error), status=409)
    said = _("You look into it.") if done else _("Somebody has said so already.")
    messages.success(request, f"{alert.title}: {said}")
    return pages.see_other(reverse("admin:desk_alerts"))


def _alerts(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    is_active = request.GET.get("show") != "over"
    context = {
        "title": _("Alerts"),
        "lines": alert_pages.lines(active=is_active),
        "is_active": is_active,
        "routes": alert_pages.routes_set_up(),
        "may_work": permits.may_work(request.user),
        "problem": problem,
    }
    return pages.framed(request, "desk/alerts.html", context, status=status)
