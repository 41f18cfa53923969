"""The hours of a place, or of one of its people, rooms or services: seen, tried out and saved on one page."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bookings import outside
from bookings.availability import deciding, saving, setup, two_weeks
from bookings.availability.away_form import AwayForm
from bookings.availability.entering import (
    at_place,
    framed,
    may_change,
    may_correct,
    may_send_away,
    what,
    whom,
)
from bookings.availability.saving import ChangedMeanwhile
from bookings.availability.week_form import WeekForm, stored
from bookings.offerings import Service
from bookings.outside import Unseen
from bookings.places import Closure, Location
from bookings.resources import Absence, Resource
from operations import console, intents, reach
from operations.errors import HoldfastError

MOST_COMING = 100


@never_cache
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The places within reach; with one there is nothing to choose."""
    if not console.may_view(request.user, Location):
        return framed(request, "desk/denied.html", {"title": _("Not permitted")}, 403)
    own = list(reach.within(request.user, Location.objects.all()))
    if len(own) == 1:
        return redirect("hours", own[0].slug)
    return framed(request, "availability/places.html", {"title": _("Hours"), "places": own})


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def edit(request: HttpRequest, location: Location, resource: str = "", service: str = "") -> HttpResponse:
    """GET: the hours and the next two weeks. POST: the same as typed (`preview`), or saved."""
    own = whom(location, resource) or what(location, service)
    if request.method != "POST":
        return page(request, location, own)
    if not may_change(request, own or location):
        return console.barred(request, own or location, "hours", _("Change the hours"))
    form = WeekForm(request.POST, record=own or location)
    if request.headers.get("HX-Request"):
        return render(request, "availability/parts/preview.html", _preview(form))
    if "preview" in request.POST:
        return page(request, location, own, form)
    if not form.is_valid():
        return page(request, location, own, form, status=422, problem=_("Nothing is saved yet."))
    return _save(request, location, own, form)


def address(location: Location, own: Resource | Service | None) -> str:
    """The page of these hours."""
    match own:
        case None:
            return reverse("hours", args=[location.slug])
        case Resource():
            return reverse("hours-of", args=[location.slug, own.slug])
        case Service():
            return reverse("hours-service", args=[location.slug, own.slug])


def page(
    request: HttpRequest,
    location: Location,
    own: Resource | Service | None,
    form: WeekForm | None = None,
    status: int = 200,
    **told: Any,
) -> HttpResponse:
    """The hours as stored, or as typed into `form`."""
    record = own or location
    resource = own if isinstance(own, Resource) else None
    form = form or WeekForm(record=record)
    now_is = ContentType.objects.get_for_model(record)
    context = {
        "title": _("Hours of %(name)s") % {"name": record.name},
        "location": location,
        "resource": resource,
        "service": own if isinstance(own, Service) else None,
        "own": own,
        "here": address(location, own),
        "form": form,
        "may_change": may_change(request, record),
        "may_send_away": may_send_away(request, resource),
        "may_correct": may_correct(request, resource),
        "may_call_back": request.user.has_perm(f"bookings.delete_{'absence' if resource else 'closure'}"),
        "mark": request.POST.get("was") or saving.mark(record),
        "request_id": intents.issue(),
        "away": AwayForm(location=location),
        "coming": _coming(location, resource)[:MOST_COMING],
        "left": outside.still_left(location),
        "steps": [] if own else setup.steps(location),
        "holidays": [] if own else setup.holidays(location),
        "services": _with_own_hours(location, own),
        "people": location.resources.order_by("position", "id"),
        "last_change": LogEntry.objects.filter(content_type=now_is, object_id=str(record.pk))
        .select_related("user")
        .first(),
        **_preview(form),
        **told,
    }
    return framed(request, "availability/hours.html", context, status)


def _save(
    request: HttpRequest, location: Location, own: Resource | Service | None, form: WeekForm
) -> HttpResponse:
    record, given = own or location, form.cleaned_data
    title = _("Hours of %(name)s") % {"name": record.name}
    try:
        was = request.POST.get("was", "")
        hits = saving.save_hours(record, given["hours"], given.get("breaks", []), was, deciding.by(request))
    except Unseen as unseen:
        return deciding.page(request, location, unseen.hits, title=title)
    except ChangedMeanwhile as refusal:
        told = {"problem": str(refusal), "mark": saving.mark(record), "now_stored": stored(record)}
        return page(request, location, own, form, 409, **told)
    except HoldfastError as refusal:
        return page(request, location, own, form, 409, problem=str(refusal))
    deciding.follow(request, hits)
    return console.see_other(address(location, own))


def _preview(form: WeekForm) -> dict[str, Any]:
    """The next two weeks as the form has them, or why it cannot be said."""
    if form.is_bound and not form.is_valid():
        return {"form": form, "outlook": None}
    if form.is_bound:
        given = form.cleaned_data
        return {
            "form": form,
            "outlook": two_weeks.of(form.record, given["hours"], given.get("breaks", [])),
            "written": given["hours"],
        }
    breaks = form.record.breaks if isinstance(form.record, Resource) else []
    return {"form": form, "outlook": two_weeks.of(form.record, form.stored, breaks), "written": form.stored}


def _with_own_hours(location: Location, own: Resource | Service | None) -> QuerySet[Service]:
    """The services that are not offered whenever the place is open, and the one whose page this is."""
    has_own = Q(is_active=True) & ~Q(hours="")
    return location.services.filter(has_own | Q(pk=own.pk) if isinstance(own, Service) else has_own)


def _coming(location: Location, resource: Resource | None) -> QuerySet[Any]:
    """The absences or closures that are not over."""
    records = (
        Absence.objects.filter(resource=resource) if resource else Closure.objects.filter(location=location)
    )
    return records.filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")
