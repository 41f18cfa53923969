"""Composes what a message says from what is true when it leaves."""

from __future__ import annotations

import re
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from bookings import explanations, ics, when
from bookings.booking import Booking, Status
from bookings.correspondence import Enquiry, Message
from bookings.places import Location
from notifications.kinds import Attachment, Content
from notifications.models import Delivery

INVITING = frozenset({"confirmation", "moved"})
CANCELLED, STANDING = frozenset({Status.CANCELLED}), frozenset({Status.ACCEPTED, Status.IN_PROGRESS})
TRUE_WHILE = {
    "received": frozenset({Status.SUBMITTED}),
    "staff_request_waiting": frozenset({Status.SUBMITTED}),
    "confirmation": STANDING,
    "moved": STANDING | {Status.SUBMITTED},
    "declined": CANCELLED,
    "cancelled_by_customer": CANCELLED,
    "cancelled_by_staff": CANCELLED,
    "failed": frozenset({Status.FAILED}),
}
CALLING_OFF = frozenset({"cancelled_by_customer", "cancelled_by_staff"})
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def compose(delivery: Delivery) -> Content:
    """The message of any of our kinds; its words are in `templates/mail/<kind>.txt` and `.html`.

    Where the booking has moved on since, the message tells how things stand instead.
    """
    message = Message.objects.select_related(
        "booking__location", "booking__service", "booking__resource", "enquiry__location"
    ).get(delivery=delivery)
    with override(delivery.language):
        if message.booking:
            return _about_booking(delivery, message.booking)
        assert message.enquiry is not None
        return _about_enquiry(delivery, message.enquiry)


def _about_booking(delivery: Delivery, booking: Booking) -> Content:
    context = {
        "booking": booking,
        "name": booking.name,
        "when": when.for_booking(booking, delivery.language),
        "explanation": explanations.explain(booking),
        "may_retry": "retry" in explanations.allowed_actions(booking),
        "deadline": when.spoken(
            booking.answer_until or booking.starts_at, booking.location.zone, delivery.language
        ),
        "link": f"{settings.HOLDFAST_URL}/b/{booking.token}/?m={delivery.uid}",
        "desk": f"{settings.HOLDFAST_URL}/admin/desk/bookings.awaiting_staff/{booking.pk}/",
    }
    is_true = booking.status in TRUE_WHILE.get(delivery.kind, frozenset(Status))
    words = delivery.kind if is_true else "as_it_stands"
    return _content(delivery, words, booking.location, context, _invitation(delivery, booking))


def _about_enquiry(delivery: Delivery, enquiry: Enquiry) -> Content:
    return _content(delivery, delivery.kind, enquiry.location, {"enquiry": enquiry, "name": enquiry.name})


def _content(
    delivery: Delivery,
    words: str,
    location: Location,
    context: dict[str, Any],
    attachments: tuple[Attachment, ...] = (),
) -> Content:
    context |= {
        "location": location,
        "address": ", ".join(location.address.split("\n")),
        "language": delivery.language,
        "is_copy": delivery.may_be_duplicate,
        "is_for_staff": delivery.is_for_staff,
    }
    subject, _, text = render_to_string(f"mail/{words}.txt", context).strip().partition("\n")
    return Content(
        subject=subject.strip(),
        text=re.sub(r"\n\s*\n\s*\n+", "\n\n", text).strip() + "\n",
        html=_inliner.inline(render_to_string(f"mail/{words}.html", context)),
        attachments=attachments,
        sender_name=location.name,
        reply_to="" if delivery.is_for_staff else location.email,
    )


def _invitation(delivery: Delivery, booking: Booking) -> tuple[Attachment, ...]:
    """The calendar entry that goes with the message, if the booking has one to enter or to take out."""
    if delivery.kind in INVITING and booking.status == Status.ACCEPTED:
        method = "REQUEST"
    elif delivery.kind in CALLING_OFF and _was_invited(booking):
        method = "CANCEL"
    else:
        return ()
    organizer = booking.location.email or settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">")
    text = ics.calendar(booking, method=method, organizer=organizer).decode()
    return (Attachment(f"{booking.reference}.ics", "text/calendar", text, {"method": method}),)


def _was_invited(booking: Booking) -> bool:
    return booking.messages.filter(delivery__kind__in=INVITING).exists()
