"""When customers are reminded of what is to come, and when a reminder has been overtaken by events."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.booking import Booking, Status
from bookings.correspondence import Message
from notifications.models import Delivery, DeliveryQuerySet
from operations.effects import EffectStatus
from operations.errors import OvertakenError

REMINDER = "reminder"
HOURS = "hours"
REMINDED_OF = frozenset({Status.ACCEPTED, Status.IN_PROGRESS})


def moments(booking: Booking) -> dict[int, datetime]:
    """When the reminders still to come leave, by hours before the start: elapsed, whatever clocks do."""
    now, last = timezone.now(), useful_until(booking)
    chosen = sorted(booking.service.reminder_hours, reverse=True)
    due = {hours: booking.starts_at - timedelta(hours=hours) for hours in chosen}
    return {hours: moment for hours, moment in due.items() if now < moment < last}


def useful_until(booking: Booking) -> datetime:
    """After this moment a reminder would reach somebody who is on the way already."""
    return booking.starts_at - timedelta(seconds=settings.HOLDFAST.reminder_before_start_seconds)


def refuse_overtaken(delivery: Delivery, message: Message) -> None:
    """Raise OvertakenError when the booking has changed since, or when the next reminder is due as well.

    After an outage both can be due; two at once would be one too many.
    """
    booking = message.booking
    assert booking is not None
    if booking.status not in REMINDED_OF or booking.revision != message.revision:
        raise OvertakenError("The booking has changed since.")
    if delivery.copy_of_id is None and _next_ones(delivery, booking).exists():
        raise OvertakenError("The next reminder is due as well.")


def stands_behind(delivery: Delivery) -> str:
    """Why nobody misses this one that is too late: the next reminder of the same booking was due as well."""
    about = Message.objects.filter(delivery=delivery).select_related("booking").first()
    if about is None or about.booking is None or not _next_ones(delivery, about.booking).exists():
        return ""
    return _("The next reminder was due as well; that one counts.")


def _next_ones(delivery: Delivery, booking: Booking) -> DeliveryQuerySet:
    closer = {f"parameters__{HOURS}__lt": delivery.parameters.get(HOURS, 0)}
    mine = Delivery.objects.filter(message__booking=booking, kind=REMINDER, next_at__lte=timezone.now())
    return mine.filter(channel=delivery.channel, **closer).exclude(status=EffectStatus.CANCELLED)
