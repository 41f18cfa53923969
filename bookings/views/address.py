"""Correcting the address that a booking's messages go to: the link is the key, and the old one is told."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from bookings import changes, explanations
from bookings.booking import Booking
from bookings.forms import AddressForm
from bookings.redirecting import SameAddress
from bookings.views import lookup
from bookings.views.answers import page, private
from bookings.views.changes import done, read, refusal_status, refuse
from operations import intents
from operations.errors import HoldfastError
from operations.workflow import Source


@require_http_methods(["GET", "HEAD", "POST"])
@private
def correct(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the address we have, to be corrected. POST: correct it, once."""
    booking = lookup.booking(token)
    if request.method != "POST":
        return _form(request, booking, AddressForm(initial={"email": booking.email}, label_suffix=""))
    form = AddressForm(request.POST, label_suffix="")
    try:
        key, version = read(request, "address", token)
        if not form.is_valid():
            return _form(request, booking, form, status=422)
        changed = changes.correct_address(key, token, version=version, source=Source.WEB, **form.cleaned_data)
    except SameAddress as refusal:
        form.add_error("email", str(refusal))
        return _form(request, booking, form, status=422)
    except HoldfastError as refusal:
        status = refusal_status(refusal)
        return refuse(request, token, "address", refusal) or _form(request, booking, form, refusal, status)
    return done(changed)


def _form(
    request: HttpRequest,
    booking: Booking,
    form: AddressForm,
    refusal: HoldfastError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "location": booking.location,
        "booking": booking,
        "form": form,
        "why_not": explanations.why_not(booking, "address"),
        "refusal": refusal,
        "request_id": intents.issue(),
    }
    return page(request, "address", context, status)
