"""Booking a series: choose how often, see every date first, keep the free ones; and the page of a series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from bookings import language, sent_before, series_told, times
from bookings import series as recurring
from bookings.allocation import TimeTaken
from bookings.forms import SeriesForm, parse_start
from bookings.intake import LikelyDuplicate
from bookings.offerings import Service
from bookings.recurrence import Series
from bookings.series import Occasion, Rhythm
from bookings.views import days, duplicates, lookup, waiting
from bookings.views.answers import SeeOther, page, private
from bookings.when import Spoken
from operations import intents
from operations.errors import Busy, HoldfastError
from operations.workflow import Source

SCOPE, CANCEL = "web:book-series", "web:cancel-series"


@dataclass(frozen=True)
class Line:
    """One date of the plan in words; `value` is what its box sends."""

    occasion: Occasion
    value: str
    words: Spoken | None
    is_kept: bool
    address: str


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def book(request: HttpRequest, location: str, service: str) -> HttpResponse:
    """GET: how often, then every date. POST: book those that were kept, once."""
    is_sent = request.method == "POST"
    offered = lookup.service(location, service, even_if_withdrawn=is_sent)
    if is_sent:
        return _receive(request, offered)
    names = ("start", "resource", "every", "count")
    form = SeriesForm(service=offered, initial={name: request.GET.get(name, "") for name in names})
    if form.rhythm()[0] is None:
        problem = HoldfastError(_("Please choose a time first"))
        return _form(request, form, intents.issue(), problem, 400)
    return _form(request, form, intents.issue())


@require_safe
@private
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Every booking of the series as it is now, and the dates that could not be booked."""
    series = _series(token)
    bookings = series.bookings.select_related("location", "resource").order_by("starts_at", "pk")
    listed = list(bookings)
    missed = [parse_start(each["start"]) for each in series.missed]
    near = times.nearest_to_each(series.service, missed, count=3)
    context = {
        "location": series.location,
        "service": series.service,
        "series": series,
        "bookings": listed,
        "left_out": series_told.left_out(series),
        "total": series_told.total(series, listed),
        "how_to_pay": series_told.how_to_pay(series, listed),
        "missed": [
            (start, days.slots(series.service, offers, None))
            for start, offers in zip(missed, near, strict=True)
        ],
        "can_cancel": bool(recurring.cancellable(series)),
        "repeat": request.GET.get("repeat", ""),
    }
    return page(request, "series", context)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """GET: what would be cancelled. POST: cancel it, once and never from an old page."""
    found = _series(token)
    if request.method != "POST":
        return _confirm(request, found)
    try:
        key = intents.read(request.POST.get("request_id", ""), CANCEL)
        seen = dict(_mark(mark) for mark in request.POST.getlist("seen"))
        recurring.cancel_rest(key, found, seen, source=Source.WEB)
    except Busy:
        return waiting.ask_again(request)
    except HoldfastError as refusal:
        status = 400 if isinstance(refusal, intents.RequestRefused) else 409
        return _confirm(request, found, refusal, status)
    return SeeOther(reverse("series", args=[token]))


def _receive(request: HttpRequest, service: Service) -> HttpResponse:
    form, request_id = SeriesForm(request.POST, service=service), request.POST.get("request_id", "")
    try:
        key = intents.read(request_id, SCOPE)
        form = sent_before.read(form, key)
        if not form.is_valid():
            return _form(request, form, request_id, status=422)
        if not form.kept():
            return _form(request, form, request_id, HoldfastError(_("Please keep at least one date.")), 422)
        every = form.cleaned_data["every"]
        wanted = form.submission(confirm_duplicate=request.POST.get("confirm_duplicate") == "1")
        left = series_told.kept_of(recurring.plan(_rhythm(form)), form.kept())
        booked = recurring.book(key, wanted, every, form.kept(), source=Source.WEB, left_out=left)
    except Busy:
        return waiting.ask_again(request)
    except LikelyDuplicate as question:
        return duplicates.ask(request, service, question.booking)
    except HoldfastError as refusal:
        is_old = isinstance(refusal, intents.RequestRefused | intents.RequestExpired | intents.KeyReused)
        status = 400 if isinstance(refusal, intents.RequestRefused) else 409
        return _form(request, form, intents.issue() if is_old else request_id, refusal, status)
    address = reverse("series", args=[booked.series.token])
    return SeeOther(f"{address}?{urlencode({'repeat': 1})}" if booked.is_repeat else address)


def _form(
    request: HttpRequest,
    form: SeriesForm,
    request_id: str,
    refusal: HoldfastError | None = None,
    status: int = 200,
) -> HttpResponse:
    service = form.service
    start, every, count = form.rhythm()
    resource = lookup.resource(service, form["resource"].value() or "")
    plan: list[Occasion] = []
    if start and every and count:
        plan = recurring.plan(_rhythm(form))
    kept = set(form.kept()) if form.is_bound and not isinstance(refusal, TimeTaken) else None
    context = {
        "location": service.location,
        "service": service,
        "form": form,
        "request_id": request_id,
        "refusal": refusal,
        "start": start,
        "resource": resource,
        "plan": [_line(service, each, kept) for each in plan],
        "free_count": sum(each.is_free for each in plan),
    }
    return page(request, "series_form", context, status)


def _rhythm(form: SeriesForm) -> Rhythm:
    """What the form asks for; first start, how often and how many times must be right."""
    start, every, count = form.rhythm()
    assert start
    resource = lookup.resource(form.service, form["resource"].value() or "")
    return Rhythm(service=form.service, first=start, every=every, count=count, resource=resource)


def _line(service: Service, occasion: Occasion, kept: set[datetime] | None) -> Line:
    """One date: ticked when it is free, unless somebody has taken the tick away."""
    start, times_page = occasion.start, reverse("times", args=[service.location.slug, service.slug])
    return Line(
        occasion,
        value=start.isoformat() if start else "",
        words=language.spoken(start, service.location) if start else None,
        is_kept=occasion.is_free and (kept is None or start in kept),
        address=f"{times_page}?{urlencode({'date': occasion.day.isoformat()})}",
    )


def _confirm(
    request: HttpRequest, series: Series, refusal: HoldfastError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "location": series.location,
        "service": series.service,
        "series": series,
        "bookings": recurring.cancellable(series),
        "refusal": refusal,
        "request_id": intents.issue(),
    }
    return page(request, "series_cancel", context, status)


def _mark(text: str) -> tuple[int, int]:
    """The booking and the version that the page showed; raises RequestRefused for anything else."""
    pk, _dash, version = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (pk, version)):
        raise intents.RequestRefused
    return int(pk), int(version)


def _series(token: str) -> Series:
    found = Series.objects.select_related("location", "service__location").filter(token=token).first()
    if found is None:
        raise Http404(_("There is no page at this address. Perhaps the link was cut in two."))
    return found
