"""Shows every kind of message as it would leave now, with a real booking of the place where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import attention, language, letters, message_texts, messages
from bookings.attention import Matters
from bookings.booking import Booking, FailureCode, Status, Waiting
from bookings.correspondence import Enquiry, EnquiryStatus
from bookings.message_texts import MessageText
from bookings.offerings import Approval, Service
from bookings.places import Location
from bookings.waitlist.entry import WaitEntry
from notifications.kinds import Content
from notifications.models import Delivery

OF_STAFF = ("staff_request_waiting", *sorted(letters.NOTICES), attention.KIND)
WAITING = {Approval.PAYMENT: Waiting.PAYMENT, Approval.PARTNER: Waiting.PARTNER}
CALLED_OFF = {"status": Status.CANCELLED, "failure_code": "", "waiting_for": "", "answer_until": None}
STANDING = CALLED_OFF | {"status": Status.ACCEPTED}
STATES: dict[str, dict[str, Any]] = {
    "declined": CALLED_OFF | {"cancelled_by": "staff"},
    "cancelled_by_staff": CALLED_OFF | {"cancelled_by": "staff"},
    messages.MERGED: CALLED_OFF | {"cancelled_by": "staff"},
    "cancelled_by_customer": CALLED_OFF | {"cancelled_by": "customer"},
    letters.CANCELLED_ONLINE: CALLED_OFF | {"cancelled_by": "customer"},
    "failed": STANDING | {"status": Status.FAILED, "failure_code": FailureCode.CONFIRMATION_EXPIRED},
}


@dataclass(frozen=True)
class Preview:
    """A message that nobody gets, and what it is about; nothing where that is made up."""

    content: Content
    recipient: str
    about: str


def show(location: Location, kind: str, *, draft: MessageText | None = None, with_people: bool) -> Preview:
    """The message about the newest fitting record; `with_people` only for those who may see such records.

    `draft` stands in for the text that is saved. Raises placeholders.Unfillable where a text is broken.
    """
    reader = language.of_reader(location)
    delivery = Delivery(kind=kind, language=reader, is_for_staff=kind in OF_STAFF, location=location.slug)
    delivery.parameters = {"new_address": "a…@example.com"}
    if kind == attention.KIND:
        real = list(attention.matters_at(location)) if with_people else []
        content = attention.write(delivery, location, real or [_example_matters()])
        return Preview(content, location.email, _("what is on the desk now") if real else "")
    subject = _subject(location, kind, with_people)
    own = draft or message_texts.find(location, kind, reader)
    content = letters.write(delivery, subject, own)
    to = location.email if delivery.is_for_staff else subject.email
    about = _("the data of %(reference)s") % {"reference": subject.reference} if subject.pk else ""
    return Preview(content, to, about)


def _example_matters() -> Matters:
    page = f"{settings.HOLDFAST_URL}/admin/desk/bookings.failed/"
    return Matters(_("Failed, can be tried again"), 1, ["Ada Lovelace · HF-EXAMPLE"], page)


def _subject(location: Location, kind: str, with_people: bool) -> Booking | Enquiry | WaitEntry:
    if kind == messages.JOINED:
        return _wait_entry(location, with_people)
    if kind.startswith("enquiry_"):
        return _enquiry(location, with_people)
    return _booking(location, kind, with_people)


def _wait_entry(location: Location, with_people: bool) -> WaitEntry:
    """The newest one, else somebody who waits for a day."""
    newest = location.wait_list.order_by("-pk").first() if with_people else None
    if newest is None:
        example = _example(location)
        day = example.starts_at.date()
        newest = WaitEntry(name=example.name, email=example.email, token=example.token, day=day)
        newest.reference, newest.location, newest.service = example.reference, location, example.service
    return newest


def _enquiry(location: Location, with_people: bool) -> Enquiry:
    newest = location.enquiries.order_by("-pk").first() if with_people else None
    if newest is None:
        newest = Enquiry(name="Ada Lovelace", email="ada@example.com", text=_("Do you cut curly hair?"))
        newest.location = location
    if newest.status == EnquiryStatus.OPEN:
        newest.answer = _("(Here stands your answer.)")
    return newest


def _booking(location: Location, kind: str, with_people: bool) -> Booking:
    """The newest booking in the state that the message tells of, else the newest one as if it were."""
    bookings = location.bookings.select_related("service", "resource").order_by("-pk")
    fitting = bookings.filter(status__in=letters.TRUE_WHILE.get(kind, list(Status)))
    found = (fitting.first() or bookings.first()) if with_people else None
    return _as_if(kind, found or _example(location), location)


def _example(location: Location) -> Booking:
    service = location.services.order_by("position", "pk").first()
    service = service or Service(location=location, name=_("Consultation"), minutes=30)
    noon = datetime.combine(timezone.localdate() + timedelta(days=7), time(12), tzinfo=location.zone)
    booking = Booking(
        name="Ada Lovelace",
        email="ada@example.com",
        token="example",  # noqa: S106
        reference="HF-EXAMPLE",
        starts_at=noon,
        ends_at=noon + timedelta(minutes=service.minutes),
        time_zone=location.time_zone,
        price=service.price,
        deposit=service.deposit,
        currency=location.currency,
        created_at=timezone.now(),
    )
    booking.service = service
    return booking


def _as_if(kind: str, booking: Booking, location: Location) -> Booking:
    """A twin in memory, in the state that the message tells of; the booking itself is left alone."""
    columns = {field.attname: getattr(booking, field.attname) for field in Booking._meta.concrete_fields}
    twin = Booking(**columns | _state(kind, booking))
    twin.location, twin.service, twin.resource = location, booking.service, booking.resource
    if kind in ("declined", "cancelled_by_staff") and not twin.cancel_reason:
        twin.cancel_reason = _("(Here stands your reason.)")
    if kind == messages.MERGED:
        twin.merged_into = booking
    return twin


def _state(kind: str, booking: Booking) -> dict[str, Any]:
    if kind in ("received", "staff_request_waiting"):
        approval = Approval.STAFF if kind == "staff_request_waiting" else Approval(booking.service.approval)
        until = booking.answer_until or timezone.now() + timedelta(days=1)
        asked = {"waiting_for": WAITING.get(approval, Waiting.STAFF), "answer_until": until}
        return STANDING | {"status": Status.SUBMITTED} | asked
    if kind == messages.OFFER:
        return CALLED_OFF | {"status": Status.DRAFT, "stale_after": timezone.now() + timedelta(hours=2)}
    return STATES.get(kind, STANDING)
