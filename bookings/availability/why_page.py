"""The page that answers "why is 10:00 not offered?"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bookings import times, why_not
from bookings.availability.entering import at_place, framed
from bookings.booking import Booking
from bookings.calendar.forms import TimeAtPlaceForm, initial_of, read_start
from bookings.offerings import Service
from bookings.places import Location
from bookings.views.places import read_date
from operations import console


class WhyForm(TimeAtPlaceForm):
    """A service, a time and perhaps a person; what is switched off can be asked about too."""

    service = forms.ChoiceField(label=_("Service"))
    field_order = ("service", "resource", "date", "time", "fold")

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, location=location, **kwargs)
        del self.fields["reason"]
        self.services = {each.slug: each for each in location.services.all()}
        self.resources = {each.slug: each for each in location.resources.all()}
        services = [(slug, each.name) for slug, each in self.services.items()]
        people = [(slug, each.name) for slug, each in self.resources.items()]
        self.fields["service"].choices = services  # type: ignore[attr-defined]
        self.fields["resource"].choices = [("", _("Anyone")), *people]  # type: ignore[attr-defined]

    def clean_service(self) -> Service:
        """The service behind the slug, with its place."""
        found = self.services[self.cleaned_data["service"]]
        found.location = self.location
        return found


@require_safe
@at_place
def why(request: HttpRequest, location: Location) -> HttpResponse:
    """The question, and its answer once a service and a time are chosen."""
    form = _asked(request, location)
    context: dict[str, Any] = {"title": _("Why is a time not offered?"), "location": location, "form": form}
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        service, start, resource = given["service"], given["start"], given["resource"]
        context |= {
            "service": service,
            "start": start,
            "resource": resource,
            "reasons": why_not.reasons(service, start, resource=resource),
            "alternatives": times.nearest(service, start, resource=resource),
            "may_see_bookings": console.may_view(request.user, Booking),
        }
    return framed(request, "availability/why.html", context, 422 if form.errors else 200)


def _asked(request: HttpRequest, location: Location) -> WhyForm:
    """The form as asked, filled from a link of the calendar, or empty."""
    if "time" in request.GET:
        return WhyForm(request.GET, location=location)
    start = read_start(request.GET.get("start", "")) or timezone.now()
    named = {name: request.GET.get(name, "") for name in ("service", "resource")}
    day, _problem = read_date(request)
    asked = initial_of(start, location) | named | ({"date": day} if day else {})
    return WhyForm(location=location, initial=asked)
