"""What a booking, an enquiry or a time looks like to a program."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookings import enquiries, explanations, language, merged, told, whereabouts
from bookings.api.schemas import (
    BookingOut,
    ConfirmationOut,
    CountsOut,
    EnquiryOut,
    MessageOut,
    OfferOut,
    TimeOut,
    WaitOut,
)
from bookings.booking import Booking, Status
from bookings.correspondence import Enquiry, Message
from bookings.explanations import Explanation
from bookings.places import Location
from bookings.times import Offer
from bookings.waitlist import words
from bookings.waitlist.entry import WaitEntry, WaitStatus
from notifications.models import Delivery


def booking(record: Booking) -> BookingOut:
    """The booking as it is now, in the language of whoever asks."""
    explanation, zone = explanations.explain(record), ZoneInfo(record.time_zone)
    return BookingOut(
        reference=record.reference,
        token=record.token,
        status=record.status,
        version=record.version,
        location=record.location.slug,
        service=record.service.slug,
        resource=record.resource.slug if record.resource else None,
        people=record.people,
        start=record.starts_at.astimezone(zone),
        end=record.ends_at.astimezone(zone),
        time_zone=record.time_zone,
        explanation=_said(explanation),
        next_step=explanation.next_step,
        how_to_join=whereabouts.how_to_join(record),
        messages=_messages(record.messages.all(), record.location),
        confirmation=_confirmation(record, zone),
        merged_into=_merged_into(record),
        allowed_actions=list(explanations.allowed_actions(record)),
    )


def enquiry(record: Enquiry) -> EnquiryOut:
    """The enquiry as it is now, in the language of whoever asks."""
    explanation = enquiries.explain(record)
    return EnquiryOut(
        reference=record.reference,
        token=record.token,
        status=record.status,
        version=record.version,
        location=record.location.slug,
        explanation=_said(explanation),
        next_step=explanation.next_step,
        answer=record.answer,
        messages=_messages(record.messages.all(), record.location),
    )


def waiting(record: WaitEntry) -> WaitOut:
    """The place on the wait list as it is now, in the language of whoever asks."""
    explanation, zone = words.explain(record, language.of_reader(record.location)), record.location.zone
    return WaitOut(
        reference=record.reference,
        token=record.token,
        status=record.status,
        version=record.version,
        location=record.location.slug,
        service=record.service.slug,
        resource=record.resource.slug if record.resource else None,
        day=record.day,
        start=record.starts_at.astimezone(zone) if record.starts_at else None,
        time_zone=record.location.time_zone,
        until=record.until.astimezone(zone),
        explanation=_said(explanation),
        next_step=explanation.next_step,
        offer=_offer(record.booking, zone) if record.booking else None,
        messages=_messages(record.messages.all(), record.location),
        allowed_actions=["leave"] if record.status == WaitStatus.WAITING else [],
    )


def times(offers: Iterable[Offer]) -> list[TimeOut]:
    """Offers with the location's offset at each instant."""
    return [
        TimeOut(
            start=offer.start,
            end=offer.end,
            resources=[resource.slug for resource in offer.resources],
            places_left=offer.places_left,
        )
        for offer in offers
    ]


def _said(explanation: Explanation) -> str:
    return f"{explanation.headline}. {explanation.text}"


def _confirmation(record: Booking, zone: ZoneInfo) -> ConfirmationOut | None:
    if not record.waiting_for or record.answer_until is None:
        return None
    return ConfirmationOut(waiting_for=record.waiting_for, until=record.answer_until.astimezone(zone))


def _offer(held: Booking, zone: ZoneInfo) -> OfferOut:
    is_held = held.status == Status.DRAFT and held.stale_after is not None
    return OfferOut(
        reference=held.reference,
        token=held.token,
        start=held.starts_at.astimezone(zone),
        until=held.stale_after.astimezone(zone) if is_held and held.stale_after else None,
    )


def _merged_into(record: Booking) -> CountsOut | None:
    if record.merged_into is None:
        return None
    counts = merged.what_counts(record)
    return CountsOut(
        reference=(counts or record.merged_into).reference, token=counts.token if counts else None
    )


def _messages(about: QuerySet[Message], location: Location) -> list[MessageOut]:
    """What was or will be sent to the customer, oldest first; mail to the staff is none of their business."""
    found = about.filter(delivery__is_for_staff=False).select_related("delivery").order_by("delivery_id")
    return [_message(message.delivery, location) for message in found]


def _message(delivery: Delivery, location: Location) -> MessageOut:
    return MessageOut(
        kind=delivery.kind,
        channel=delivery.channel,
        status=delivery.status,
        explanation=told.explain(delivery, location),
        attempts=delivery.attempts,
        may_be_duplicate=delivery.may_be_duplicate,
        message_id=delivery.message_id,
        updated_at=delivery.updated_at.astimezone(location.zone),
    )
