"""The page of staff's booking form: what stands above the form, and what is known of who calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bookings import attending
from bookings.booking import Booking
from bookings.calendar import free_times, held, holding, suggestions
from bookings.calendar.alternatives import Alternative
from bookings.calendar.entering import framed, may
from bookings.calendar.new_booking_form import NewBookingForm
from bookings.calendar.series_dates import Dates
from bookings.customer import Customer
from operations import intents


@dataclass(frozen=True)
class Shown:
    """What the page says above the form."""

    status: int = 200
    problem: str = ""
    may_override: bool = False
    """Whether the rule that refused can be set aside by this person."""
    alternatives: list[Alternative] = field(default_factory=list)
    earlier: Booking | None = None
    blocked: Customer | None = None
    """Who it is for, where staff have blocked them."""
    dates: Dates | None = None
    held: Booking | None = None
    """The time that this form holds."""


def known(request: HttpRequest) -> list[suggestions.Known]:
    """Who has been here before, by what is typed so far."""
    names = ("phone", "email", "name")
    phone, email, name = (request.POST.get(each, "").replace("\x00", "")[:254] for each in names)
    return suggestions.known(request.user, phone=phone, email=email, name=name)


def page(
    request: HttpRequest, form: NewBookingForm, shown: Shown | None = None, request_id: str = ""
) -> HttpResponse:
    """The form with what is to be said above it; the number of a form that is shown again stays its own."""
    shown = shown or Shown()
    own = shown.held or holding.find(form.location, request.POST.get("held", ""))
    context: dict[str, Any] = {
        "title": _("New booking"),
        "location": form.location,
        "form": form,
        "shown": shown,
        "times": free_times.of(form),
        "request_id": request_id or request.POST.get("request_id") or intents.issue(),
        "known": known(request) if "find" in request.POST else [],
        "has_looked": "find" in request.POST,
        "may_override": may(request, attending.OVERRIDE),
        "own": own,
        "held": held.of(form.location, [own]).get(own.pk) if own else None,
        "hold_minutes": settings.HOLDFAST.call_hold_seconds // 60,
    }
    return framed(request, "calendar/new.html", context, shown.status)
