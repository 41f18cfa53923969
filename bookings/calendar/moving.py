"""Moving a booking: the old and the new time side by side before anything is done, by form or by drag."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import attending, changes
from bookings.allocation import TimeTaken
from bookings.altering import Wanted
from bookings.booking import Booking
from bookings.calendar import alternatives, fitting, free_times, standing
from bookings.calendar.booking_page import done, fresh, read_hand, status_of
from bookings.calendar.entering import at_booking, barred, day_page, framed, may
from bookings.calendar.fitting import Verdict
from bookings.calendar.forms import MoveForm, initial_of, read_start
from bookings.eligibility import NotOffered
from bookings.offerings import Service
from bookings.sessions import Session
from operations import console, intents
from operations.errors import HoldfastError, StaleRecord


@require_http_methods(["GET", "HEAD", "POST"])
@at_booking
def move(request: HttpRequest, booking: Booking) -> HttpResponse:
    """GET: choose, then old and new. POST: the move, once."""
    if not may(request, attending.MOVE):
        return barred(request, booking, attending.MOVING)
    if request.method != "POST":
        return _page(request, booking, _wanted(request, booking))
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
    told = in_words(booking, refusal)
    if isinstance(refusal, TimeTaken):
        told["problem"] = _("Somebody has this time already. Nothing was moved.")
    status = 422 if isinstance(refusal, NotOffered) else status_of(refusal)
    return _page(request, booking, form, status, **told)


def in_words(booking: Booking, refusal: HoldfastError) -> dict[str, Any]:
    """What stands above the form after a refusal."""
    if isinstance(refusal, intents.KeyReused):
        return {"problem": _("This button was already pressed for another time. Look what came of it.")}
    told: dict[str, Any] = {"problem": str(refusal)}
    if isinstance(refusal, StaleRecord):
        told["changes"] = console.changes_since(booking, refusal.details["version"])
    return told


def _wanted(request: HttpRequest, booking: Booking) -> MoveForm:
    """The form with the time that the address asks for: dropped there, pressed, or chosen field by field."""
    location = booking.location
    asked = request.GET.dict() | alternatives.picked(request.GET.get("pick", ""), location)
    if "choose" in asked:
        return MoveForm(initial=asked, location=location)
    if "date" in asked:
        return MoveForm(as_typed(asked), location=location)
    start = read_start(asked.get("start", ""))
    slug = asked.get("resource", "") if start else booking.resource.slug if booking.resource else ""
    initial = initial_of(start or booking.starts_at, location) | {"resource": slug}
    return (
        MoveForm(as_typed(initial), location=location)
        if start
        else MoveForm(initial=initial, location=location)
    )


def as_typed(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a time as a form sends them."""
    shapes = {date: "%Y-%m-%d", time: "%H:%M"}
    return {
        name: f"{value:{shapes[type(value)]}}" if type(value) in shapes else value
        for name, value in given.items()
    }


def _page(
    request: HttpRequest, booking: Booking, form: MoveForm, status: int = 200, **told: Any
) -> HttpResponse:
    why_not = attending.MOVING.refuses(booking)
    wanted = None if why_not else _target(booking, form)
    verdict = fitting.of(booking, wanted) if wanted and not _is_there(booking, wanted) else Verdict()
    as_it_is = Wanted(booking.service, booking.people, booking.starts_at, None)
    near = fitting.nearest(booking, wanted or as_it_is) if verdict.is_against or not wanted else []
    start, resource = (wanted.start, wanted.resource) if wanted else (None, None)
    context = {
        "title": _("Move %(name)s") % {"name": standing.called(booking)},
        **around(request, booking),
        "form": form,
        "start": start,
        "end": start + (booking.ends_at - booking.starts_at) if start else None,
        "resource": resource,
        "verdict": verdict,
        "alternatives": [] if why_not else near,
        "times": None if why_not else free_times.of_day(form, *_of_booking(booking)),
        "why_not": why_not,
        **told,
    }
    return framed(request, "calendar/move.html", context, status)


def around(request: HttpRequest, booking: Booking) -> dict[str, Any]:
    """What every page that changes a booking's time or service needs."""
    seen = request.GET.get("version", "")
    return {
        "location": booking.location,
        "booking": booking,
        "reached_by": standing.reached_by(booking),
        "subject": console.Subject(booking),
        "may_override": may(request, attending.OVERRIDE),
        "version": seen if seen.isascii() and seen.isdecimal() else booking.version,
        "request_id": intents.issue(),
        "day": day_page(booking),
    }


def _of_booking(booking: Booking) -> tuple[Service, int, Session | None]:
    return booking.service, booking.people, changes.left_alone(booking.session, booking)


def _is_there(booking: Booking, wanted: Wanted) -> bool:
    return wanted.start == booking.starts_at and wanted.resource in (None, booking.resource)


def _target(booking: Booking, form: MoveForm) -> Wanted | None:
    """Where the form leads, as far as it says."""
    if not form.is_bound or {"date", "time", "fold", "resource"} & form.errors.keys():
        return None
    given = form.cleaned_data
    return Wanted(booking.service, booking.people, given["start"], given["resource"])
