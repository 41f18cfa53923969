"""The kinds of messages about bookings and enquiries, and who is told what, and when it is too late."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import agreed, attention, copies, language, letters, reminders, text_messages
from bookings.booking import Booking, Status
from bookings.correspondence import Enquiry, Message
from bookings.letters import about, compose
from bookings.reminders import REMINDER
from bookings.waitlist.entry import WaitEntry
from notifications import outbox
from notifications.kinds import Kind, register
from notifications.models import Delivery, DeliveryQuerySet
from notifications.sms import SMS
from operations.effects import EffectStatus
from operations.errors import Refusal
from operations.workflow import Operation

EMAIL = "email"
LINK_AGAIN, ADDRESS_CHANGED = "link_sent_again", "address_changed"
MERGED = "merged"
OFFER, JOINED = "wait_list_offer", "wait_list_joined"
BESIDES = frozenset({REMINDER, ADDRESS_CHANGED})  # they say nothing new, so they are never "the latest"
NOT_LEFT = frozenset({EffectStatus.PENDING, EffectStatus.HELD, EffectStatus.CANCELLED, EffectStatus.EXPIRED})
USEFUL_AFTER_START = timedelta(days=1)
UNTIL_START = frozenset({"received", "confirmation", "moved"})


class UnknownMessage(Refusal):
    """Raised by `send_copy` for an id that is none of the booking's messages to its customer."""

    code = "unknown_message"
    message = _("There is no such message about this booking.")


def tell(
    booking: Booking,
    kind: str,
    operation: Operation,
    *,
    copy: bool = False,
    parameters: dict[str, Any] | None = None,
) -> Delivery | None:
    """Queue a message of this kind to the customer, once per revision of the booking.

    With `copy`, the latest message of this kind once more, if there was one. A link asked for again and
    again is sent every few minutes at most. Where the place wants it, a text message says the same.
    """
    if kind == LINK_AGAIN:
        return _send_link(booking, operation)
    if copy and (original := latest(booking, kind)):
        return _once_more(booking, original, operation)
    if kind in text_messages.KINDS or (kind in text_messages.FOR_WANT_OF_MAIL and not booking.email):
        number = text_messages.recipient(booking)
        mark = str(booking.revision)
        _tell(booking, kind, number, mark, operation, parameters=parameters, channel=SMS)
    return _tell(booking, kind, booking.email, str(booking.revision), operation, parameters=parameters)


def remind(booking: Booking, operation: Operation, *, by: Collection[str] = (EMAIL, SMS)) -> None:
    """Queue the reminders of a booking, each for its time; none before the booking is accepted."""
    if booking.status != Status.ACCEPTED:
        return
    for hours, moment in reminders.moments(booking).items():
        for channel in by:
            _tell(
                booking,
                REMINDER,
                address(booking, channel),
                f"{booking.version}:{hours}",
                operation,
                send_at=moment,
                parameters={reminders.HOURS: hours},
                channel=channel,
            )


def address(booking: Booking, channel: str) -> str:
    """Where messages to the customer go by this channel; "" where none do."""
    return text_messages.recipient(booking) if channel == SMS else booking.email


def tell_old_address(booking: Booking, address: str, operation: Operation) -> Delivery | None:
    """Say to the address that a booking had before where its messages go now."""
    return _tell(
        booking,
        ADDRESS_CHANGED,
        address,
        str(booking.version),
        operation,
        parameters={"new_address": _masked(booking.email)},
    )


def tell_staff(booking: Booking, kind: str, operation: Operation) -> Delivery | None:
    """Queue a message to the place's own address, if it has one."""
    return _tell(booking, kind, booking.location.email, str(booking.revision), operation, is_for_staff=True)


def tell_enquirer(enquiry: Enquiry, kind: str, operation: Operation) -> Delivery | None:
    """Queue a message to whoever wrote through the contact form."""
    delivery = outbox.queue_message(
        kind=kind,
        recipient=enquiry.email,
        dedupe_key=f"enquiry:{enquiry.pk}:{kind}:{outbox.digest(enquiry.email)}",
        reference=enquiry.reference,
        location=enquiry.location.slug,
        language=enquiry.language,
        parameters={"time_zone": enquiry.location.time_zone},
        operation=operation,
    )
    if delivery:
        Message.objects.get_or_create(delivery=delivery, defaults={"enquiry": enquiry})
    return delivery


def tell_waiting(entry: WaitEntry, operation: Operation) -> Delivery | None:
    """Queue the receipt to whoever joined the wait list, with the way to leave it."""
    delivery = outbox.queue_message(
        kind=JOINED,
        recipient=entry.email,
        dedupe_key=f"wait:{entry.pk}:{JOINED}:{outbox.digest(entry.email)}",
        reference=entry.reference,
        location=entry.location.slug,
        language=entry.language,
        harm_at=entry.until,
        not_after=entry.until,
        parameters={"time_zone": entry.location.time_zone},
        operation=operation,
    )
    if delivery:
        Message.objects.get_or_create(delivery=delivery, defaults={"wait_entry": entry})
    return delivery


def send_link_to_waiting(entry: WaitEntry, operation: Operation) -> None:
    """Send the way to their page, or to their offer, once more; every few minutes at most."""
    about = Q(message__wait_entry=entry)
    if entry.booking_id:
        about |= Q(message__booking=entry.booking_id)
    told = Delivery.objects.filter(about, channel=EMAIL, is_for_staff=False).order_by("-pk").first()
    if told and told.created_at < timezone.now() - copies.PAUSE:
        outbox.once_more(told, operation)


def send_copy(booking: Booking, operation: Operation, *, message_id: str = "") -> Delivery | None:
    """Send the latest message to the customer, or the named one, once more.

    One that has not left yet just leaves sooner; of an outdated one, and of a reminder whose time has
    not come, the latest is sent. It goes to the customer's present address. Raises UnknownMessage.
    """
    original = _of_id(booking, message_id) if message_id else latest(booking)
    if original and is_outdated(original, booking):
        original = latest(booking)
    return _once_more(booking, original, operation) if original else None


def main_channel(booking: Booking) -> str:
    """By which the customer has everything: mail, unless they have no address."""
    return EMAIL if booking.email else SMS


def latest(booking: Booking, kind: str = "", *, channel: str = "") -> Delivery | None:
    """The newest message to the customer, copies of it included; a mere link only when nothing else is.

    Of the booking's main channel unless another one is named.
    """
    told = _told(booking).filter(channel=channel or main_channel(booking)).order_by("-pk")
    if kind:
        return told.filter(kind=kind).first()
    told = told.exclude(kind__in=BESIDES)
    return told.exclude(kind=LINK_AGAIN).first() or told.first()


def supersede_unsent(booking: Booking, operation: Operation) -> int:
    """Take back what has not left about a state that is over; call it before telling the new one."""
    deliveries = Delivery.objects.filter(message__booking=booking).exclude(
        kind__in=(LINK_AGAIN, ADDRESS_CHANGED)
    )
    return outbox.supersede(deliveries.overtakable(), operation)


def known_before(booking: Booking) -> Mapping[str, Any]:
    """What was agreed before the first change whose message never left; empty when the last one has left.

    Call it when the unsent is taken back, so that nothing leaves meanwhile.
    """
    told = _told(booking).filter(channel=main_channel(booking), copy_of=None).order_by("-pk")
    unsent = takewhile(lambda each: each.status in NOT_LEFT, told.exclude(kind__in=(*BESIDES, LINK_AGAIN)))
    kept = [each.parameters[agreed.BEFORE] for each in unsent if agreed.BEFORE in each.parameters]
    return kept[-1] if kept else {}


def supersede_reminders(booking: Booking, operation: Operation) -> int:
    """Take back the reminders of a time that counts no more, and nothing else."""
    reminding = Delivery.objects.filter(message__booking=booking, kind=REMINDER)
    return outbox.supersede(reminding.overtakable(), operation)


def _once_more(booking: Booking, original: Delivery, operation: Operation) -> Delivery:
    not_after, now_at = copy_not_after(booking, original.kind), address(booking, original.channel)
    if now_at and outbox.digest(original.recipient) != outbox.digest(now_at):
        return outbox.send_copy(original, operation, recipient=now_at, not_after=not_after)
    return outbox.once_more(original, operation, not_after=not_after)


def _tell(
    booking: Booking,
    kind: str,
    recipient: str,
    mark: str,
    operation: Operation,
    *,
    is_for_staff: bool = False,
    send_at: datetime | None = None,
    parameters: dict[str, Any] | None = None,
    channel: str = EMAIL,
) -> Delivery | None:
    way = "" if channel == EMAIL else f":{channel}"
    delivery = outbox.queue_message(
        kind=kind,
        recipient=recipient,
        dedupe_key=f"booking:{booking.pk}:{kind}{way}:{mark}:{outbox.digest(recipient)}",
        reference=booking.reference,
        location=booking.location.slug,
        language=language.of_reader(booking.location) if is_for_staff else booking.language,
        harm_at=booking.starts_at,
        not_after=_not_after(booking, kind),
        send_at=send_at,
        is_for_staff=is_for_staff,
        parameters={"time_zone": booking.time_zone} | (parameters or {}),
        channel=channel,
        operation=operation,
    )
    if delivery:
        about = Message(delivery=delivery, booking=booking, revision=booking.revision)
        Message.objects.bulk_create([about], ignore_conflicts=True)  # one statement, whoever was first
    return delivery


def _send_link(booking: Booking, operation: Operation) -> Delivery | None:
    sent = Delivery.objects.filter(message__booking=booking, kind=LINK_AGAIN)
    fresh = sent.filter(created_at__gt=timezone.now() - copies.PAUSE, recipient=booking.email)
    if recent := fresh.first():
        return recent
    return _tell(booking, LINK_AGAIN, booking.email, f"link:{sent.count()}", operation)


def _masked(address: str) -> str:
    """“a…@example.com”: enough to recognise one's own."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _told(booking: Booking) -> DeliveryQuerySet:
    return Delivery.objects.filter(message__booking=booking, is_for_staff=False).select_related("message")


def is_outdated(original: Delivery, booking: Booking) -> bool:
    """Whether it says nothing of use any more, or nothing yet: a reminder leaves at its own time."""
    if original.kind == REMINDER and original.status in NOT_LEFT:
        return True
    return original.kind == ADDRESS_CHANGED or original.message.revision < booking.revision


def _of_id(booking: Booking, message_id: str) -> Delivery:
    found = next((each for each in _told(booking) if each.message_id == message_id), None)
    if found is None:
        raise UnknownMessage
    return found


def _not_after(booking: Booking, kind: str) -> datetime | None:
    """A confirmation is useless once the appointment has begun; what calls it off is not."""
    if kind == "staff_request_waiting":
        return booking.answer_until
    if kind == REMINDER:
        return reminders.useful_until(booking)
    if kind == OFFER:
        return booking.stale_after
    if kind in UNTIL_START:
        return booking.starts_at
    return max(booking.starts_at, timezone.now()) + USEFUL_AFTER_START


def copy_not_after(booking: Booking, kind: str) -> datetime:
    """Who asks for a copy afterwards still wants it."""
    now, limit = timezone.now(), _not_after(booking, kind)
    return limit if limit and limit > now else now + USEFUL_AFTER_START


def _link_copy(original: Delivery, copy: Delivery) -> None:
    about = Message.objects.get(delivery=original)
    Message.objects.get_or_create(
        delivery=copy,
        defaults={
            "booking": about.booking,
            "enquiry": about.enquiry,
            "wait_entry": about.wait_entry,
            "revision": about.revision,
        },
    )


register(
    *(
        Kind(
            code=code,
            title=title,
            compose=compose,
            about=about,
            short=text_messages.compose if code in text_messages.COMPOSED else None,
            link_copy=_link_copy,
        )
        for code, title in (
            ("received", _("Receipt")),
            ("confirmation", _("Confirmation")),
            ("declined", _("Refusal")),
            ("moved", _("New time")),
            ("changed", _("Changed booking")),
            ("cancelled_by_customer", _("Cancellation")),
            ("cancelled_by_staff", _("Cancellation by the place")),
            (MERGED, _("One booking instead of two")),
            ("failed", _("Failure notice")),
            ("enquiry_received", _("Receipt of your message")),
            ("enquiry_answered", _("Answer")),
            (JOINED, _("Receipt of the wait list")),
            (OFFER, _("Offer from the wait list")),
        )
    ),
    Kind(
        code=REMINDER,
        title=_("Reminder"),
        compose=compose,
        about=about,
        short=text_messages.compose,
        overtaken=reminders.stands_behind,
        link_copy=_link_copy,
    ),
    Kind(
        code=LINK_AGAIN,
        title=_("Link"),
        compose=compose,
        about=about,
        link_copy=_link_copy,
        matters_when_missed=False,
    ),
    Kind(
        code=ADDRESS_CHANGED,
        title=_("Notice to your old address"),
        compose=compose,
        about=about,
        link_copy=_link_copy,
        matters_when_missed=False,
        is_courtesy=True,
    ),
    Kind(
        code=attention.KIND,
        title=_("What needs attention, to staff"),
        compose=attention.compose,
        matters_when_missed=False,
    ),
    *(
        Kind(
            code=code,
            title=title,
            compose=compose,
            about=about,
            link_copy=_link_copy,
            matters_when_missed=False,
        )
        for code, title in (
            ("staff_request_waiting", _("Request to staff")),
            (letters.BOOKED, _("New booking, to staff")),
            (letters.MOVED, _("Moved by the customer, to staff")),
            (letters.CANCELLED_ONLINE, _("Cancelled by the customer, to staff")),
        )
    ),
)
