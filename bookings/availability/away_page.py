"""Entering, changing and deleting absences and closures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings.availability import deciding, hours_page, saving
from bookings.availability.away_form import AwayForm
from bookings.availability.deciding import AWAY
from bookings.availability.entering import at_place, may_correct, may_send_away, whom
from bookings.outside import Unseen
from bookings.places import Closure, Location
from bookings.resources import Absence, Resource
from operations import console
from operations.errors import HoldfastError


@require_POST
@at_place
def add(request: HttpRequest, location: Location, resource: str = "") -> HttpResponse:
    """An absence of somebody, or a closure of the place."""
    person = whom(location, resource)
    if not may_send_away(request, person):
        return console.barred(request, person or location, "away", _("Enter an absence"))
    form = AwayForm(request.POST, location=location)
    told: dict[str, Any] = {"away": form, "away_problem": _("Nothing is saved yet.")}
    if not form.is_valid():
        return hours_page.page(request, location, person, status=422, **told)
    title = _("%(name)s is away") if person else _("%(name)s is closed")
    given = form.cleaned_data
    try:
        hits = saving.send_away(location, person, given["span"], given["reason"], deciding.by(request, AWAY))
    except Unseen as unseen:
        named = title % {"name": (person or location).name}
        return deciding.page(request, location, unseen.hits, title=named)
    except HoldfastError as refusal:
        told["away_problem"] = str(refusal)
        return hours_page.page(request, location, person, status=409, **told)
    deciding.follow(request, hits)
    return console.see_other(hours_page.address(location, person))


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def change(request: HttpRequest, location: Location, pk: int, resource: str = "") -> HttpResponse:
    """GET: the hours with this absence or closure in the form. POST: it is saved as typed."""
    person = whom(location, resource)
    if not may_correct(request, person):
        return console.barred(request, person or location, "away", _("Change an absence"))
    entered = get_object_or_404(_entered(location, person), pk=pk)
    told: dict[str, Any] = {"editing": entered, "away_mark": request.POST.get("was") or saving.mark(entered)}
    told["mark"] = saving.mark(person or location)
    if request.method != "POST":
        return hours_page.page(request, location, person, away=AwayForm.of(entered, location), **told)
    form = AwayForm(request.POST, location=location)
    told |= {"away": form, "away_problem": _("Nothing is saved yet.")}
    if not form.is_valid():
        return hours_page.page(request, location, person, status=422, **told)
    given, was = form.cleaned_data, request.POST.get("was", "")
    try:
        by = deciding.by(request, AWAY)
        hits = saving.correct(location, entered, given["span"], given["reason"], was, by)
    except Unseen as unseen:
        return deciding.page(request, location, unseen.hits, title=_("Change what is entered"))
    except HoldfastError as refusal:
        told["away_problem"] = str(refusal)
        return hours_page.page(request, location, person, status=409, **told)
    deciding.follow(request, hits)
    return console.see_other(hours_page.address(location, person))


@require_POST
@at_place
def remove(request: HttpRequest, location: Location, pk: int, resource: str = "") -> HttpResponse:
    """The absence or closure never was; whoever may not delete it is refused."""
    person = whom(location, resource)
    if not request.user.has_perm(f"bookings.delete_{'absence' if person else 'closure'}"):
        return console.barred(request, person or location, "away", _("Delete an absence"))
    entered = _entered(location, person).filter(pk=pk).first()
    try:
        by, was = deciding.by(request), request.POST.get("was", "")
        is_done = entered is not None and saving.call_back(location, entered, was, by)
    except HoldfastError as refusal:
        told: dict[str, Any] = {"problem": str(refusal), "mark": saving.mark(person or location)}
        return hours_page.page(request, location, person, status=409, **told)
    messages.success(request, _("Deleted.") if is_done else _("Already deleted."))
    return console.see_other(hours_page.address(location, person))


def _entered(location: Location, person: Resource | None) -> Any:
    """The absences of the person, or the closures of the place."""
    return Absence.objects.filter(resource=person) if person else Closure.objects.filter(location=location)
