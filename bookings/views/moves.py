"""Moving a booking: the times to choose from, and the move."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from bookings import changes, explanations, times
from bookings.allocation import TimeTaken
from bookings.booking import Booking
from bookings.eligibility import NotOffered
from bookings.forms import TimeForm
from bookings.views import days, lookup
from bookings.views.answers import page, private
from bookings.views.changes import done, read, refusal_status, refuse
from bookings.views.places import read_date
from operations import intents
from operations.errors import HoldfastError
from operations.workflow import Source


@require_http_methods(["GET", "HEAD", "POST"])
@private
def move(request: HttpRequest, token: str) -> HttpResponse:
    """GET: other times of the same service. POST: the move, once."""
    booking = lookup.booking(token)
    if request.method != "POST":
        return _choose(request, booking)
    form = TimeForm(request.POST, service=booking.service)
    try:
        key, version = read(request, "move", token)
        if not form.is_valid():
            return _choose(request, booking, form, status=422)
        changed = changes.move(key, token, version=version, source=Source.WEB, **form.cleaned_data)
    except HoldfastError as refusal:
        status = refusal_status(refusal)
        return refuse(request, token, "move", refusal) or _choose(request, booking, form, refusal, status)
    return done(changed)


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
    near = []
    if isinstance(refusal, TimeTaken | NotOffered) and form and (start := form.cleaned_data.get("start")):
        near = times.nearest(service, start, resource=resource, people=booking.people)
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
        "day": days.arrange(service, day or _day_of(booking), resource, booking.people),
        "request_id": intents.issue(),
    }
    return page(request, "move", context, 400 if problem else status)


def _day_of(booking: Booking) -> date:
    return booking.starts_at.astimezone(booking.location.zone).date()
