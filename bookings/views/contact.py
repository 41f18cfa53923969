"""A question to a location, recorded as safely as a booking."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import contact as correspondence
from bookings import language
from bookings.forms import ContactForm
from bookings.places import Location
from bookings.views import lookup, waiting
from bookings.views.answers import SeeOther, page
from operations import intents
from operations.errors import Busy, HoldfastError, Refusal
from operations.workflow import Source

SCOPE = "web:contact"
REFERENCE = re.compile(r"HF-[2-9A-Z]{8}")


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def contact(request: HttpRequest, location: str) -> HttpResponse:
    """GET: the form, or what was received. POST: record it once."""
    place = lookup.location(location)
    if request.method == "POST":
        return _receive(request, place)
    received = request.GET.get("received", "")
    if REFERENCE.fullmatch(received):
        context = {"location": place, "reference": received, "is_repeat": "repeat" in request.GET}
        return page(request, "received", context)
    return _form(request, place, ContactForm(), intents.issue())


def _receive(request: HttpRequest, place: Location) -> HttpResponse:
    form, request_id = ContactForm(request.POST), request.POST.get("request_id", "")
    try:
        key = intents.read(request_id, SCOPE)
        if not form.is_valid():
            return _form(request, place, form, request_id, status=422)
        recorded = correspondence.enquire(
            key, location=place, source=Source.WEB, language=language.of_reader(place), **form.cleaned_data
        )
    except Busy:
        return waiting.ask_again(request)
    except Refusal as refusal:
        status = 400 if isinstance(refusal, intents.RequestRefused) else 409
        return _form(request, place, form, intents.issue(), refusal, status)
    query = {"received": recorded.enquiry.reference} | ({"repeat": 1} if recorded.is_repeat else {})
    return SeeOther(f"{reverse('contact', args=[place.slug])}?{urlencode(query)}")


def _form(
    request: HttpRequest,
    place: Location,
    form: ContactForm,
    request_id: str,
    refusal: HoldfastError | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"location": place, "form": form, "request_id": request_id, "refusal": refusal}
    return page(request, "contact", context, status)
