"""Messages from the contact form, and finding a booking again without telling who is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from bookings import messages
from bookings.booking import UNSENT, Booking
from bookings.correspondence import Enquiry
from bookings.places import Location
from operations import intents, workflow
from operations.transactions import use_case
from operations.workflow import Actor, Operation, Source

FIND_BACK_DAYS = 30


@dataclass(frozen=True)
class EnquiryRecorded:
    """The enquiry of a request id, and whether this call made it."""

    enquiry: Enquiry
    is_repeat: bool


@use_case
def enquire(
    request: intents.Request,
    *,
    location: Location,
    name: str,
    email: str,
    text: str,
    source: Source,
    phone: str = "",
    language: str = "en",
) -> EnquiryRecorded:
    """Record an enquiry exactly once and acknowledge it by mail."""
    payload = {"location": location.pk, "name": name, "email": email.lower(), "text": text, "phone": phone}
    claim = intents.claim(request, payload)
    if not claim.won:
        return EnquiryRecorded(Enquiry.objects.get(request=claim.intent), is_repeat=True)
    enquiry = Enquiry(
        request=claim.intent,
        location=location,
        name=name.strip(),
        email=email.strip(),
        phone=phone.strip(),
        text=text.strip(),
        language=language,
    )
    enquiry.promise_answer()
    operation = Operation(actor=Actor.CUSTOMER, source=source, request_id=request.key)
    workflow.begin(enquiry, operation, "enquire")
    messages.tell_enquirer(enquiry, "enquiry_received", operation)
    claim.intent.settle(enquiry, "open")
    return EnquiryRecorded(enquiry, is_repeat=False)


@use_case
def find_again(request: intents.Request, *, email: str, source: Source) -> None:
    """Send the links of a person's present bookings to their own address; the caller learns nothing."""
    claim = intents.claim(request, {"email": email.lower()}, outcome="looked_up")
    if not claim.won:
        return
    recent = timezone.now() - timedelta(days=FIND_BACK_DAYS)
    theirs = Booking.objects.alias(address=Lower("email")).filter(address=email.strip().lower())
    bookings = theirs.filter(ends_at__gt=recent).select_related("location", "service")
    bookings = bookings.exclude(UNSENT & Q(wait_entry__isnull=True))
    operation = Operation(actor=Actor.CUSTOMER, source=source, request_id=request.key)
    for booking in bookings.order_by("-starts_at")[:10]:
        messages.tell(booking, "link_sent_again", operation, copy=True)
