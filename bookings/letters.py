"""Composes what a message says from what is true when it leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import css_inline
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from bookings import (
    agreed,
    explanations,
    ics,
    letter_facts,
    merged,
    message_texts,
    placeholders,
    reminders,
    what_changed,
    when,
    whereabouts,
)
from bookings.booking import Booking, Status
from bookings.correspondence import Enquiry, Message
from bookings.message_texts import MessageText
from bookings.places import Location
from bookings.waitlist import words
from bookings.waitlist.entry import WaitEntry, WaitStatus
from notifications import gathering
from notifications.kinds import Attachment, Content
from notifications.models import Delivery
from operations.errors import OvertakenError

BOOKED, MOVED, CANCELLED_ONLINE = "staff_booked", "staff_moved", "staff_cancelled"
NOTICES = frozenset({BOOKED, MOVED, CANCELLED_ONLINE})
INVITING = frozenset({"confirmation", "moved", "changed"})
CANCELLED, STANDING = frozenset({Status.CANCELLED}), frozenset({Status.ACCEPTED, Status.IN_PROGRESS})
TRUE_WHILE = {
    "received": frozenset({Status.SUBMITTED}),
    "staff_request_waiting": frozenset({Status.SUBMITTED}),
    BOOKED: STANDING,
    MOVED: STANDING | {Status.SUBMITTED},
    CANCELLED_ONLINE: CANCELLED,
    "confirmation": STANDING,
    "moved": STANDING | {Status.SUBMITTED},
    "changed": STANDING | {Status.SUBMITTED},
    "reminder": STANDING,
    "declined": CANCELLED,
    "cancelled_by_customer": CANCELLED,
    "cancelled_by_staff": CANCELLED,
    "merged": CANCELLED,
    "failed": frozenset({Status.FAILED}),
    "wait_list_offer": frozenset({Status.DRAFT}),
}
CALLING_OFF = frozenset({"cancelled_by_customer", "cancelled_by_staff", "merged"})
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def compose(delivery: Delivery) -> Content:
    """The message of any of our kinds; its words are the place's own, or in `templates/mail/<kind>.*`.

    Where the booking has moved on since, the message tells how things stand instead; a reminder says
    nothing then: raises OvertakenError.
    """
    message = gathering.told(delivery, about)
    if delivery.kind == reminders.REMINDER:
        reminders.refuse_overtaken(delivery, message)
    subject = message.subject
    if isinstance(subject, WaitEntry) and subject.status != WaitStatus.WAITING:
        raise OvertakenError("Nobody waits any more.")
    if not message.has_own_text:
        return write(delivery, subject)
    return write(delivery, subject, message_texts.find(subject.location, delivery.kind, delivery.language))


def about(deliveries: Sequence[Delivery]) -> dict[int, Any]:
    """What each of these messages is about, and whether the place has a text of its own for it."""
    location = Coalesce(
        OuterRef("booking__location_id"),
        OuterRef("enquiry__location_id"),
        OuterRef("wait_entry__location_id"),
    )
    own_texts = MessageText.objects.filter(kind=OuterRef("delivery__kind"), location_id=location)
    messages = Message.objects.select_related(
        *("booking__location", "booking__service", "booking__resource", "enquiry__location"),
        *("wait_entry__location", "wait_entry__service", "wait_entry__resource"),
    ).annotate(has_own_text=Exists(own_texts))
    return messages.in_bulk([delivery.pk for delivery in deliveries])


def write(
    delivery: Delivery, subject: Booking | Enquiry | WaitEntry, own: MessageText | None = None
) -> Content:
    """What the message says about its subject as it is now, with the place's own text if it has one.

    Raises placeholders.Unfillable when that cannot be filled in.
    """
    with override(delivery.language):
        if isinstance(subject, Enquiry):
            return _about_enquiry(delivery, subject, own)
        if isinstance(subject, WaitEntry):
            return _about_waiting(delivery, subject, own)
        if subject.status in TRUE_WHILE.get(delivery.kind, frozenset(Status)):
            return _about_booking(delivery, subject, delivery.kind, own)
        return _about_booking(delivery, subject, "as_it_stands", None)


def render(
    delivery: Delivery,
    name: str,
    location: Location,
    context: dict[str, Any],
    attachments: tuple[Attachment, ...] = (),
) -> Content:
    """The letter that `templates/mail/<name>.*` make of the context, in the place's name and colour."""
    context = context | {
        "location": location,
        "address": ", ".join(location.address.split("\n")),
        "language": delivery.language,
        "is_copy": delivery.may_be_duplicate,
        "is_for_staff": delivery.is_for_staff,
    }
    subject, _, text = render_to_string(f"mail/{name}.txt", context).strip().partition("\n")
    return Content(
        subject=context.get("own_subject") or subject.strip(),
        text=re.sub(r"\n\s*\n\s*\n+", "\n\n", text).strip() + "\n",
        html=_inliner.inline(render_to_string(f"mail/{name}.html", context)),
        attachments=attachments,
        sender_name=location.name,
        reply_to="" if delivery.is_for_staff else location.email,
    )


def _about_booking(delivery: Delivery, booking: Booking, name: str, own: MessageText | None) -> Content:
    own_page = f"{settings.HOLDFAST_URL}/b/{booking.token}/?m={delivery.uid}"
    context: dict[str, Any] = {
        "booking": booking,
        "goes": None,
        "name": booking.name,
        "when": when.for_booking(booking, delivery.language),
        "explanation": explanations.explain(booking),
        "may_retry": not explanations.why_not(booking, "retry"),
        "may_cancel": not explanations.why_not(booking, "cancel"),
        "changes_end": explanations.changes_end(booking),
        "deadline": when.spoken(
            booking.answer_until or booking.starts_at, booking.location.zone, delivery.language
        ),
        "held_until": when.spoken(
            booking.stale_after or booking.starts_at, booking.location.zone, delivery.language
        ),
        "link": own_page,
        "own_page": own_page,
        "desk": settings.HOLDFAST_URL + _for_staff(delivery, booking),
        "old_time": what_changed.old_time(booking, _known_time(delivery)) if name == "moved" else "",
        "differences": agreed.told(delivery.parameters.get(agreed.BEFORE), booking, delivery.language),
        "new_address": delivery.parameters.get("new_address", ""),
    }
    context |= _in_its_place(booking)
    context["how_to_join"] = "" if delivery.is_for_staff else whereabouts.how_to_join(context["booking"])
    context |= _own_words(own, booking, delivery.language)
    return render(delivery, name, booking.location, context, _invitation(delivery, booking))


def _known_time(delivery: Delivery) -> str:
    """The wall time that the customer knew; "" in a preview and in what was queued before it was kept."""
    return str(delivery.parameters.get(agreed.BEFORE, {}).get("start", ""))


def _for_staff(delivery: Delivery, booking: Booking) -> str:
    """Where staff do what the message is about."""
    if delivery.kind in NOTICES:
        return reverse("staff-booking", args=[booking.location.slug, booking.pk or 0])
    return f"/admin/desk/bookings.awaiting_staff/{booking.pk}/"


def _in_its_place(booking: Booking) -> dict[str, Any]:
    """Of a booking that was merged, the letter shows the one that counts."""
    counts = merged.what_counts(booking)
    if counts is None:
        return {}
    return {
        "booking": counts,
        "goes": booking,
        "link": f"{settings.HOLDFAST_URL}/b/{counts.token}/",
        "changes_end": explanations.changes_end(counts),
    }


def _about_enquiry(delivery: Delivery, enquiry: Enquiry, own: MessageText | None) -> Content:
    context = {"enquiry": enquiry, "name": enquiry.name} | _own_words(own, enquiry, delivery.language)
    return render(delivery, delivery.kind, enquiry.location, context)


def _about_waiting(delivery: Delivery, entry: WaitEntry, own: MessageText | None) -> Content:
    context = {
        "entry": entry,
        "name": entry.name,
        "wanted": words.wanted(entry, delivery.language),
        "link": f"{settings.HOLDFAST_URL}/w/{entry.token}/",
    } | _own_words(own, entry, delivery.language)
    return render(delivery, delivery.kind, entry.location, context)


def _own_words(
    own: MessageText | None, subject: Booking | Enquiry | WaitEntry, language: str
) -> dict[str, str]:
    if own is None:
        return {}
    values = letter_facts.values(subject, language)
    return {
        "own_subject": " ".join(placeholders.fill(own.subject, values).split()),
        "own_intro": placeholders.fill(own.intro, values).strip(),
        "own_language": own.language,
    }


def _invitation(delivery: Delivery, booking: Booking) -> tuple[Attachment, ...]:
    """The calendar entry that goes with the message, if the booking has one to enter or to take out."""
    if delivery.kind in INVITING and booking.status == Status.ACCEPTED:
        method = "REQUEST"
    elif delivery.kind in CALLING_OFF and booking.status == Status.CANCELLED and _was_invited(booking):
        method = "CANCEL"
    else:
        return ()
    organizer = booking.location.email or settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">")
    text = ics.calendar(booking, method=method, organizer=organizer).decode()
    return (Attachment(f"{booking.reference}.ics", "text/calendar", text, {"method": method}),)


def _was_invited(booking: Booking) -> bool:
    return (
        booking._state.adding
        or booking.messages.filter(delivery__kind__in=INVITING, delivery__channel="email").exists()
    )
