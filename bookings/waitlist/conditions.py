"""How the wait list presents itself to staff, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from bookings import case_data, questions, when
from bookings.booking import Booking, Status
from bookings.changes import let_go
from bookings.waitlist import offering, words
from bookings.waitlist.entry import WaitEntry, WaitEntryQuerySet, WaitStatus
from operations import queue, workflow
from operations.errors import Refusal
from operations.recovery import Concerns, Condition, Consequence, Introduction, Remedy, Urgency, after
from operations.workflow import Actor, Operation


def offer_now(entry: WaitEntry, operation: Operation) -> None:
    """Offer the first free time that suits, out of turn if need be."""
    start = offering.first_start_for(entry)
    if start is None:
        raise Refusal(gettext_lazy("Nothing is free for them now."))
    offering.offer(entry, start, operation)


def take_off(entry: WaitEntry, operation: Operation) -> None:
    """Take them off the list; an offer that is open is withdrawn."""
    if entry.status == WaitStatus.OFFERED:
        _release(entry, operation, by=Actor.STAFF)
    else:
        workflow.perform(entry, "leave", operation)


def expire(entry: WaitEntry, operation: Operation) -> None:
    workflow.perform(entry, "expire", operation)


def put_right(entry: WaitEntry, operation: Operation) -> None:
    """End an offer that should be over, or look now for somebody nobody looked for."""
    if entry.status == WaitStatus.OFFERED:
        _release(entry, operation, by=Actor.SCHEDULE)
        return
    offering.serve_next(entry.service_id, entry.day, operation)
    offering.look_again(entry)
    queue.wake(offering.TOPIC)


def _release(entry: WaitEntry, operation: Operation, *, by: Actor) -> None:
    """Let the draft go and end the entry the same way, whoever acts."""
    assert entry.booking_id is not None
    workflow.perform(entry, "leave" if by == Actor.STAFF else "expire", operation)
    booking = workflow.fetch(Booking, pk=entry.booking_id)
    if booking.status == Status.DRAFT:
        let_go(booking, operation, by=by)


def _nothing_free(entry: WaitEntry) -> str:
    return "" if offering.first_start_for(entry) else str(_("Nothing is free for them now."))


def _entries() -> WaitEntryQuerySet:
    return WaitEntry.objects.select_related("location", "service__location", "resource", "booking")


def _explain_late(entry: WaitEntry) -> str:
    if entry.status == WaitStatus.OFFERED:
        return _("Their offer should be over and still holds its time; the next in line waits for it.")
    return _("Nobody has looked for a free time for them when it was due.")


def _customer_text(entry: WaitEntry) -> str:
    told = words.explain(entry, entry.language)
    return f"{told.headline}. {told.text} {told.next_step}"


def _facts(entry: WaitEntry) -> Mapping[str, Any]:
    return {
        _("Waits for"): words.wanted(entry, "en"),
        _("Service"): entry.service.name,
        _("With"): entry.resource.name if entry.resource else "",
        _("Customer"): entry.name,
        _("E-mail"): entry.email,
        _("Phone"): entry.phone,
        _("Notes"): entry.notes,
        **dict(questions.spoken(entry.answers)),
        _("Of use until"): str(when.spoken(entry.until, entry.location.zone, "en")),
        _("Offered"): str(when.for_booking(entry.booking, "en").start) if entry.booking else "",
    }


def _title(entry: WaitEntry) -> str:
    name = _("somebody forgotten") if entry.forgotten_at else entry.name
    return f"{name} · {entry.service.name} · {entry.reference}"


def _related(entry: WaitEntry) -> list[Model]:
    messages: list[Model] = [message.delivery for message in entry.messages.select_related("delivery")]
    return [*messages, entry.booking] if entry.booking else messages


OFFER_NOW = Remedy(
    code="offer",
    title=gettext_lazy("Offer now"),
    says=gettext_lazy(
        "Holds the first free time that suits and tells the customer, whoever else waits for it."
    ),
    apply=offer_now,
    consequence=Consequence.TELLS_CUSTOMER,
    refuses=_nothing_free,
)
TAKE_OFF = Remedy(
    code="take_off",
    title=gettext_lazy("Take off the list"),
    says=gettext_lazy("Ends their place in line, an open offer too. Their page says so; no mail is sent."),
    apply=take_off,
)
END = Remedy(
    code="expire",
    title=gettext_lazy("End it: too late"),
    says=gettext_lazy("Ends their place in line because its time is over. Their page says so."),
    apply=expire,
    due_by_itself=WaitEntryQuerySet.out_of_time,
)
PUT_RIGHT = Remedy(
    code="put_right",
    title=gettext_lazy("Put it right"),
    says=gettext_lazy("Ends an offer that is over, or looks for a free time for the first in line."),
    apply=put_right,
    due_by_itself=lambda entries: entries,
)
WAIT_ENTRY = Introduction(
    title=_title,
    facts=_facts,
    location=lambda entry: entry.location.name,
    time_zone=lambda entry: entry.location.time_zone,
    related=_related,
    is_case=True,
    data=case_data.of_wait_entry,
    besides=case_data.told_elsewhere,
    prefetch=("location", "service", "resource", "booking"),
    concerns=Concerns(person="email", occasion="reference", harm_at="until"),
    narrowed_by={
        "location__slug": gettext_lazy("Location"),
        "service__name": gettext_lazy("Service"),
    },
    moves={
        "join": gettext_noop("Joined the wait list"),
        "offer": gettext_noop("Offered a time ({booking})"),
        "take": gettext_noop("Took the time"),
        "decline": gettext_noop("Let the time go"),
        "expire": gettext_noop("Over without an answer"),
        "leave": gettext_noop("Off the list"),
        "forget": gettext_noop("The customer's data were removed"),
    },
)
CONDITIONS = (
    Condition(
        code="bookings.on_wait_list",
        title=gettext_lazy("On the wait list"),
        model=WaitEntry,
        records=lambda: _entries().waiting(),
        explanation=gettext_lazy("They wait for a time that is taken, and are offered it when it is free."),
        customer_text=_customer_text,
        by_itself=gettext_lazy("Whatever becomes free is offered to the first in line."),
        remedies=(OFFER_NOW, TAKE_OFF, END),
        covers=frozenset({WaitStatus.WAITING}),
        urgency=Urgency.INFORMATION,
        harm_at="until",
        since_at="created_at",
        since=lambda entry: entry.created_at,
        booking=lambda entry: str(entry.reference),
    ),
    Condition(
        code="bookings.wait_late",
        title=gettext_lazy("Wait list not served"),
        model=WaitEntry,
        records=lambda: _entries().late(),
        explanation=_explain_late,
        customer_text=_customer_text,
        by_itself=gettext_lazy("It is put right within a minute."),
        remedies=(PUT_RIGHT, TAKE_OFF),
        covers=frozenset({WaitStatus.OFFERED}),
        harm_at="until",
        since_at="stale_after",
        since=lambda entry: entry.stale_after,
        booking=lambda entry: str(entry.reference),
        needs_person_at=after("stale_after", settings.HOLDFAST.wait_late_seconds),
    ),
)
