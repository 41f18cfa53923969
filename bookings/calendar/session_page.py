"""One run of a class: who comes, as a list to print and to tick off, each booking by its own act."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import attending
from bookings.attending import Act, Hand
from bookings.booking import Booking
from bookings.calendar import cards, spoken, standing
from bookings.calendar.booking_page import status_of
from bookings.calendar.cards import Card
from bookings.calendar.entering import at_place, barred, day_page, framed, may
from bookings.places import Location
from bookings.sessions import LIVE_STATUSES, Session
from operations import console, intents
from operations.errors import HoldfastError
from operations.people.notes import Note

ACTS = {act.code: act for act in (attending.COMPLETING, attending.MISSING)}
LONGEST_NUMBER = 19


@dataclass(frozen=True)
class Guest:
    """A booking as a line of the list; `is_open` while it is to be said whether they came."""

    booking: Booking
    card: Card
    is_open: bool

    @property
    def mark(self) -> str:
        """What the form sends: which booking, as which version it was shown."""
        return f"{self.booking.pk}-{self.booking.version}"


@require_http_methods(["GET", "HEAD", "POST"])
@at_place
def show(request: HttpRequest, location: Location, pk: int) -> HttpResponse:
    """GET: who comes. POST: one act for each who is ticked, every one on its own."""
    session = get_object_or_404(Session.objects.select_related("service"), pk=pk, location=location)
    if request.method != "POST":
        return _page(request, location, session)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        return _page(request, location, session, 400, _("This page does not know that button."))
    if not may(request, act.permission):
        return barred(request, location, act)
    ticked = _ticked(request)
    if not ticked:
        return _page(request, location, session, 422, _("Please tick at least one booking."))
    try:
        number = intents.read(request.POST.get("request_id", ""), act.scope)
    except intents.RequestRefused as refusal:
        return _page(request, location, session, status_of(refusal), str(refusal))
    guests = [each for each in _coming(location, session) if each.pk in ticked]
    _do_each(request, act, guests, ticked, number)
    _name_the_gone(request, location, ticked.keys() - {each.pk for each in guests})
    return console.see_other(request.path)


def _do_each(
    request: HttpRequest, act: Act, guests: Iterable[Booking], ticked: dict[int, int], number: intents.Request
) -> None:
    """Each in a transaction of its own; what one of them meets does not touch the next."""
    assert request.user.pk is not None
    done: list[Booking] = []
    repeated: list[Booking] = []
    for booking in guests:
        own = intents.Request(number.scope, uuid.uuid5(number.key, str(booking.pk)), number.issued_at)
        hand = Hand(request=own, version=ticked[booking.pk], user_id=request.user.pk)
        try:
            changed = attending.do(act, booking.pk, hand)
        except HoldfastError as refusal:
            _tell_left(request, booking, str(refusal))
            continue
        (repeated if changed.is_repeat else done).append(changed.booking)
    if done:
        said = {"act": str(act.title), "whom": spoken.those(done)}
        messages.success(request, _("Done: “%(act)s” for %(whom)s.") % said)
    if repeated:
        messages.info(request, _("Already done. Nothing was done twice."))


def _name_the_gone(request: HttpRequest, location: Location, gone: set[int]) -> None:
    """Whoever was on the list and is not any more, called off or moved: nothing was done about them."""
    for booking in Booking.objects.filter(pk__in=gone, location=location).order_by("name", "pk"):
        _tell_left(request, booking, _("This has changed since you opened the page."))


def _tell_left(request: HttpRequest, booking: Booking, why: str) -> None:
    said = {"name": standing.called(booking), "reference": booking.reference, "why": why}
    messages.warning(request, _("%(name)s (%(reference)s) was left as it is: %(why)s") % said)


def _ticked(request: HttpRequest) -> dict[int, int]:
    """By booking, the version that was shown."""
    pairs = [mark.partition("-") for mark in request.POST.getlist("shown")]
    return {int(pk): int(version) for pk, _dash, version in pairs if _number(pk) and _number(version)}


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER


def _coming(location: Location, session: Session) -> list[Booking]:
    live = session.bookings.filter(status__in=LIVE_STATUSES).select_related("resource")
    bookings = list(live.order_by("name", "pk"))
    for booking in bookings:
        booking.location, booking.service, booking.session = location, session.service, session
    return bookings


def _page(
    request: HttpRequest, location: Location, session: Session, status: int = 200, problem: str = ""
) -> HttpResponse:
    coming = _coming(location, session)
    guests = _guests(request, location, coming)
    taken = sum(booking.people for booking in coming)
    context = {
        "title": session.service.name,
        "location": location,
        "session": session,
        "held": [each.resource for each in session.allocations.select_related("resource")],
        "guests": guests,
        "taken": taken,
        "is_full": taken >= session.capacity,
        "may_run": may(request, attending.RUN) and any(each.is_open for each in guests),
        "may_book": may(request, attending.BOOK),
        "request_id": intents.issue(),
        "day": day_page(Booking(location=location, starts_at=session.starts_at)),
        "problem": problem,
    }
    return framed(request, "calendar/session.html", context, status)


def _guests(request: HttpRequest, location: Location, coming: Sequence[Booking]) -> list[Guest]:
    noted = set(Note.objects.of_any(coming).values_list("subject_id", flat=True))
    shown = cards.of(location, coming, standing.marks(coming, request.user), noted)
    return [Guest(each, shown[each.pk], not attending.COMPLETING.refuses(each)) for each in coming]
