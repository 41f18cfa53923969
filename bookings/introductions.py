"""How bookings, enquiries and their messages present themselves to staff at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Model, prefetch_related_objects
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from bookings import case_data, money, questions, rehearsal, when
from bookings.booking import Booking, Status
from bookings.correspondence import Enquiry, Message
from notifications import kinds
from notifications.models import Delivery
from operations.recovery import Concerns, Introduction

MESSAGES = ("messages__delivery",)
ABOUT = ("message__booking__location", "message__enquiry__location", "message__wait_entry__location")


def _booking_facts(booking: Booking) -> Mapping[str, Any]:
    span = when.for_booking(booking, when.of_reader())
    return {
        _("When"): f"{span.start.date}, {span.start.time}\N{EN DASH}{span.end.time} ({span.start.zone})",
        _("Service"): booking.service.name,
        _("With"): booking.resource.name if booking.resource else "",
        _("Price"): _spoken_price(booking, booking.price),
        _("Deposit"): _spoken_price(booking, booking.deposit),
        _("Customer"): booking.name,
        _("People"): booking.people if booking.people > 1 else "",
        _("E-mail"): booking.email,
        _("Phone"): booking.phone,
        _("Notes"): booking.notes,
        _("Series"): booking.series.reference if booking.series else "",
        _("Merged into"): booking.merged_into.reference if booking.merged_into else "",
        **dict(questions.spoken(booking.answers)),
        _("Booked through"): booking.source,
        _("Rehearsal"): _("made by a rehearsal; nobody is coming") if rehearsal.is_marked(booking) else "",
    }


def _spoken_price(booking: Booking, amount: Decimal | None) -> str:
    return money.spoken_price(amount, booking.currency, when.of_reader()) if amount else ""


def _enquiry_facts(enquiry: Enquiry) -> Mapping[str, Any]:
    return {
        _("From"): enquiry.name,
        _("E-mail"): enquiry.email,
        _("Phone"): enquiry.phone,
        _("They wrote"): enquiry.text,
        _("Answer"): enquiry.answer,
    }


def _delivery_facts(delivery: Delivery) -> Mapping[str, Any]:
    booking = _about(delivery).booking if _about(delivery) else None
    return {
        _("Message"): kinds.title(delivery.kind),
        _("To"): delivery.recipient,
        _("Customer"): booking.name if booking else "",
        _("Phone"): booking.phone if booking else "",
        _("Appointment"): str(when.for_booking(booking, when.of_reader()).start) if booking else "",
        _("Channel"): delivery.channel,
        _("Attempts"): delivery.attempts,
        _("Copy"): _("a marked copy of an earlier message") if delivery.copy_of_id else "",
        _("Message-ID"): delivery.message_id,
    }


def _delivery_title(delivery: Delivery) -> str:
    booking = _about(delivery).booking if _about(delivery) and not delivery.is_for_staff else None
    whom = _named(booking) if booking else delivery.recipient or _("somebody forgotten")
    title = _("%(kind)s to %(whom)s") % {"kind": kinds.title(delivery.kind), "whom": whom}
    return f"{title} · {delivery.reference}" if delivery.reference else title


def _named(subject: Booking | Enquiry) -> str:
    return _("somebody forgotten") if subject.forgotten_at else subject.name or _("No name yet")


def _about(delivery: Delivery) -> Any:
    """The link to what a message is about; a message to staff may have none."""
    return getattr(delivery, "message", None)


def _place(delivery: Delivery) -> Any:
    message: Message | None = _about(delivery)
    return message.subject.location if message else None


def _subject(delivery: Delivery) -> Iterable[Model]:
    message: Message | None = _about(delivery)
    return [message.subject] if message else []


def _customer_page(delivery: Delivery) -> str:
    message: Message | None = _about(delivery)
    return _booking_page(message.booking) if message and message.booking else ""


def _booking_page(booking: Booking) -> str:
    return reverse("booking", args=[booking.token])


def _front_desk_page(booking: Booking) -> str:
    return reverse("staff-booking", args=[booking.location.slug, booking.pk])


def _front_desk_page_of_message(delivery: Delivery) -> str:
    message: Message | None = _about(delivery)
    return _front_desk_page(message.booking) if message and message.booking else ""


def _messages(subject: Booking | Enquiry) -> Iterable[Model]:
    prefetch_related_objects([subject], *MESSAGES)
    return [message.delivery for message in subject.messages.all()]


BOOKING = Introduction(
    title=lambda booking: f"{_named(booking)} · {booking.service.name} · {booking.reference}",
    facts=_booking_facts,
    location=lambda booking: booking.location.name,
    time_zone=lambda booking: booking.time_zone,
    customer_page=_booking_page,
    own_page=_front_desk_page,
    related=_messages,
    related_prefetch=MESSAGES,
    is_case=True,
    data=case_data.of_booking,
    besides=case_data.told_elsewhere,
    prefetch=("location", "service", "resource", "duplicate_of__merged_into", "merged_into", "series"),
    concerns=Concerns(
        person="email",
        occasion="reference",
        harm_at="starts_at",
        over=(Status.ACCEPTED, Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED),
    ),
    narrowed_by={
        "location__slug": gettext_lazy("Location"),
        "service__name": gettext_lazy("Service"),
        "failure_code": gettext_lazy("Failure"),
    },
    moves={
        "offer": gettext_noop("Held for somebody from the wait list"),
        "hold": gettext_noop("Its time is held while it is being booked"),
        "revise": gettext_noop("Changed before it was booked"),
        "let_go": gettext_noop("Not finished: its time was let go"),
        "submit": gettext_noop("Received"),
        "accept": gettext_noop("Confirmed"),
        "start": gettext_noop("Begun"),
        "complete": gettext_noop("Completed"),
        "cancel": gettext_noop("Cancelled"),
        "merge": gettext_noop("Merged into {into}, which counts in its place"),
        "take_over": gettext_noop("Took over {merged}: one booking of two"),
        "fail": gettext_noop("Failed"),
        "resubmit": gettext_noop("Put in again after it had failed"),
        "ask": gettext_noop("Waits for somebody's answer"),
        "postpone": gettext_noop("Processing put off: {error}"),
        "move": gettext_noop("Moved from {from} to {to}"),
        "move silently": gettext_noop("Moved from {from} to {to}; the customer was not sent a message"),
        "change": gettext_noop("Changed from {was} to {becomes}"),
        "change silently": gettext_noop(
            "Changed from {was} to {becomes}; the customer was not sent a message"
        ),
        "cancel silently": gettext_noop("Cancelled; the customer was not sent a message"),
        "accept silently": gettext_noop("Confirmed; the customer was not sent a message"),
        "take_place": gettext_noop("Given a free place again"),
        "correct_email": gettext_noop("E-mail address corrected"),
        "correct_phone": gettext_noop("Telephone number corrected"),
        "correct_name": gettext_noop("Name corrected"),
        "correct_notes": gettext_noop("What the customer says was corrected"),
        "answer": gettext_noop("Asked what the service asks: {questions}"),
        "settle_duplicate": gettext_noop("Looked at: both bookings are meant"),
        "stay_outside": gettext_noop("Looked at: it stays, outside the hours"),
        "acknowledge": gettext_noop("Somebody made sure that the customer knows"),
        "record_no_show": gettext_noop("Nobody came"),
        "forget": gettext_noop("The customer's data were removed"),
        "take_back_no_show": gettext_noop("They had come: “nobody came” was taken back"),
    },
)
CUSTOMER = Introduction(
    title=str,
    facts=lambda customer: {
        _("E-mail"): customer.email,
        _("Phone"): customer.phone,
        _("Known since"): date_format(customer.created_at.date()),
    },
    is_case=True,
    data=case_data.of_customer,
    besides=case_data.everything_of,
)
ENQUIRY = Introduction(
    title=lambda enquiry: f"{_named(enquiry)} · {enquiry.reference}",
    facts=_enquiry_facts,
    location=lambda enquiry: enquiry.location.name,
    time_zone=lambda enquiry: enquiry.location.time_zone,
    related=_messages,
    related_prefetch=MESSAGES,
    is_case=True,
    data=case_data.of_enquiry,
    besides=case_data.told_elsewhere,
    prefetch=("location",),
    concerns=Concerns(person="email", occasion="reference"),
    narrowed_by={"location__slug": gettext_lazy("Location")},
    moves={
        "enquire": gettext_noop("Received"),
        "reply": gettext_noop("Answered"),
        "close": gettext_noop("Closed without an answer"),
        "correct_email": gettext_noop("E-mail address corrected"),
        "forget": gettext_noop("The customer's data were removed"),
    },
)
DELIVERY = Introduction(
    title=_delivery_title,
    facts=_delivery_facts,
    location=lambda delivery: place.name if (place := _place(delivery)) else "",
    time_zone=lambda delivery: place.time_zone if (place := _place(delivery)) else "",
    customer_page=_customer_page,
    own_page=_front_desk_page_of_message,
    related=_subject,
    related_prefetch=ABOUT,
    data=case_data.of_delivery,
    concerns=Concerns(person="recipient", occasion="reference", harm_at="harm_at"),
    narrowed_by={
        "location": gettext_lazy("Location"),
        "message__booking__service__name": gettext_lazy("Service"),
        "kind": gettext_lazy("Message"),
        "channel": gettext_lazy("Channel"),
        "failure_class": gettext_lazy("Failure"),
    },
    moves={
        "note_missed": gettext_noop("Somebody looked at it: it was missed"),
        "forget": gettext_noop("The recipient was removed"),
    },
    prefetch=ABOUT,
)
