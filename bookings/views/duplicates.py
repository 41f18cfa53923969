"""Two questions before anything is booked twice: did you mean it, and which one do you want?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bookings import explanations, intake, language, question_fields
from bookings.booking import Booking
from bookings.forms import BookingForm
from bookings.offerings import Service
from bookings.views.answers import page
from operations import intents


def ask(request: HttpRequest, service: Service, earlier: Booking) -> HttpResponse:
    """409: the same person, service and time a moment ago. The earlier booking's address is not given away:
    whoever types a known e-mail address must not learn more than that."""
    context = {
        "location": service.location,
        "service": service,
        "start": earlier.starts_at,
        "made_at": language.spoken(earlier.created_at, service.location),
    }
    return page(request, "duplicate", context, 409)


def choose(request: HttpRequest, service: Service, form: BookingForm, intent: intents.Intent) -> HttpResponse:
    """409: this form was already sent with other details; nothing has changed, the person decides."""
    booking = intake.booking_of(intent)
    data = form.cleaned_data
    has_other_time = booking.starts_at != data["start"] or (
        data["resource"] is not None and booking.resource != data["resource"]
    )
    can_move = has_other_time and booking.service_id == service.pk
    context = {
        "location": service.location,
        "service": service,
        "form": form,
        "booking": booking,
        "explanation": explanations.explain(booking),
        "differences": _differences(booking, form),
        "can_move": can_move and "move" in explanations.allowed_actions(booking),
        "move_id": intents.issue(),
        "second_id": intents.issue(),
        "start": data["start"],
    }
    return page(request, "choice", context, 409)


def _differences(booking: Booking, form: BookingForm) -> list[tuple[str, str, str]]:
    """(what, as booked, as sent now); what the booking says about its person is not repeated here."""
    data = form.cleaned_data
    rows = []
    if booking.service_id != form.service.pk:
        rows.append((_("Service"), booking.service.name, form.service.name))
    if booking.starts_at != data["start"]:
        moments = (booking.starts_at, data["start"])
        before, now = (language.spoken(moment, booking.location) for moment in moments)
        rows.append((_("Time"), f"{before.date}, {before.time}", f"{now.date}, {now.time}"))
    wished = booking.resource if booking.wants_resource else None
    if wished != data["resource"]:
        rows.append((_("With"), str(wished or _("anyone")), str(data["resource"] or _("anyone"))))
    if booking.people != form.party:
        rows.append((_("People"), str(booking.people), str(form.party)))
    for name in ("name", "email", "phone", "notes"):
        before, now = getattr(booking, name), data[name]
        if before.casefold() != now.casefold() if name == "email" else before != now:
            rows.append((str(form[name].label), _("as you gave it first"), now or _("nothing")))
    for field in form.asked:
        kept = booking.answers.get(field.name.removeprefix(question_fields.PREFIX)) or {}
        if str(kept.get("answer", "")) != data[field.name]:
            rows.append((str(field.label), _("as you gave it first"), data[field.name] or _("nothing")))
    return rows
