"""What other systems are told about bookings and enquiries, without the link that opens a customer's page."""

from __future__ import annotations

from typing import Any

from bookings import money
from bookings.booking import Booking
from bookings.correspondence import Enquiry
from notifications.webhooks.subjects import Subject, register

BOOKING_EVENTS = {
    "submit": "booking.submitted",
    "resubmit": "booking.submitted",
    "ask": "booking.waiting",
    "accept": "booking.accepted",
    "move": "booking.moved",
    "change": "booking.changed",
    "correct_email": "booking.corrected",
    "correct_phone": "booking.corrected",
    "correct_name": "booking.corrected",
    "correct_notes": "booking.corrected",
    "start": "booking.started",
    "complete": "booking.completed",
    "record_no_show": "booking.no_show",
    "take_back_no_show": "booking.completed",
    "cancel": "booking.cancelled",
    "merge": "booking.cancelled",
    "take_over": "booking.corrected",
    "fail": "booking.failed",
}
ENQUIRY_EVENTS = {"enquire": "enquiry.received", "reply": "enquiry.answered", "close": "enquiry.closed"}


def describe_booking(booking: Booking, includes_customer: bool) -> dict[str, Any]:
    """The booking as it is now, in the words of the API; times with the offset that was promised."""
    zone = booking.location.zone
    told: dict[str, Any] = {
        "reference": booking.reference,
        "status": booking.status,
        "waiting_for": booking.waiting_for or None,
        "failure_code": booking.failure_code or None,
        "cancelled_by": booking.cancelled_by or None,
        "merged_into": booking.merged_into.reference if booking.merged_into else None,
        "is_no_show": bool(booking.no_show),
        "location": booking.location.slug,
        "service": booking.service.slug,
        "resource": booking.resource.slug if booking.resource else None,
        "people": booking.people,
        "start": booking.starts_at.astimezone(zone).isoformat(),
        "end": booking.ends_at.astimezone(zone).isoformat(),
        "time_zone": booking.time_zone,
        "price": money.in_fractions(booking.price, booking.currency),
        "currency": booking.currency,
        "source": booking.source,
    }
    if includes_customer:
        told["customer"] = {
            "name": booking.name,
            "email": booking.email,
            "phone": booking.phone,
            "language": booking.language,
            "notes": booking.notes,
            "answers": booking.answers,
        }
    return told


def describe_enquiry(enquiry: Enquiry, includes_customer: bool) -> dict[str, Any]:
    """The enquiry as it is now; what was written is the customer's, like the name."""
    told: dict[str, Any] = {
        "reference": enquiry.reference,
        "status": enquiry.status,
        "location": enquiry.location.slug,
    }
    if includes_customer:
        told["customer"] = {"name": enquiry.name, "email": enquiry.email, "phone": enquiry.phone}
        told["text"], told["answer"] = enquiry.text, enquiry.answer
    return told


register(
    Subject(
        model=Booking,
        name="booking",
        event_types=BOOKING_EVENTS,
        records=lambda: Booking.objects.select_related("location", "service", "resource", "merged_into"),
        describe=describe_booking,
        reference=lambda booking: str(booking.reference),
        location=lambda booking: str(booking.location.slug),
    ),
    Subject(
        model=Enquiry,
        name="enquiry",
        event_types=ENQUIRY_EVENTS,
        records=lambda: Enquiry.objects.select_related("location"),
        describe=describe_enquiry,
        reference=lambda enquiry: str(enquiry.reference),
        location=lambda enquiry: str(enquiry.location.slug),
    ),
)
