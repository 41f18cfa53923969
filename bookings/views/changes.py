"""What a customer does with a booking: GET only asks, POST acts once and never on a stale page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from bookings import changes, explanations, what_changed
from bookings.allocation import TimeTaken
from bookings.booking import Booking, Status
from bookings.changes import Changed
from bookings.eligibility import NotOffered
from bookings.intake import LikelyDuplicate
from bookings.views import duplicates, lookup, waiting
from bookings.views.answers import SeeOther, page, private
from operations import intents
from operations.errors import Busy, HoldfastError, StaleRecord
from operations.workflow import Source

STAY = gettext_lazy("No, leave it")


@dataclass(frozen=True)
class Act:
    """One act in words; `perform` is its use case."""

    name: str
    title: Any
    text: Any
    button: Any
    perform: Callable[..., Changed]
    is_drastic: bool = False
    stay: Any = STAY


CANCEL = Act(
    "cancel",
    gettext_lazy("Cancel this booking?"),
    gettext_lazy("The time becomes free for others at once. This cannot be undone."),
    gettext_lazy("Cancel the booking"),
    changes.cancel,
    is_drastic=True,
)
LET_GO = replace(
    CANCEL,
    title=gettext_lazy("Let this time go?"),
    text=gettext_lazy("It is offered to the next in line, or becomes free for others."),
    button=gettext_lazy("Let it go"),
)
TAKE = Act(
    "take",
    gettext_lazy("Take this time?"),
    gettext_lazy("It is held for you and not booked yet. With this you book it."),
    gettext_lazy("Take this time"),
    changes.take,
    stay=pgettext_lazy("answer to an offer", "Not yet"),
)
RETRY = Act(
    "retry",
    gettext_lazy("Try this booking again?"),
    gettext_lazy("We ask for the same time again. If it was given away meanwhile, we show you others."),
    gettext_lazy("Try again"),
    changes.retry,
)
RESEND = Act(
    "resend",
    gettext_lazy("Send the last message again?"),
    gettext_lazy("A copy of our last message goes to your e-mail address. The booking stays as it is."),
    gettext_lazy("Send it again"),
    changes.resend,
)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    return _view(request, token, CANCEL)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def take(request: HttpRequest, token: str) -> HttpResponse:
    return _view(request, token, TAKE)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def retry(request: HttpRequest, token: str) -> HttpResponse:
    return _view(request, token, RETRY)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def resend(request: HttpRequest, token: str) -> HttpResponse:
    return _view(request, token, RESEND)


def _view(request: HttpRequest, token: str, act: Act) -> HttpResponse:
    if request.method != "POST":
        return confirm(request, token, act)
    try:
        key, version = read(request, act.name, token)
        changed = act.perform(key, token, version=version, source=Source.WEB, **_more(request, act))
    except HoldfastError as refusal:
        return refuse(request, token, act.name, refusal) or confirm(request, token, act, refusal)
    return done(changed)


def _more(request: HttpRequest, act: Act) -> dict[str, Any]:
    """What else some of the forms say."""
    if act is CANCEL:
        return {"reason": request.POST.get("reason", "")[:500]}
    if act is TAKE:
        return {"confirm_duplicate": request.POST.get("confirm_duplicate") == "1"}
    return {}


def read(request: HttpRequest, action: str, token: str) -> tuple[intents.Request, int]:
    """The key and the version that the form carries; raises RequestRefused when either is not ours.

    Our own forms ignore what only we did meanwhile; whoever sends no such word is held to the version.
    """
    key = intents.read(request.POST.get("request_id", ""), f"web:{action}")
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise intents.RequestRefused
    if request.POST.get("ignoring") == "ours":
        return key, what_changed.as_seen(lookup.booking(token), int(version))
    return key, int(version)


def done(changed: Changed) -> HttpResponse:
    """303 to the booking's page, which shows its present state."""
    address = reverse("booking", args=[changed.booking.token])
    return SeeOther(f"{address}?{urlencode({'repeat': 'change'})}" if changed.is_repeat else address)


def confirm(request: HttpRequest, token: str, act: Act, refusal: HoldfastError | None = None) -> HttpResponse:
    """The question, or why the act is not possible; after a refusal with a fresh key."""
    booking = lookup.booking(token)
    if act is CANCEL and booking.status == Status.DRAFT:
        act = LET_GO
    why_not = explanations.why_not(booking, act.name)
    context = {
        "location": booking.location,
        "booking": booking,
        "act": act,
        "why_not": why_not,
        "refusal": refusal,
        "request_id": intents.issue(),
        "offers_times": isinstance(refusal, TimeTaken | NotOffered),
    }
    status = refusal_status(refusal) if refusal else 200
    return page(request, "confirm", context, status)


def refusal_status(refusal: HoldfastError) -> int:
    """400 for a form that is not ours, 409 for everything that the booking's state refuses."""
    return 400 if isinstance(refusal, intents.RequestRefused) else 409


def refuse(request: HttpRequest, token: str, action: str, refusal: HoldfastError) -> HttpResponse | None:
    """The answers that are the same for every act; None when the act's own page explains the refusal."""
    match refusal:
        case changes.UnknownBooking():
            raise Http404(str(refusal))
        case StaleRecord():
            booking = lookup.booking(token)
            if action == TAKE.name and what_changed.was_only_booked(booking, refusal.details["version"]):
                return done(Changed(booking, is_repeat=True))
            return stale(request, booking, action, refusal)
        case LikelyDuplicate():
            return duplicates.ask(request, lookup.booking(token).service, refusal.booking)
        case Busy():
            return waiting.ask_again(request)
    return None


def stale(request: HttpRequest, booking: Booking, action: str, refusal: StaleRecord) -> HttpResponse:
    """409: nothing was applied; what changed meanwhile, when and by whom."""
    context = {
        "location": booking.location,
        "booking": booking,
        "explanation": explanations.explain(booking),
        "changes": what_changed.since(booking, refusal.details["version"]),
        "again": "" if explanations.why_not(booking, action) else request.path,
    }
    return page(request, "stale", context, 409)
