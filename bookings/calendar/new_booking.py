"""Booking while somebody is on the telephone or at the counter: one short form that loses nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from bookings import attending, intake, times
from bookings.allocation import TimeTaken
from bookings.booking import Booking
from bookings.calendar import day_grid, standing, suggestions
from bookings.calendar.entering import at_place, barred_from_booking, day_page, framed, may
from bookings.calendar.forms import NewBookingForm, initial_of, read_start
from bookings.intake import LikelyDuplicate, Recorded
from bookings.places import Location
from bookings.times import NotOffered, Offer
from operations import console, intents, reach
from operations.errors import HoldfastError
from operations.workflow import Source

SCOPE = "desk:book"


@dataclass(frozen=True)
class Shown:
    """What the page says above the form."""

    status: int = 200
    problem: str = ""
    may_override: bool = False
    """Whether the rule that refused can be set aside by this person."""
    alternatives: list[Offer] = field(default_factory=list)
    earlier: Booking | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def new(request: HttpRequest, location: Location) -> HttpResponse:
    """GET: the form, filled with the time that was chosen. POST: the booking, once."""
    if refusal := barred_from_booking(request, location):
        return refusal
    if request.method != "POST":
        return _page(request, _opened(request, location))
    if {"use", "find", "pick"} & request.POST.keys():
        return _page(request, _helped(request, location))
    return _receive(request, location)


@require_POST
@at_place
def known(request: HttpRequest, location: Location) -> HttpResponse:
    """The people whose number, address or name begins as typed, as buttons for the form."""
    if refusal := barred_from_booking(request, location):
        return refusal
    return render(request, "calendar/parts/known.html", {"known": _known(request)})


def _opened(request: HttpRequest, location: Location) -> NewBookingForm:
    start = read_start(request.GET.get("start", "")) or _next_step(location)
    asked = {name: request.GET.get(name, "") for name in ("resource", "service")}
    return NewBookingForm(location=location, initial=initial_of(start, location) | asked)


def _next_step(location: Location) -> datetime:
    """The next time on the wall clock at which something usually starts here."""
    local = timezone.localtime(timezone=location.zone)
    minutes = local.hour * 60 + local.minute
    ahead = location.slot_step_minutes - minutes % location.slot_step_minutes
    return local.replace(second=0, microsecond=0) + timedelta(minutes=ahead)


def _helped(request: HttpRequest, location: Location) -> NewBookingForm:
    """The same form with a known customer or another time filled in; nothing is booked."""
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in NewBookingForm.base_fields}
    if start := read_start(request.POST.get("pick", "")):
        typed |= initial_of(start, location)
    number = request.POST.get("use", "")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        own = reach.within(request.user, Booking.objects.filter(pk=int(number)))
        typed |= own.values("name", "phone", "email").first() or {}
    return NewBookingForm(location=location, initial=typed)


def _receive(request: HttpRequest, location: Location) -> HttpResponse:
    form = NewBookingForm(request.POST, location=location)
    try:
        key = intents.read(request.POST.get("request_id", ""), SCOPE)
    except intents.RequestRefused as refusal:
        return _page(request, form, Shown(400, str(refusal)), intents.issue())
    if not form.is_valid():
        return _page(request, form, Shown(422, _("Nothing is booked yet.")))
    if form.cleaned_data["reason"] and not may(request, attending.OVERRIDE):
        return console.barred(request, location, "override", _("Set the rules aside"))
    assert request.user.pk is not None
    by = attending.by_staff(key, request.user.pk, form.cleaned_data["reason"])
    try:
        recorded = intake.submit(key, form.submission(), source=Source.DESK, by=by)
    except HoldfastError as refusal:
        return _refused(request, form, refusal)
    return _done(request, recorded)


def _refused(request: HttpRequest, form: NewBookingForm, refusal: HoldfastError) -> HttpResponse:
    """Every answer other than "recorded"; what was typed stays, and the number of the form stays usable."""
    wanted = form.cleaned_data
    near = (
        times.nearest(wanted["service"], wanted["start"])
        if isinstance(refusal, TimeTaken | NotOffered)
        else []
    )
    match refusal:
        case TimeTaken():
            return _page(request, form, Shown(409, _("Somebody has this time already."), False, near))
        case NotOffered():
            may_override = refusal.code not in ("past", "inactive") and may(request, attending.OVERRIDE)
            return _page(request, form, Shown(422, str(refusal), may_override, near))
        case LikelyDuplicate():
            problem = _("The same was booked for them a moment ago. Is it meant twice?")
            return _page(request, form, Shown(409, problem, earlier=refusal.booking))
        case intents.KeyReused():
            problem = _("This form has booked something else already. Send it again if this is one more.")
            return _page(request, form, Shown(409, problem), intents.issue())
        case intents.RequestExpired():
            return _page(request, form, Shown(409, str(refusal)), intents.issue())
    return _page(request, form, Shown(409, str(refusal)))


def _done(request: HttpRequest, recorded: Recorded) -> HttpResponse:
    booking = recorded.booking
    said = {
        "name": booking.name,
        "time": day_grid.clock(booking.starts_at.astimezone(booking.location.zone)),
        "reference": booking.reference,
    }
    text = _("Booked: %(name)s at %(time)s, reference %(reference)s.") % said
    if recorded.is_repeat:
        text = _("Already booked: %(name)s at %(time)s. Nothing was booked twice.") % said
    if not standing.reached_by(booking):
        text += " " + _("There is no e-mail address, so nothing is sent: please tell them the reference.")
    page = reverse("staff-booking", args=[booking.location.slug, booking.pk])
    messages.success(request, format_html('{} <a href="{}">{}</a>', text, page, pgettext("link", "Open")))
    return console.see_other(day_page(booking))


def _known(request: HttpRequest) -> list[suggestions.Known]:
    names = ("phone", "email", "name")
    phone, email, name = (request.POST.get(each, "").replace("\x00", "")[:254] for each in names)
    return suggestions.known(request.user, phone=phone, email=email, name=name)


def _page(
    request: HttpRequest, form: NewBookingForm, shown: Shown | None = None, request_id: str = ""
) -> HttpResponse:
    shown = shown or Shown()
    context: dict[str, Any] = {
        "title": _("New booking"),
        "location": form.location,
        "form": form,
        "shown": shown,
        "request_id": request_id or request.POST.get("request_id") or intents.issue(),
        "known": _known(request) if "find" in request.POST else [],
        "has_looked": "find" in request.POST,
        "may_override": may(request, attending.OVERRIDE),
    }
    return framed(request, "calendar/new.html", context, shown.status)
