"""Moving a booking: the times to choose from, the old beside the new, and the move."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from bookings import changes, eligibility, explanations, times
from bookings.allocation import TimeTaken
from bookings.booking import Booking
from bookings.changes import NotAllowedNow
from bookings.eligibility import NotOffered
from bookings.forms import TimeForm
from bookings.resources import Resource
from bookings.views import days, lookup
from bookings.views.answers import SeeOther, page, private
from bookings.views.changes import done, read, refusal_status, refuse
from bookings.views.places import read_date
from operations import intents
from operations.errors import HoldfastError
from operations.workflow import Source


@require_http_methods(["GET", "HEAD", "POST"])
@private
def move(request: HttpRequest, token: str) -> HttpResponse:
    """GET: other times of the same service, with `start` the old and the new. POST: the move, once.

    With `step=check` it leads to the old and the new first, and changes nothing.
    """
    booking = lookup.booking(token)
    if request.method != "POST":
        return _ask(request, booking) if request.GET.get("start") else _choose(request, booking)
    form = TimeForm(request.POST, service=booking.service)
    try:
        key, version = read(request, "move", token)
        if not form.is_valid():
            return _choose(request, booking, form, status=422)
        if request.POST.get("step") == "check":
            return SeeOther(_address(booking, form))
        changed = changes.move(key, token, version=version, source=Source.WEB, **form.cleaned_data)
    except HoldfastError as refusal:
        status = refusal_status(refusal)
        return refuse(request, token, "move", refusal) or _choose(request, booking, form, refusal, status)
    return done(changed)


def _ask(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The old time and the new one; the times to choose from where it is not free (any more)."""
    form = TimeForm(request.GET, service=booking.service)
    if explanations.why_not(booking, "move") or not form.is_valid():
        return _choose(request, booking, form, status=400 if form.errors else 200)
    start, resource = form.cleaned_data["start"], form.cleaned_data["resource"]
    try:
        _refuse_what_is_not_free(booking, start, resource)
    except (TimeTaken, NotOffered, NotAllowedNow) as refusal:
        return _choose(request, booking, form, refusal, 409)
    context = {
        "location": booking.location,
        "booking": booking,
        "start": start,
        "end": start + timedelta(minutes=booking.service.minutes),
        "resource": resource,
        "request_id": intents.issue(),
    }
    return page(request, "move_confirm", context)


def _refuse_what_is_not_free(booking: Booking, start: datetime, resource: Resource | None) -> None:
    """A first look that promises nothing: the move itself has the last word."""
    service = booking.service
    changes.refuse_to_stay(booking, start, resource)
    eligibility.candidates(service, start)
    day = start.astimezone(service.location.zone).date()
    leaving = changes.left_alone(booking.session, booking)
    free = times.offers(service, day, day, resource=resource, people=booking.people, leaving=leaving)
    if not any(offer.start == start for offer in free):
        raise TimeTaken


def _address(booking: Booking, form: TimeForm) -> str:
    start, resource = form.cleaned_data["start"], form.cleaned_data["resource"]
    query = {"start": start.astimezone(booking.location.zone).isoformat()}
    if resource:
        query["resource"] = resource.slug
    return f"{reverse('booking-move', args=[booking.token])}?{urlencode(query)}"


def _choose(
    request: HttpRequest,
    booking: Booking,
    form: TimeForm | None = None,
    refusal: HoldfastError | None = None,
    status: int = 200,
) -> HttpResponse:
    service = booking.service
    asked = request.POST if request.method == "POST" else request.GET
    wished = booking.resource.slug if booking.resource and booking.wants_resource and not asked else ""
    resource = lookup.resource(service, asked.get("resource", wished))
    day, problem = read_date(request)
    leaving = changes.left_alone(booking.session, booking)
    besides = changes.start_to_leave(booking, resource)
    near = []
    if isinstance(refusal, TimeTaken | NotOffered) and form and (start := form.cleaned_data.get("start")):
        near = times.nearest(
            service, start, resource=resource, people=booking.people, leaving=leaving, besides=besides
        )
        day = start.astimezone(service.location.zone).date()
    context = {
        "location": booking.location,
        "booking": booking,
        "service": service,
        "form": form,
        "why_not": explanations.why_not(booking, "move"),
        "refusal": refusal,
        "problem": problem,
        "alternatives": days.slots(service, near, resource),
        "day": days.arrange(
            service, day or _day_of(booking), resource, booking.people, leaving=leaving, besides=besides
        ),
        "request_id": intents.issue(),
    }
    return page(request, "move", context, 400 if problem else status)


def _day_of(booking: Booking) -> date:
    return booking.starts_at.astimezone(booking.location.zone).date()
