"""The wait list's pages: joining it, seeing how things stand, and leaving it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import language, sent_before
from bookings.eligibility import NotOffered
from bookings.forms import WaitForm
from bookings.offerings import Service
from bookings.views import days, lookup, waiting
from bookings.views.answers import SeeOther, page, private
from bookings.waitlist import joining, words
from bookings.waitlist.entry import WaitEntry, WaitStatus
from bookings.waitlist.joining import AlreadyWaiting, StillFree
from operations import intents
from operations.errors import Busy, HoldfastError
from operations.workflow import Source

SCOPE, LEAVE = "web:wait", "web:wait-leave"


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def join(request: HttpRequest, location: str, service: str) -> HttpResponse:
    """GET: the form for one start or one day. POST: record who waits, and lead to their own page."""
    offered = lookup.service(location, service, even_if_withdrawn=request.method == "POST")
    if not offered.wait_list:
        raise Http404(_("There is no wait list for this."))
    return _receive(request, offered) if request.method == "POST" else _open(request, offered)


@require_http_methods(["GET", "HEAD"])
@private
def show(request: HttpRequest, token: str) -> HttpResponse:
    """How things stand with somebody who waits."""
    return _show(request, _entry(token))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """POST: leave the list, once. GET only leads to the page that has the button."""
    if request.method != "POST":
        return SeeOther(reverse("waiting", args=[token]))
    version = request.POST.get("version", "")
    try:
        key = intents.read(request.POST.get("request_id", ""), LEAVE)
        seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        left = joining.leave(key, _entry(token).token, version=seen, source=Source.WEB)
    except Busy:
        return waiting.ask_again(request)
    except HoldfastError as refusal:
        status = 400 if isinstance(refusal, intents.RequestRefused) else 409
        return _show(request, _entry(token), refusal, status)
    return _to_page(left.entry, is_repeat=left.is_repeat)


def _open(request: HttpRequest, service: Service) -> HttpResponse:
    asked = {name: request.GET.get(name, "") for name in ("start", "resource")}
    form = WaitForm(service=service, initial=asked | {"day": request.GET.get("date", "")})
    (day, start), request_id = form.wanted(), intents.issue()
    if day is None:
        problem = HoldfastError(_("Please choose a day first."))
        return _form(request, form, request_id, problem, 400, is_open=False)
    try:
        joining.useful_until(service, day, start, lookup.resource(service, asked["resource"]))
    except StillFree as refusal:
        return _form(request, form, request_id, refusal, is_open=False)
    except NotOffered as refusal:
        return _form(request, form, request_id, refusal, 422, is_open=False)
    return _form(request, form, request_id)


def _receive(request: HttpRequest, service: Service) -> HttpResponse:
    form, request_id = WaitForm(request.POST, service=service), request.POST.get("request_id", "")
    try:
        key = intents.read(request_id, SCOPE)
        form = sent_before.read(form, key)
        if not form.is_valid():
            return _form(request, form, request_id, status=422)
        joined = joining.join(key, form.wish(), source=Source.WEB)
    except Busy:
        return waiting.ask_again(request)
    except AlreadyWaiting:
        return _already_on_it(request, form)
    except HoldfastError as refusal:
        status = {StillFree: 409, NotOffered: 422, intents.RequestRefused: 400}.get(type(refusal), 409)
        is_open = not isinstance(refusal, StillFree | NotOffered)
        return _form(request, form, intents.issue(), refusal, status, is_open=is_open)
    return _to_page(joined.entry, is_repeat=joined.is_repeat)


def _already_on_it(request: HttpRequest, form: WaitForm) -> HttpResponse:
    """409 without the way to the page: whoever types a known e-mail address learns no more than that."""
    day, start = form.wanted()
    context = {
        "location": form.service.location,
        "service": form.service,
        "resource": form.cleaned_data["resource"],
        "day": day,
        "start": start,
    }
    return page(request, "already_waiting", context, 409)


def _form(
    request: HttpRequest,
    form: WaitForm,
    request_id: str,
    refusal: HoldfastError | None = None,
    status: int = 200,
    *,
    is_open: bool = True,
) -> HttpResponse:
    service = form.service
    day, start = form.wanted()
    resource = lookup.resource(service, form["resource"].value() or "")
    context = {
        "location": service.location,
        "service": service,
        "form": form,
        "request_id": request_id,
        "refusal": refusal,
        "is_open": is_open,
        "is_free": isinstance(refusal, StillFree),
        "day": day,
        "start": start,
        "resource": resource,
        "book_address": days.book_address(service, start, resource) if start else "",
    }
    return page(request, "wait", context, status)


def _show(
    request: HttpRequest, entry: WaitEntry, refusal: HoldfastError | None = None, status: int = 200
) -> HttpResponse:
    reader = language.of_reader(entry.location)
    context: dict[str, Any] = {
        "location": entry.location,
        "entry": entry,
        "service": entry.service,
        "explanation": words.explain(entry, reader),
        "wanted": words.wanted(entry, reader),
        "is_waiting": entry.status == WaitStatus.WAITING,
        "is_over": entry.status in WaitEntry.final_statuses,
        "refusal": refusal,
        "repeat": request.GET.get("repeat", ""),
        "request_id": intents.issue(),
    }
    return page(request, "wait_entry", context, status)


def _to_page(entry: WaitEntry, *, is_repeat: bool) -> HttpResponse:
    address = reverse("waiting", args=[entry.token])
    return SeeOther(f"{address}?{urlencode({'repeat': 1})}" if is_repeat else address)


def _entry(token: str) -> WaitEntry:
    entries = WaitEntry.objects.select_related("location", "service__location", "resource", "booking")
    found = entries.filter(token=token).first()
    if found is None:
        raise Http404(_("There is no page at this address. Perhaps the link was cut in two."))
    return found
