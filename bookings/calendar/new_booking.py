"""Booking while somebody is on the telephone or at the counter: one short form that loses nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings import customer_page, roster
from bookings.booking import Booking, Status
from bookings.calendar import alternatives, free_times, holding, new_booking_page, recording
from bookings.calendar.entering import at_place, barred_from_booking
from bookings.calendar.forms import initial_of, read_start
from bookings.calendar.new_booking_form import NewBookingForm
from bookings.calendar.new_booking_page import Shown, page
from bookings.customer import Customer
from bookings.offerings import Service
from bookings.places import Location
from bookings.spans import covers
from bookings.views import own_draft
from operations import console, reach

OURS = frozenset({"csrfmiddlewaretoken", "request_id"})


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def new(request: HttpRequest, location: Location) -> HttpResponse:
    """GET: the form, filled with the time that was chosen or is held. POST: the booking or the hold, once."""
    if refusal := barred_from_booking(request, location):
        return refusal
    if request.method != "POST":
        return (
            _go_on(request, location) if "held" in request.GET else page(request, _opened(request, location))
        )
    if "dates" in request.POST:
        return recording.show_dates(request, location, _helped(request, location))
    if "hold" in request.POST:
        return recording.hold(request, location)
    if {"use", "find", "pick", "choose"} & request.POST.keys():
        return page(request, _helped(request, location))
    return recording.receive(request, location)


@require_POST
@at_place
def known(request: HttpRequest, location: Location) -> HttpResponse:
    """The people whose number, address or name begins as typed, as buttons for the form."""
    if refusal := barred_from_booking(request, location):
        return refusal
    return render(request, "calendar/parts/known.html", {"known": new_booking_page.known(request)})


def _opened(request: HttpRequest, location: Location) -> NewBookingForm:
    asked = {name: request.GET.get(name, "") for name in ("resource", "service")}
    if asked["resource"] and not asked["service"]:
        asked["service"] = _service_of(location, asked["resource"], read_start(request.GET.get("start", "")))
    empty = NewBookingForm(location=location, initial=asked)
    whom = empty.resources.get(asked["resource"])
    start = read_start(request.GET.get("start", "")) or free_times.first(empty.chosen, whom)
    typed = initial_of(start or _next_step(location), location) | asked | _customer(request)
    return NewBookingForm(location=location, initial=typed)


def _service_of(location: Location, whom: str, start: datetime | None) -> str:
    """The first service that this person or room can do, if there is one that takes place then."""
    otherwise = ""
    for service in location.services.filter(is_active=True):
        service.location = location
        if any(each.slug == whom for each in roster.usable(service)):
            if start is None or not service.hours or _takes_place(service, start):
                return service.slug
            otherwise = otherwise or service.slug
    return otherwise


def _takes_place(service: Service, start: datetime) -> bool:
    day = start.astimezone(service.location.zone).date()
    return covers(roster.load(service, day, day).fitting, start.timestamp())


def _customer(request: HttpRequest) -> dict[str, str]:
    """For whom it is, where the form was opened from a customer's page."""
    number = request.GET.get("customer", "")
    if not _is_number(number) or not console.may_view(request.user, Customer):
        return {}
    found = Customer.objects.filter(pk=int(number)).first()
    return customer_page.person(found) if found else {}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _go_on(request: HttpRequest, location: Location) -> HttpResponse:
    """The form of a time that is held, with what was typed so far; booked meanwhile it leads there."""
    booking = holding.find(location, request.GET["held"])
    if booking is None:
        return redirect("calendar", location.slug)
    wish = booking.resource.slug if booking.resource and booking.wants_resource else ""
    typed = own_draft.entered(booking) | initial_of(booking.starts_at, location)
    form = NewBookingForm(
        location=location, initial=typed | {"service": booking.service.slug, "resource": wish}
    )
    if booking.status == Status.DRAFT:
        return page(request, form, Shown(held=booking))
    problem = _("This time is not held any more. What was typed is kept: book it if it is still free.")
    return page(request, form, Shown(problem=problem))


def _next_step(location: Location) -> datetime:
    """The next time on the wall clock at which something usually starts here."""
    local = timezone.localtime(timezone=location.zone)
    minutes = local.hour * 60 + local.minute
    ahead = location.slot_step_minutes - minutes % location.slot_step_minutes
    return local.replace(second=0, microsecond=0) + timedelta(minutes=ahead)


def _helped(request: HttpRequest, location: Location) -> NewBookingForm:
    """The same form for another service, with a known customer or another time; nothing is booked."""
    typed: dict[str, Any] = {name: request.POST[name] for name in request.POST if name not in OURS}
    typed |= alternatives.picked(request.POST.get("pick", ""), location)
    if "choose" in request.POST and typed.get("resource"):
        offered = location.services.filter(is_active=True)
        service = next((each for each in offered if each.slug == typed.get("service")), None)
        if service and typed["resource"] not in {each.slug for each in roster.usable(service)}:
            typed["resource"] = ""
    number = request.POST.get("use", "")
    if _is_number(number):
        own = reach.within(request.user, Booking.objects.filter(pk=int(number)))
        typed |= own.values("name", "phone", "email").first() or {}
    return NewBookingForm(location=location, initial=typed)
