"""Leads the messages about a booking to the address that its customer has corrected."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import messages
from bookings.booking import Booking
from notifications import outbox
from notifications.models import Delivery
from operations import workflow
from operations.errors import Refusal
from operations.workflow import Event, Operation


class SameAddress(Refusal):
    """Raised when the corrected address is the one that the booking has."""

    code = "same_address"
    message = gettext_lazy("This is the address that we have already.")


class CorrectedTooOften(Refusal):
    """Raised when an address was corrected so often that somebody may be trying out other people's."""

    code = "corrected_too_often"
    message = gettext_lazy("The address was corrected several times today. Please contact us.")


def correct(booking: Booking, email: str, operation: Operation) -> None:
    """Give a locked booking its right address: nothing more goes to the old one but a word about this.

    What has not arrived there is closed, and the latest message and the reminders go to the new one.
    Raises SameAddress and CorrectedTooOften.
    """
    old, latest = booking.email, messages.latest(booking)
    if outbox.digest(email) == outbox.digest(old):
        raise SameAddress
    if _corrections_today(booking) >= settings.HOLDFAST.address_corrections_per_day:
        raise CorrectedTooOften
    workflow.perform(booking, "correct_email", operation, email=email.strip())
    outbox.supersede(_not_arrived(booking), operation, evidence=_("The customer corrected the address."))
    if latest is None:
        return  # nobody was ever written to: what comes goes to the right address only
    not_after = messages.copy_not_after(booking, latest.kind)
    outbox.send_copy(latest, operation, recipient=booking.email, not_after=not_after)
    messages.remind(booking, operation)
    messages.tell_old_address(booking, old, operation)


def _not_arrived(booking: Booking) -> list[Delivery]:
    mine = Delivery.objects.filter(message__booking=booking, is_for_staff=False)
    return list(mine.exclude(kind=messages.ADDRESS_CHANGED).overtakable())


def _corrections_today(booking: Booking) -> int:
    corrected = Event.objects.of(booking).filter(transition="correct_email")
    return corrected.filter(at__gt=timezone.now() - timedelta(days=1)).count()
