"""The requests that wait for an answer: accepted or declined one by one or many at once, each on its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.booking import Booking
from bookings.calendar import spoken, worries
from bookings.calendar.entering import at_place, framed, may
from bookings.places import Location
from operations import console, intents, reach, recovery
from operations.console import RemedyAction

CONDITION, ACCEPT, DECLINE = "bookings.awaiting_staff", "accept", "decline"
MANY = "many"
MOST_SHOWN = 100
REASON_LENGTH = 500


@dataclass(frozen=True)
class Request:
    """A request as the page shows it."""

    booking: Booking
    worries: list[str]
    filled: tuple[int, int] | None
    is_ticked: bool
    lacks_reason: bool = False

    @property
    def mark(self) -> str:
        """What the form sends: which record, as which version it was shown."""
        return f"{self.booking.pk}-{self.booking.version}"


@dataclass(frozen=True)
class Answer:
    """What the form says: which of them, accept or decline, and why; `single` is the row it was sent from."""

    action: str
    shown: list[tuple[int, int]]
    reason: str
    single: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def requests(request: HttpRequest, location: Location) -> HttpResponse:
    """GET: the requests, the soonest deadline first. POST: answers to those that were ticked."""
    if request.method != "POST":
        return _page(request, location)
    answer = _read(request)
    if answer is None:
        return _page(request, location, 400, _("This page does not know that button."))
    if not answer.shown:
        return _page(request, location, 422, _("Please tick at least one request."))
    action = _action(answer.action)
    if not may(request, action.remedy.permission):
        return _denied(request, answer.shown, action)
    if answer.action == DECLINE and not answer.reason:
        return _page(request, location, 422, lacking=answer.single or MANY)
    try:
        number = intents.read(request.POST.get("request_id", ""), f"desk:{answer.action}")
    except intents.RequestRefused as refusal:
        return _page(request, location, 400, str(refusal))
    _press_each(request, action, answer, number)
    return console.see_other(reverse("staff-requests", args=[location.slug]))


def _press_each(request: HttpRequest, action: RemedyAction, answer: Answer, number: intents.Request) -> None:
    """Each in a transaction of its own; what one of them meets does not touch the next.

    Of a request that belongs to somebody else's location nothing is said; the press keeps that it was tried.
    """
    found = Booking.objects.select_related("location").filter(pk__in=[pk for pk, _version in answer.shown])
    bookings = {each.pk: each for each in found}
    done, is_repeat = [], False
    for pk, version in answer.shown:
        if booking := bookings.get(pk):
            outcome = action.press(request, booking, version, number, answer.reason, {})
            if outcome.result == "applied":
                done.append(booking)
            elif outcome.is_repeat:
                is_repeat = True
            elif reach.holds(request.user, booking):
                _tell_left(request, booking, outcome.message)
    _tell_done(request, answer.action, done)
    if is_repeat:
        messages.info(request, _("Already done. Nothing was done twice."))


def _tell_done(request: HttpRequest, action: str, done: Sequence[Booking]) -> None:
    """Who was answered, for when, and how they hear of it; one sentence for each way."""
    ways = defaultdict(list)
    for booking in done:
        ways[spoken.how_they_hear(booking)].append(booking)
    for told, bookings in ways.items():
        those = {"those": spoken.those(bookings)}
        text = _("Accepted: %(those)s.") if action == ACCEPT else _("Declined: %(those)s.")
        messages.success(request, f"{text % those} {told}")


def _tell_left(request: HttpRequest, booking: Booking, why: str) -> None:
    said = {"name": booking.name, "reference": booking.reference, "why": why}
    text = _("%(name)s (%(reference)s) was left as it is: %(why)s") % said
    page = reverse("admin:desk_record", args=[CONDITION, booking.pk])
    messages.warning(request, format_html('{} <a href="{}">{}</a>', text, page, _("Look at it")))


def _denied(request: HttpRequest, shown: Sequence[tuple[int, int]], action: RemedyAction) -> HttpResponse:
    """403; that it was tried is kept with each of the requests."""
    answer = None
    for booking in Booking.objects.filter(pk__in=[pk for pk, _version in shown]):
        answer = console.barred(request, booking, action.remedy.code, str(action.remedy.title))
    return answer or console.see_other(request.path)


def _read(request: HttpRequest) -> Answer | None:
    """A button of one row answers that row, a button below the list all that are ticked."""
    data = request.POST
    action, _colon, single = data.get("answer", "").partition(":")
    if action not in (ACCEPT, DECLINE):
        return None
    marks = [single] if single else data.getlist("shown")[:MOST_SHOWN]
    pairs = [mark.partition("-") for mark in marks]
    shown = [(int(pk), int(version)) for pk, _dash, version in pairs if _number(pk) and _number(version)]
    reason = data.get("reason", "").replace("\x00", "").strip()[:REASON_LENGTH]
    return Answer(action, shown, reason, single)


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _action(code: str) -> RemedyAction:
    condition = recovery.conditions()[CONDITION]
    return RemedyAction(condition, condition.remedy(code))


def _waiting(location: Location) -> QuerySet[Any]:
    listed = recovery.conditions()[CONDITION].records().filter(location=location)
    return listed.select_related("location", "service", "resource", "session").order_by("answer_until", "pk")


def _page(
    request: HttpRequest, location: Location, status: int = 200, problem: str = "", lacking: str = ""
) -> HttpResponse:
    """The list; `lacking` is the row that was declined without a reason, or `MANY`."""
    waiting = _waiting(location)
    shown = list(waiting[:MOST_SHOWN])
    context = {
        "title": _("Requests"),
        "location": location,
        "requests": _requests(request, location, shown, lacking),
        "left": max(0, waiting.count() - len(shown)) if len(shown) == MOST_SHOWN else 0,
        "may_answer": may(request, _action(ACCEPT).remedy.permission),
        "request_id": request.POST.get("request_id") if status == 422 else intents.issue(),
        "reason": "" if lacking and lacking != MANY else request.POST.get("reason", ""),
        "reason_length": REASON_LENGTH,
        "problem": problem,
        "lacking": lacking,
        "many_lack": lacking == MANY,
    }
    return framed(request, "calendar/requests.html", context, status)


def _requests(
    request: HttpRequest, location: Location, shown: Sequence[Booking], lacking: str
) -> list[Request]:
    against, filled = worries.of(location, shown), worries.filled(shown)
    ticked = set(request.POST.getlist("shown"))
    marks = {each.pk: f"{each.pk}-{each.version}" for each in shown}
    return [
        Request(
            each,
            against.get(each.pk, []),
            filled.get(each.pk),
            marks[each.pk] in ticked,
            marks[each.pk] == lacking,
        )
        for each in shown
    ]
