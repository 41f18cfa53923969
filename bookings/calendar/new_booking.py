"""Booking while somebody is on the telephone or at the counter: one short form that loses nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings import attending, intake, series, times
from bookings.allocation import TimeTaken
from bookings.booking import Booking
from bookings.calendar import booked, series_dates, suggestions
from bookings.calendar.entering import at_place, barred_from_booking, framed, may
from bookings.calendar.forms import initial_of, read_start
from bookings.calendar.new_booking_form import NewBookingForm
from bookings.calendar.series_dates import Dates
from bookings.intake import LikelyDuplicate
from bookings.places import Location
from bookings.times import NotOffered, Offer
from operations import console, intents, reach
from operations.errors import HoldfastError
from operations.workflow import Operation, Source

SCOPE = "desk:book"
OURS = frozenset({"csrfmiddlewaretoken", "request_id"})


@dataclass(frozen=True)
class Shown:
    """What the page says above the form."""

    status: int = 200
    problem: str = ""
    may_override: bool = False
    """Whether the rule that refused can be set aside by this person."""
    alternatives: list[Offer] = field(default_factory=list)
    earlier: Booking | None = None
    dates: Dates | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def new(request: HttpRequest, location: Location) -> HttpResponse:
    """GET: the form, filled with the time that was chosen. POST: the booking, once."""
    if refusal := barred_from_booking(request, location):
        return refusal
    if request.method != "POST":
        return _page(request, _opened(request, location))
    if "dates" in request.POST:
        return _show_dates(request, location)
    if {"use", "find", "pick", "choose"} & request.POST.keys():
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
    """The same form for another service, with a known customer or another time; nothing is booked."""
    typed: dict[str, Any] = {name: request.POST[name] for name in request.POST if name not in OURS}
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
        return _page(request, form, Shown(422, _("Nothing is booked yet."), dates=_dates(request, form)))
    if not form.was_complete:
        problem = _("Nothing is booked yet: this service asks something more. Leave open what is not said.")
        return _page(request, form, Shown(422, problem))
    if form.cleaned_data["reason"] and not may(request, attending.OVERRIDE):
        return console.barred(request, location, "override", _("Set the rules aside"))
    return _record(request, form, key)


def _record(request: HttpRequest, form: NewBookingForm, key: intents.Request) -> HttpResponse:
    assert request.user.pk is not None
    by = attending.by_staff(key, request.user.pk, form.cleaned_data["reason"])
    try:
        if form.cleaned_data["every"]:
            return _record_series(request, form, key, by)
        return booked.one(request, intake.submit(key, form.submission(), source=Source.DESK, by=by))
    except HoldfastError as refusal:
        return _refused(request, form, refusal)


def _record_series(
    request: HttpRequest, form: NewBookingForm, key: intents.Request, by: Operation
) -> HttpResponse:
    """The ticked dates, as soon as they have been seen."""
    dates = _dates(request, form)
    assert dates is not None
    if not dates.was_shown:
        return _page(request, form, Shown(422, _("Nothing is booked yet: these are the dates."), dates=dates))
    if not dates.kept:
        return _page(request, form, Shown(422, _("Please keep at least one date."), dates=dates))
    every = form.cleaned_data["every"]
    made = series.book(key, form.submission(), every, dates.kept, source=Source.DESK, by=by)
    return booked.several(request, made)


def _show_dates(request: HttpRequest, location: Location) -> HttpResponse:
    """The dates of the series, whoever it will be for; or what one still has to say for it."""
    asked = NewBookingForm(request.POST, location=location)
    if dates := _dates(request, asked):
        return _page(request, _helped(request, location), Shown(dates=dates))
    if not asked.cleaned_data.get("every"):
        asked.add_error("every", _("Please choose how often."))
    return _page(request, asked, Shown(422, _("Nothing is booked yet.")))


def _dates(request: HttpRequest, form: NewBookingForm) -> Dates | None:
    rhythm = form.rhythm()
    return series_dates.of(rhythm, request.POST) if rhythm else None


def _refused(request: HttpRequest, form: NewBookingForm, refusal: HoldfastError) -> HttpResponse:
    """Every answer other than "recorded"; what was typed stays, and the number of the form stays usable."""
    wanted = form.cleaned_data
    if form.rhythm():
        problem = str(refusal)
        number = intents.issue() if isinstance(refusal, intents.KeyReused | intents.RequestExpired) else ""
        return _page(request, form, Shown(409, problem, dates=_dates(request, form)), number)
    people = wanted.get("people") or 1
    near = (
        times.nearest(wanted["service"], wanted["start"], people=people)
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
