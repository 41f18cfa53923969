"""The addresses of the desk: each view parses, makes one call and hands the answer to a page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from operations import reach, recovery, ways_out
from operations.desk import (
    campaign_views,
    charts,
    counts,
    course,
    filters,
    handing_over,
    lists,
    machinery,
    overview,
    pages,
    permits,
    refusing,
    shift,
)
from operations.desk import narrowing as narrowings
from operations.desk.acting import Acting
from operations.desk.pressing import Pressing
from operations.people import saved_views
from operations.recovery import Condition


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What needs a person, what mends itself, and whether the machinery runs."""
    seen, is_limited = overview.visible(request.user), reach.is_limited(request.user)
    context = {
        "title": _("Desk"),
        "overview": overview.look(seen),
        "sees_nothing": not seen,
        "machinery": machinery.inspect(),
        "is_limited": is_limited,
        **({} if is_limited else _house()),
        "promised": shift.promised(request.user, due_only=True),
        "watched": handing_over.watched(request.user),
        "waiting": handing_over.waiting(request.user),
    }
    return pages.framed(request, "desk/overview.html", context)


def _house() -> dict[str, Any]:
    """What is counted over all locations: it is shown to nobody who is limited to some."""
    past = course.look()
    return {
        "course": past,
        "hours": charts.draw(past.hours),
        "days": charts.draw(past.days),
        "channels": ways_out.every(),
    }


@never_cache
@require_safe
def condition(request: HttpRequest, code: str) -> HttpResponse:
    """The records of one condition, soonest harm first."""
    found = _condition(code)
    if not permits.may_view(request.user, found.model):
        return pages.denied(request, found)
    assert request.user.pk is not None
    narrowing = narrowings.read(found, request.user.pk, request.GET)
    context = {
        "title": found.title,
        "condition": found,
        "page": lists.page(found, request.GET.get("after", ""), narrowing.of),
        "count": counts.count(narrowing.of(found.records())),
        "is_first": "after" not in request.GET,
        "narrowing": narrowing,
        "filters": filters.of(narrowing, request.user),
        "views": saved_views.of(request.user.pk, found.code),
        "treatable": campaign_views.offered(request.user, found),
    }
    return pages.framed(request, "desk/condition.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One record: why it is here, what its customer sees, what happens by itself, and the ways out."""
    found = _condition(code)
    row = _row(found, pk)
    if not reach.holds(request.user, row):
        return refusing.elsewhere(request, found, row)
    if request.method == "POST":
        return Pressing(request, found, row).answer()
    if not permits.may_view(request.user, found.model):
        return refusing.unseen(request, found, row)
    return pages.of_record(request, found, row)


@never_cache
@require_POST
def people(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What people agree about a record: who is on it, notes, pauses, promises."""
    found = _condition(code)
    row = _row(found, pk)
    if not reach.holds(request.user, row):
        return refusing.elsewhere(request, found, row)
    return Acting(request, found, row).answer()


def _row(condition: Condition, pk: int) -> Any:
    row = condition.model._base_manager.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _condition(code: str) -> Condition:
    try:
        return recovery.conditions()[code]
    except KeyError:
        raise Http404 from None
