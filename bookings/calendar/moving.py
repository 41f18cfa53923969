"""Moving a booking: the old and the new time side by side before anything is done, by form or by drag."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import allocation, attending, times
from bookings.allocation import TimeTaken
from bookings.booking import Booking
from bookings.calendar import standing
from bookings.calendar.booking_page import done, fresh, read_hand, status_of
from bookings.calendar.entering import at_booking, barred, day_page, framed, may
from bookings.calendar.forms import MoveForm, initial_of, read_start
from bookings.eligibility import NotOffered, Rules
from bookings.resources import Resource
from operations import console, intents
from operations.errors import HoldfastError, StaleRecord


@require_http_methods(["GET", "HEAD", "POST"])
@at_booking
def move(request: HttpRequest, booking: Booking) -> HttpResponse:
    """GET: choose, then old and new. POST: the move, once."""
    if not may(request, attending.MOVE):
        return barred(request, booking, attending.MOVING)
    if request.method != "POST":
        return _page(request, booking, _wanted(request, booking), **_nearest(request, booking))
    form = MoveForm(request.POST, location=booking.location)
    if not form.is_valid():
        return _page(request, booking, form, 422)
    if form.cleaned_data["reason"] and not may(request, attending.OVERRIDE):
        return console.barred(request, booking, "override", _("Set the rules aside"))
    return _move(request, booking, form)


def _move(request: HttpRequest, booking: Booking, form: MoveForm) -> HttpResponse:
    given = form.cleaned_data
    wanted = {name: given[name] for name in ("start", "resource", "tells")}
    wanted |= {"overrides": bool(given["reason"])}
    try:
        hand = replace(read_hand(request, attending.MOVING), reason=form.why)
        changed = attending.do(attending.MOVING, booking.pk, hand, **wanted)
    except HoldfastError as refusal:
        return _refused(request, fresh(booking), form, refusal)
    return done(request, attending.MOVING, changed)


def _refused(request: HttpRequest, booking: Booking, form: MoveForm, refusal: HoldfastError) -> HttpResponse:
    told: dict[str, Any] = {"problem": str(refusal)}
    if isinstance(refusal, TimeTaken | NotOffered):
        wanted = form.cleaned_data
        told["alternatives"] = times.nearest(
            booking.service,
            wanted["start"],
            resource=wanted["resource"],
            people=booking.people,
            at_the_desk=True,
        )
    if isinstance(refusal, TimeTaken):
        told["problem"] = _("Somebody has this time already. Nothing was moved.")
    if isinstance(refusal, intents.KeyReused):
        told["problem"] = _("This button was already pressed for another time. Look what came of it.")
    if isinstance(refusal, StaleRecord):
        told["changes"] = console.changes_since(booking, refusal.details["version"])
    status = 422 if isinstance(refusal, NotOffered) else status_of(refusal)
    return _page(request, booking, form, status, **told)


def _wanted(request: HttpRequest, booking: Booking) -> MoveForm:
    """The form with the time that the address asks for: dropped there, or chosen field by field."""
    if "date" in request.GET:
        return MoveForm(request.GET, location=booking.location)
    start = read_start(request.GET.get("start", ""))
    slug = request.GET.get("resource", "") if start else booking.resource.slug if booking.resource else ""
    asked = initial_of(start or booking.starts_at, booking.location) | {"resource": slug}
    if start is None:
        return MoveForm(initial=asked, location=booking.location)
    typed = asked | {"date": asked["date"].isoformat(), "time": f"{asked['time']:%H:%M}"}
    return MoveForm(typed, location=booking.location)


def _nearest(request: HttpRequest, booking: Booking) -> dict[str, Any]:
    """Free times to choose from, as long as none is chosen."""
    if {"start", "date"} & request.GET.keys() or attending.MOVING.refuses(booking):
        return {}
    near = times.nearest(booking.service, booking.starts_at, people=booking.people, at_the_desk=True)
    return {"alternatives": near}


def _page(
    request: HttpRequest, booking: Booking, form: MoveForm, status: int = 200, **told: Any
) -> HttpResponse:
    start, resource = _target(form)
    rule = allocation.rule_against(booking.service, start, resource, Rules.DESK) if start else ""
    seen = request.GET.get("version", "")
    context = {
        "title": _("Move %(name)s") % {"name": booking.name},
        "location": booking.location,
        "booking": booking,
        "reached_by": standing.reached_by(booking),
        "subject": console.Subject(booking),
        "form": form,
        "start": start,
        "end": start + (booking.ends_at - booking.starts_at) if start else None,
        "resource": resource,
        "rule": rule,
        "why_not": attending.MOVING.refuses(booking),
        "may_override": may(request, attending.OVERRIDE),
        "version": seen if seen.isascii() and seen.isdecimal() else booking.version,
        "request_id": intents.issue(),
        "day": day_page(booking),
        **told,
    }
    return framed(request, "calendar/move.html", context, status)


def _target(form: MoveForm) -> tuple[datetime | None, Resource | None]:
    """Where the form leads, as far as it says."""
    if not form.is_bound or {"date", "time", "fold", "resource"} & form.errors.keys():
        return None, None
    return form.cleaned_data["start"], form.cleaned_data["resource"]
