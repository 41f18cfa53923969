"""One booking as the front desk needs it: what it is, what happened, and a button for each thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import attending, customers
from bookings.attending import Act, Hand
from bookings.booking import Booking
from bookings.calendar import correcting, held, open_questions, paying, spoken, standing
from bookings.calendar.entering import at_booking, barred, day_page, framed, may
from bookings.changes import Changed
from bookings.customer import Customer
from operations import console, intents
from operations.errors import HoldfastError, Refusal, StaleRecord
from operations.people.notes import TEXT_LENGTH, Note
from operations.workflow import Source

NOTE = "note"
REASON_LENGTH = 500
AT_ONCE = (
    *(attending.STARTING, attending.COMPLETING, attending.MISSING, attending.TAKING_BACK),
    attending.LETTING_GO,
)
OF_OWN_PAGES = (attending.MOVING, attending.CHANGING)


@dataclass(frozen=True)
class Button:
    """An act as this person sees it for this booking now: pressable, or why not."""

    act: Act
    why_not: str
    is_allowed: bool

    @property
    def is_open(self) -> bool:
        return self.is_allowed and not self.why_not


@require_http_methods(["GET", "HEAD", "POST"])
@at_booking
def show(request: HttpRequest, booking: Booking) -> HttpResponse:
    """GET: the booking. POST: one act, and back to the day."""
    if request.method != "POST":
        return page(request, booking)
    code = request.POST.get("act", "")
    if code == NOTE:
        return _note(request, booking)
    if code == paying.PAID:
        return _paid(request, booking)
    act = attending.ACTS.get(code)
    if act is None or act in OF_OWN_PAGES:
        return page(request, booking, 400, _("This page does not know that button."))
    if not may(request, act.permission):
        return barred(request, booking, act)
    return _act(request, booking, act)


def read_hand(request: HttpRequest, act: Act) -> Hand:
    """Who acts, from which version; raises RequestRefused for a form that is not ours."""
    assert request.user.pk is not None
    return Hand(
        request=intents.read(request.POST.get("request_id", ""), act.scope),
        version=_version(request),
        user_id=request.user.pk,
        reason=request.POST.get("reason", "").replace("\x00", "").strip()[:REASON_LENGTH],
    )


def _version(request: HttpRequest) -> int:
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise intents.RequestRefused
    return int(version)


def tells(request: HttpRequest) -> bool:
    """Whether the customer gets a message, as the form says; a form that does not say it tells them."""
    return request.POST.get("tells") != "no"


def done(request: HttpRequest, act: Act, changed: Changed) -> HttpResponse:
    """303 to the booking's day, with what was done or had been done before."""
    messages.success(request, _in_words(act, changed, tells(request)))
    if act is attending.CORRECTING:
        return console.see_other(own_page(changed.booking))
    return console.see_other(day_page(changed.booking))


def _in_words(act: Act, changed: Changed, is_told: bool) -> str:
    """What was done to whom and for when; of what moved or ended also how the customer hears of it."""
    booking = changed.booking
    said = {"act": act.title, "whom": spoken.of(booking)}
    if changed.is_repeat:
        return _("Already done: “%(act)s” for %(whom)s. Nothing was done twice.") % said
    if act not in (*OF_OWN_PAGES, attending.CANCELLING):
        return _("Done: “%(act)s” for %(whom)s.") % said
    said |= {"person": booking.resource.name if booking.resource else "", "name": standing.called(booking)}
    said |= {"moment": spoken.moment(booking), "service": booking.service.name}
    text = _("Cancelled: %(whom)s.") % said
    if act is attending.MOVING and booking.resource:
        text = _("Moved: %(name)s now comes on %(moment)s to %(person)s.") % said
    elif act is attending.MOVING:
        text = _("Moved: %(name)s now comes on %(moment)s.") % said
    elif act is attending.CHANGING:
        text = _("Changed: %(name)s now comes on %(moment)s for %(service)s.") % said
    told = spoken.how_they_hear(booking) if is_told else _("They are sent no message.")
    return f"{text} {told}"


def page(
    request: HttpRequest, booking: Booking, status: int = 200, problem: str = "", **told: Any
) -> HttpResponse:
    """The booking as it is now; after a refusal with what was typed."""
    buttons = [
        Button(act, act.refuses(booking), may(request, act.permission)) for act in attending.ACTS.values()
    ]
    marks = standing.marks([booking], request.user).get(booking.pk, [])
    context = {
        "title": standing.called(booking),
        "location": booking.location,
        "booking": booking,
        "subject": console.Subject(booking),
        "standing": standing.of(booking),
        "customer": _customer(request, booking),
        "reached_by": standing.reached_by(booking),
        "why": standing.page_of_word(marks),
        "marks": standing.beside_word(marks),
        "buttons": {each.act.code: each for each in buttons},
        "at_once": [each for each in buttons if each.act in AT_ONCE and each.is_open],
        "held": held.of(booking.location, [booking]).get(booking.pk),
        "held_page": held.page(booking) if booking.source == Source.DESK else "",
        "correction": correcting.of(request, booking),
        "due": paying.due(request, booking),
        "open_questions": open_questions.of(request, booking),
        "day": day_page(booking),
        "notes": Note.objects.of(booking).order_by("-at"),
        "note_length": TEXT_LENGTH,
        "reason_length": REASON_LENGTH,
        "timeline": console.history(booking),
        "typed": request.POST,
        "problem": problem,
        **told,
    }
    return framed(request, "calendar/booking.html", context, status)


def _customer(request: HttpRequest, booking: Booking) -> Customer | None:
    """Who it is, for somebody who may look after customers."""
    return customers.of(booking) if console.may_view(request.user, Customer) else None


def own_page(booking: Booking) -> str:
    """The page of a booking in the calendar."""
    return reverse("staff-booking", args=[booking.location.slug, booking.pk])


def fresh(booking: Booking) -> Booking:
    """The booking as it is now."""
    return Booking.objects.select_related("location", "service__location", "session", "resource").get(
        pk=booking.pk
    )


def status_of(refusal: HoldfastError) -> int:
    """400 for a form that is not ours, 409 for whatever the booking's state refuses."""
    return 400 if isinstance(refusal, intents.RequestRefused) else 409


def _act(request: HttpRequest, booking: Booking, act: Act) -> HttpResponse:
    arguments: dict[str, Any] = {}
    if act is attending.CANCELLING:
        arguments["tells"] = tells(request)
        if not request.POST.get("reason", "").strip():
            problem = _("Please say why: the reason is kept, and the customer is told.")
            return page(request, booking, 422, problem)
    if act is attending.ANSWERING:
        asked = open_questions.of(request, booking)
        if asked and not asked.is_valid():
            return page(request, booking, 422, _("Nothing is kept yet."))
        arguments["answers"] = asked.answers() if asked else {}
    if act is attending.CORRECTING:
        corrected = correcting.of(request, booking)
        if not corrected.is_valid():
            return page(request, booking, 422, _("Nothing is corrected yet."))
        arguments |= corrected.cleaned_data
    try:
        changed = attending.do(act, booking.pk, read_hand(request, act), **arguments)
    except HoldfastError as refusal:
        return _refused(request, fresh(booking), refusal)
    return done(request, act, changed)


def _refused(request: HttpRequest, booking: Booking, refusal: HoldfastError) -> HttpResponse:
    """The booking as it is, and after a stale page what changed meanwhile."""
    if isinstance(refusal, intents.KeyReused):
        return page(request, booking, 409, _("This button was already pressed with other words."))
    changes = None
    if isinstance(refusal, StaleRecord):
        changes = console.changes_since(booking, refusal.details["version"])
    return page(request, booking, status_of(refusal), str(refusal), changes=changes)


def _paid(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Confirm a payment that was taken here; whoever pressed first confirmed it, the next reads that."""
    if not may(request, paying.permission()):
        return console.barred(request, booking, paying.PAID, _("Paid"))
    form = paying.PaidForm(request.POST)
    if not form.is_valid():
        return page(request, booking, 422, _("Nothing is kept yet."))
    try:
        result, message = paying.confirm(request, booking, _version(request), form.evidence)
    except HoldfastError as refusal:
        return page(request, fresh(booking), status_of(refusal), str(refusal))
    said = {"whom": spoken.of(booking)}
    if result == "already resolved":
        messages.info(request, _("%(whom)s: that was done already. Nothing was done twice.") % said)
    elif result != "applied":
        return page(request, fresh(booking), 409, message or result)
    else:
        text = _("Paid and confirmed: %(whom)s.") % said
        messages.success(request, f"{text} {spoken.how_they_hear(booking)}")
    return console.see_other(own_page(booking))


def _note(request: HttpRequest, booking: Booking) -> HttpResponse:
    if not may(request, "operations.recover"):
        return console.barred(request, booking, NOTE, _("Keep the note"))
    assert request.user.pk is not None
    try:
        key = intents.read(request.POST.get("request_id", ""), "desk:note")
        attending.write_note(key, booking.pk, request.user.pk, request.POST.get("text", ""))
    except (Refusal, HoldfastError) as refusal:
        return page(request, booking, status_of(refusal), str(refusal))
    messages.success(request, _("Your note is kept."))
    return console.see_other(own_page(booking))
