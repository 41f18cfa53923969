"""Finding a booking again: the answer is the same whether we know the address or not."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import contact
from bookings.forms import FindForm
from bookings.views import waiting
from bookings.views.answers import SeeOther, page
from operations import intents
from operations.errors import Busy, HoldfastError, Refusal
from operations.workflow import Source

SCOPE = "web:find"


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def find(request: HttpRequest) -> HttpResponse:
    """GET: ask for the address. POST: have the links sent there, if there are any."""
    if request.method == "POST":
        return _receive(request)
    if "sent" in request.GET:
        return page(request, "found", {})
    return _form(request, FindForm(label_suffix=""), intents.issue())


def _receive(request: HttpRequest) -> HttpResponse:
    form, request_id = FindForm(request.POST, label_suffix=""), request.POST.get("request_id", "")
    try:
        key = intents.read(request_id, SCOPE)
        if not form.is_valid():
            return _form(request, form, request_id, status=422)
        contact.find_again(key, email=form.cleaned_data["email"], source=Source.WEB)
    except Busy:
        return waiting.ask_again(request)
    except Refusal as refusal:
        status = 400 if isinstance(refusal, intents.RequestRefused) else 409
        return _form(request, form, intents.issue(), refusal, status)
    return SeeOther(f"{reverse('find')}?sent=1")


def _form(
    request: HttpRequest,
    form: FindForm,
    request_id: str,
    refusal: HoldfastError | None = None,
    status: int = 200,
) -> HttpResponse:
    return page(request, "find", {"form": form, "request_id": request_id, "refusal": refusal}, status)
