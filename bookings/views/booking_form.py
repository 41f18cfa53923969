"""The form of one time: what was typed survives every answer, and sending it twice books once.

Sent with `step=check` it holds the time and leads to the booking's own page, where everything stands once
more and is booked from; without, it books in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import changes, drafts, eligibility, language, sent_before, times
from bookings.allocation import TimeTaken
from bookings.booking import Booking
from bookings.changes import Changed, NotAllowedNow
from bookings.eligibility import NotOffered
from bookings.forms import BookingForm, parse_start
from bookings.intake import LikelyDuplicate, Submission
from bookings.offerings import Service
from bookings.resources import Resource
from bookings.views import again, days, duplicates, lookup, own_draft, waiting
from bookings.views.answers import SeeOther, page
from operations import intents
from operations.errors import Busy, HoldfastError
from operations.workflow import Source

SCOPE = "web:book"


@dataclass(frozen=True)
class Notice:
    """What stands above the form, and whether other times belong to it."""

    title: str
    text: str = ""
    level: str = "trouble"
    offers_times: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)  # not no-store: Back must find what was typed
def book(request: HttpRequest, location: str, service: str) -> HttpResponse:
    """GET: the form for one start. POST: record it and lead to the booking's own page."""
    is_sent = request.method == "POST"
    offered = lookup.service(location, service, even_if_withdrawn=is_sent)
    return _receive(request, offered) if is_sent else _open(request, offered)


def _open(request: HttpRequest, service: Service) -> HttpResponse:
    asked: dict[str, Any] = {name: request.GET.get(name, "") for name in ("start", "resource")}
    own = own_draft.find(request, service)
    if people := request.GET.get("people"):
        asked["people"] = lookup.people(service, people)
    form = BookingForm(
        service=service, initial=(own_draft.entered(own) or again.entered(request, service)) | asked
    )
    return _look(request, service, form, own, intents.issue())


def _with_another(request: HttpRequest, service: Service) -> HttpResponse:
    """The form as it was typed, at the same time with somebody else; nothing is booked by that."""
    start, _space, slug = request.POST["with"].partition(" ")
    resource = lookup.resource(service, slug)
    typed: dict[str, Any] = request.POST.dict() | {
        "start": start,
        "resource": resource.slug if resource else "",
        "people": lookup.people(service, request.POST.get("people", "")),
    }
    own = drafts.begun(typed.get("draft", "").replace("\x00", ""), service)
    form = BookingForm(service=service, initial=typed)
    return _look(request, service, form, own, request.POST.get("request_id") or intents.issue())


def _look(
    request: HttpRequest, service: Service, form: BookingForm, own: Booking | None, request_id: str
) -> HttpResponse:
    """The form that nobody has sent yet, with what is wrong about its time."""
    asked = str(form.initial.get("start", ""))
    try:
        start = parse_start(asked)
        eligibility.candidates(service, start)
    except (ValueError, OverflowError):
        title = _("Please choose a time first") if not asked else _("We did not understand that time")
        return _form(request, service, form, request_id, Notice(title, offers_times=True), 400)
    except NotOffered as refusal:
        if not own_draft.holds(own, start):
            return _form(request, service, form, request_id, Notice(str(refusal), offers_times=True), 422)
    resource = lookup.resource(service, str(form.initial.get("resource", "")))
    if own_draft.holds(own, start) or _is_free(service, start, resource, form.party):
        return _form(request, service, form, request_id)
    notice = Notice(_("This time is not free any more"), offers_times=True)
    return _form(request, service, form, request_id, notice)


def _receive(request: HttpRequest, service: Service) -> HttpResponse:
    if "with" in request.POST:
        return _with_another(request, service)
    form, request_id = BookingForm(request.POST, service=service), request.POST.get("request_id", "")
    try:
        key = intents.read(request_id, SCOPE)
    except intents.RequestRefused as refusal:
        return _form(request, service, form, intents.issue(), Notice(str(refusal)), 400)
    if request.POST.get("step") == "times":
        return _other_times(request, service, request_id)
    form = sent_before.read(form, key)
    if not form.is_valid():
        return _form(request, service, form, request_id, status=422)
    confirmed = request.POST.get("confirm_duplicate") == "1"
    wanted = form.submission(confirm_duplicate=confirmed)
    said: dict[str, Any] = {"source": Source.WEB, "own": request.POST.get("draft", "").replace("\x00", "")}
    try:
        if request.POST.get("step") == "check":
            held = drafts.hold(key, wanted, **said).booking
            return again.forget(request, own_draft.remember(request, held))
        recorded = drafts.book(key, wanted, submit=partial(_take, wanted), **said)
    except HoldfastError as refusal:
        return _refuse(request, service, form, request_id, refusal)
    address = reverse("booking", args=[recorded.booking.token])
    done = SeeOther(f"{address}?{urlencode({'repeat': 1})}" if recorded.is_repeat else address)
    return again.forget(request, done)


def _other_times(request: HttpRequest, service: Service, request_id: str) -> HttpResponse:
    """The form as it was typed so far, with a week of times: without a script the tab keeps nothing."""
    people = lookup.people(service, request.POST.get("people", ""))
    form = BookingForm(service=service, initial=request.POST.dict() | {"people": people})
    notice = Notice(_("Choose another time"), _("What you typed is kept below."), level="waiting")
    start, resource = _start_of(form), lookup.resource(service, form["resource"].value() or "")
    week = days.week_from(service, start, resource, people) if start else []
    return _form(request, service, form, request_id, notice, week=week)


def _take(wanted: Submission, key: intents.Request, draft: Booking) -> Changed:
    return changes.take(
        replace(key, scope="web:take"),
        draft.token,
        version=draft.version,
        source=Source.WEB,
        confirm_duplicate=wanted.confirm_duplicate,
    )


def _refuse(
    request: HttpRequest, service: Service, form: BookingForm, request_id: str, refusal: HoldfastError
) -> HttpResponse:
    """Every answer other than "recorded"; the key stays usable unless it has grown too old."""
    match refusal:
        case TimeTaken() | NotAllowedNow():
            notice = Notice(str(refusal), _("Nothing was booked."), offers_times=True)
            return _form(request, service, form, request_id, notice, 409)
        case NotOffered():
            notice = Notice(str(refusal), _("Nothing was booked."), offers_times=True)
            return _form(request, service, form, request_id, notice, 422)
        case intents.RequestExpired():
            notice = Notice(_("Please confirm"), str(refusal), level="waiting")
            return _form(request, service, form, intents.issue(), notice, 409)
        case LikelyDuplicate():
            return duplicates.ask(request, service, refusal.booking)
        case intents.KeyReused():
            return duplicates.choose(request, service, form, refusal.intent)
        case Busy():
            return waiting.ask_again(request)
    raise refusal


def _form(
    request: HttpRequest,
    service: Service,
    form: BookingForm,
    request_id: str,
    notice: Notice | None = None,
    status: int = 200,
    week: Sequence[days.Part] = (),
) -> HttpResponse:
    start = _start_of(form)
    resource = lookup.resource(service, form["resource"].value() or "")
    is_gone = notice is not None and notice.offers_times and start is not None
    near = times.nearest(service, start, resource=resource, people=form.party) if is_gone and start else []
    others = _others(service, start, resource, form.party) if is_gone and start and resource else []
    context = {
        "location": service.location,
        "service": service,
        "form": form,
        "request_id": request_id,
        "is_fresh": form.is_bound and request_id != request.POST.get("request_id"),
        "notice": notice,
        "start": start,
        "resource": resource,
        "people": form.party,
        "others": others,
        "alternatives": days.slots(service, near, resource, form.party),
        "week": week,
        "draft": request.POST.get("draft") or form.initial.get("draft", ""),
        "cancel_until": _cancel_until(service, start) if start else "",
        "hold_minutes": settings.HOLDFAST.draft_hold_seconds // 60,
        "is_open": form.is_bound or status == 200,
    }
    return page(request, "book", context, status)


def _cancel_until(service: Service, start: datetime) -> str:
    """Until when it could be cancelled online; "" when that has passed already."""
    until = start - timedelta(hours=service.location.cancel_until_hours)
    if until <= timezone.now():
        return ""
    spoken = language.spoken(until, service.location)
    return f"{spoken.date}, {spoken.time}"


def _start_of(form: BookingForm) -> datetime | None:
    try:
        return parse_start(form["start"].value() or "")
    except (ValueError, OverflowError):
        return None


def _is_free(service: Service, start: datetime, resource: Resource | None, people: int) -> bool:
    return _offer(service, start, resource, people) is not None


def _others(service: Service, start: datetime, resource: Resource, people: int) -> list[Resource]:
    """Who else of the same kind is free at this very time."""
    offer = _offer(service, start, None, people)
    able = offer.resources if offer else ()
    return [each for each in able if each.kind == resource.kind and each != resource]


def _offer(service: Service, start: datetime, resource: Resource | None, people: int) -> times.Offer | None:
    day = start.astimezone(service.location.zone).date()
    free = times.offers(service, day, day, resource=resource, people=people)
    return next((offer for offer in free if offer.start == start), None)
