"""Entering and deleting absences and closures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bookings.availability import deciding, hours_page, saving
from bookings.availability.away_form import AwayForm
from bookings.availability.deciding import AWAY
from bookings.availability.entering import at_place, may_send_away, whom
from bookings.outside import Unseen
from bookings.places import Absence, Closure, Location
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


@require_POST
@at_place
def remove(request: HttpRequest, location: Location, pk: int, resource: str = "") -> HttpResponse:
    """The absence or closure never was; whoever may not delete it is refused."""
    person = whom(location, resource)
    own: Any = (
        Absence.objects.filter(resource=person) if person else Closure.objects.filter(location=location)
    )
    if not request.user.has_perm(f"bookings.delete_{'absence' if person else 'closure'}"):
        return console.barred(request, person or location, "away", _("Delete an absence"))
    try:
        saving.call_back(location, get_object_or_404(own, pk=pk), deciding.by(request))
    except HoldfastError as refusal:
        return hours_page.page(request, location, person, status=409, problem=str(refusal))
    messages.success(request, _("Deleted."))
    return console.see_other(hours_page.address(location, person))
