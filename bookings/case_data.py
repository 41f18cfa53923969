"""Every field of a booking, an enquiry or a message that a case file shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model, Q

from bookings import customers
from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.customer import Customer
from bookings.waitlist.entry import WaitEntry
from notifications import kinds
from notifications.models import Delivery
from operations.errors import HoldfastError

Data = Mapping[str, Any]
LINK = re.compile(r"/(b|w)/[^/\s]+/")  # whoever holds such a link may act on it


def of_booking(booking: Booking) -> Data:
    """What the customer gave, what was agreed, and what came of it."""
    earlier = booking.duplicate_of
    return {
        "reference": booking.reference,
        "location": booking.location.name,
        "service": booking.service.name,
        "with": booking.resource.name if booking.resource else "",
        "asked_for_this_one": booking.wants_resource,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "promised_start": booking.local_start,
        "name": booking.name,
        "email": booking.email,
        "phone": booking.phone,
        "notes": booking.notes,
        "answers": booking.answers,
        "language": booking.language,
        "people": booking.people,
        "price": str(booking.price),
        "deposit": str(booking.deposit) if booking.deposit is not None else "",
        "currency": booking.currency,
        "booked_through": booking.source,
        "recorded_at": booking.created_at,
        "waiting_for": booking.waiting_for,
        "answer_until": booking.answer_until,
        "failure": booking.failure_code,
        "cancelled_by": booking.cancelled_by,
        "cancel_reason": booking.cancel_reason,
        "acknowledged_at": booking.acknowledged_at,
        "no_show": booking.no_show,
        "perhaps_the_same_as": earlier.reference if earlier else "",
        "merged_into": booking.merged_into.reference if booking.merged_into else "",
    }


def of_customer(customer: Customer) -> Data:
    """By what somebody is known, and what staff decided about them."""
    others = [person.key for person in customers.same_person(customer)[1:]]
    return {
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "known_since": customer.created_at,
        "also_known_as": others,
        "blocked_at": customer.blocked_at,
        "asked_to_be_forgotten_at": customer.erase_asked_at,
    }


def everything_of(customer: Customer) -> Iterable[Model]:
    """Their bookings and enquiries, and every message about one of them."""
    found: list[Model] = []
    for subject in customers.subjects_of(customer):
        found += [subject, *(message.delivery for message in subject.messages.select_related("delivery"))]
        found += told_elsewhere(subject)
    return found


def of_enquiry(enquiry: Enquiry) -> Data:
    """What somebody wrote and what they were answered."""
    return {
        "reference": enquiry.reference,
        "location": enquiry.location.name,
        "name": enquiry.name,
        "email": enquiry.email,
        "phone": enquiry.phone,
        "text": enquiry.text,
        "answer": enquiry.answer,
        "language": enquiry.language,
        "recorded_at": enquiry.created_at,
    }


def of_wait_entry(entry: WaitEntry) -> Data:
    """What somebody waited for, and what they were offered."""
    return {
        "reference": entry.reference,
        "location": entry.location.name,
        "service": entry.service.name,
        "with": entry.resource.name if entry.resource else "",
        "day": entry.day,
        "starts_at": entry.starts_at,
        "of_use_until": entry.until,
        "offered": entry.booking.reference if entry.booking else "",
        "name": entry.name,
        "email": entry.email,
        "phone": entry.phone,
        "notes": entry.notes,
        "answers": entry.answers,
        "language": entry.language,
        "joined_through": entry.source,
        "recorded_at": entry.created_at,
    }


def of_delivery(delivery: Delivery) -> Data:
    """To whom it went, by which way, under which id, and what it would say now."""
    return {
        "kind": delivery.kind,
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "is_for_staff": delivery.is_for_staff,
        "language": delivery.language,
        "message_id": "" if delivery.is_webhook else delivery.message_id,
        "is_copy": delivery.copy_of_id is not None,
        "opened_at": delivery.opened_at,
        "useful_until": delivery.not_after,
        "content_as_of_now": {} if delivery.is_webhook else _content(delivery),
    }


def told_elsewhere(subject: Booking | Enquiry | WaitEntry) -> Iterable[Model]:
    """What other systems were told about it, copies included."""
    return list(announced(subject))


def announced(subject: Model) -> Any:
    """The messages to other systems about the record."""
    about = {"event__subject_model": subject._meta.label_lower, "event__subject_id": subject.pk}
    first = {f"announcement__{column}": value for column, value in about.items()}
    copies = {f"copy_of__announcement__{column}": value for column, value in about.items()}
    return Delivery.objects.filter(Q(**first) | Q(**copies)).order_by("pk")


def _content(delivery: Delivery) -> dict[str, str]:
    """Composed again, as the worker does; nothing where a reminder or the like would not be sent any more."""
    kind = kinds.find(delivery.kind)
    if kind is None:
        return {}
    try:
        content = kind.compose(delivery)
    except HoldfastError as error:
        return {"not_any_more": str(error)}
    return {"subject": content.subject, "text": LINK.sub(r"/\1/…/", content.text)}
