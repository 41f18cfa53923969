"""Leads the messages about a booking to the address that its customer has corrected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import customers, following, messages, text_messages
from bookings.booking import Booking
from bookings.correspondence import Enquiry, Message
from bookings.messages import EMAIL
from notifications import corrections, outbox
from notifications.models import Delivery
from notifications.sms import SMS
from operations import workflow
from operations.errors import Refusal
from operations.workflow import Actor, Event, Operation


class SameAddress(Refusal):
    """Raised when the corrected address is the one that the booking has."""

    code = "same_address"
    message = gettext_lazy("This is the address that we have already.")


class CorrectedTooOften(Refusal):
    """Raised when an address was corrected so often that somebody may be trying out other people's."""

    code = "corrected_too_often"
    message = gettext_lazy("The address was corrected several times today. Please contact us.")


def correct(booking: Booking, email: str, operation: Operation, *, wanted: Delivery | None = None) -> None:
    """Give a locked booking its right address: nothing more goes to the old one but a word about this.

    What has not arrived there is closed, and the latest message and the reminders go to the new one; so
    does the one that is `wanted`. Raises SameAddress, and CorrectedTooOften to customers.
    """
    old, latest = booking.email, messages.latest(booking, channel=EMAIL)
    if outbox.digest(email) == outbox.digest(old):
        raise SameAddress
    is_customer = operation.actor == Actor.CUSTOMER
    if is_customer and _corrections_today(booking) >= settings.HOLDFAST.address_corrections_per_day:
        raise CorrectedTooOften
    known = customers.of(booking)
    workflow.perform(booking, "correct_email", operation, email=email.strip())
    following.follow(booking, known)
    customers.meet(booking)
    evidence = _("The customer corrected the address.") if is_customer else _("Staff corrected the address.")
    outbox.supersede(_not_arrived(booking, EMAIL), operation, evidence=evidence)
    if latest is None and wanted is None:
        return  # nobody was ever written to: what comes goes to the right address only
    _send_again(booking, [latest, wanted], operation)
    messages.remind(booking, operation, by=[EMAIL])
    messages.tell_old_address(booking, old, operation)


def correct_phone(
    booking: Booking, phone: str, operation: Operation, *, wanted: Delivery | None = None
) -> None:
    """Give a locked booking its right number, or none; the old one, some stranger's, is told nothing."""
    latest = messages.latest(booking, channel=SMS)
    known = customers.of(booking)
    workflow.perform(booking, "correct_phone", operation, phone=phone)
    if not booking.email:
        following.follow(booking, known)
        customers.meet(booking)
    outbox.supersede(_not_arrived(booking, SMS), operation, evidence=_("Staff corrected the number."))
    if not phone or (latest is None and wanted is None):
        return  # nothing was ever sent to the old one: what comes goes to the right number only
    _send_again(booking, [latest, wanted], operation)
    messages.remind(booking, operation, by=[SMS])


def learn(delivery: Delivery, recipient: str, operation: Operation) -> bool:
    """Staff have corrected where a message goes: its booking or enquiry has the right address from now on.

    Where it went elsewhere than its booking's messages go by now, only the message itself is corrected.
    """
    about = Message.objects.filter(delivery=delivery).first()
    if about is None or delivery.is_for_staff:
        return False
    if about.booking_id is None:
        return _learn_of_enquiry(about, delivery, recipient, operation)
    booking = workflow.fetch(Booking, pk=about.booking_id)
    if delivery.channel == SMS:
        known = text_messages.written_out(booking.phone, booking.location)
    else:
        known = booking.email
    if outbox.digest(delivery.recipient) != outbox.digest(known):
        return False
    if delivery.channel == SMS:
        correct_phone(booking, recipient, operation, wanted=delivery)
    else:
        correct(booking, recipient, operation, wanted=delivery)
    return True


def _learn_of_enquiry(about: Message, delivery: Delivery, recipient: str, operation: Operation) -> bool:
    """The answer will go to the right address; the message itself is still to be sent there."""
    enquiry = workflow.fetch(Enquiry, pk=about.enquiry_id)
    if outbox.digest(enquiry.email) == outbox.digest(delivery.recipient):
        known = customers.of(enquiry)
        workflow.perform(enquiry, "correct_email", operation, email=recipient)
        following.follow(enquiry, known)
    return False


def _send_again(booking: Booking, told: Iterable[Delivery | None], operation: Operation) -> None:
    """Each of these that is of use once more, to where messages go by now."""
    for pk, delivery in {each.pk: each for each in told if each}.items():
        message = Delivery.objects.select_related("message").get(pk=pk)
        if messages.is_outdated(message, booking):
            continue
        outbox.send_copy(
            message,
            operation,
            recipient=messages.address(booking, delivery.channel) or booking.phone,
            not_after=messages.copy_not_after(booking, delivery.kind),
        )


def _not_arrived(booking: Booking, channel: str) -> list[Delivery]:
    mine = Delivery.objects.filter(message__booking=booking, is_for_staff=False, channel=channel)
    return list(mine.exclude(kind=messages.ADDRESS_CHANGED).overtakable())


def _corrections_today(booking: Booking) -> int:
    corrected = Event.objects.of(booking).filter(transition="correct_email", actor=Actor.CUSTOMER)
    return corrected.filter(at__gt=timezone.now() - timedelta(days=1)).count()


corrections.register(learn)
