"""Joining the wait list and leaving it again, each exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import messages, questions, times
from bookings.eligibility import NotOffered
from bookings.offerings import Service
from bookings.resources import Resource
from bookings.waitlist import offering
from bookings.waitlist.entry import OPEN, WaitEntry, WaitStatus, late_from
from bookings.waitlist.offering import TOPIC
from operations import intents, queue, workflow
from operations.errors import Refusal
from operations.transactions import use_case
from operations.workflow import Actor, Operation, Source


class StillFree(Refusal):
    """Raised when what somebody would wait for can be booked at once."""

    code = "still_free"
    message = gettext_lazy("This is free: you can book it now and need not wait.")


class AlreadyWaiting(Refusal):
    """Raised when somebody with this address waits for the very same; their link goes to that address."""

    code = "already_waiting"
    message = gettext_lazy("This address is on the wait list for this already. Its place in line is kept.")

    def __init__(self, entry: WaitEntry) -> None:
        self.entry = entry
        super().__init__()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A cleaned form of the wait list; without `start`, any time of `day`."""

    service: Service
    day: date
    start: datetime | None
    resource: Resource | None
    name: str
    email: str
    phone: str = ""
    notes: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"

    def payload(self) -> dict[str, Any]:
        """What makes two of them the same."""
        return {
            "service": self.service.pk,
            "day": self.day.isoformat(),
            "start": self.start,
            "resource": self.resource.pk if self.resource else None,
            "name": self.name,
            "email": self.email.strip().lower(),
            "phone": self.phone,
            "notes": self.notes,
            "answers": dict(self.answers),
        }


@dataclass(frozen=True)
class Joined:
    """The entry of a request id, and whether an earlier, equal request had made it already."""

    entry: WaitEntry
    is_repeat: bool


def join(request: intents.Request, wish: Wish, *, source: Source) -> Joined:
    """Record who waits; the same request id gives the same entry, however often it comes.

    Raises NotOffered where the rules have no such time, StillFree where there is one to book, AlreadyWaiting
    where the same address waits for it, and what `intents.claim` raises; nothing is stored then but why a
    rule refused. Who waits already gets the link to their page by mail, every few minutes at most: whoever
    typed the address may be somebody else.
    """
    try:
        return _record(request, wish, source)
    except (NotOffered, StillFree, AlreadyWaiting) as refusal:
        intents.record_refusal(request, refusal.code, wish.service, day=wish.day.isoformat())
        if isinstance(refusal, AlreadyWaiting):
            _send_link_again(refusal.entry, _by_customer(request, source))
        raise


def useful_until(service: Service, day: date, start: datetime | None, resource: Resource | None) -> datetime:
    """The last moment at which an offer for this wish would be of use; raises NotOffered or StillFree."""
    if not service.wait_list:
        raise NotOffered("no_wait_list", _("There is no wait list for this."))
    starts = times.working_starts(service, day, day, resource=resource)
    if start is not None:
        starts = [each for each in starts if each == start]
    if not starts:
        raise NotOffered("closed", _("There is nothing to wait for: we offer no such time."))
    free = times.offers(service, day, day, resource=resource)
    if any(start in (None, offer.start) for offer in free):
        raise StillFree
    ahead = timedelta(
        minutes=service.location.minimum_notice_minutes, seconds=settings.HOLDFAST.wait_offer_least_seconds
    )
    until = starts[-1] - ahead
    if until <= timezone.now():
        raise NotOffered("notice", _("It is too late to wait for this time."))
    return until


@use_case
def leave(request: intents.Request, token: str, *, version: int, source: Source) -> Joined:
    """Take oneself off the list; raises StaleRecord from an old page, WrongState when it is over."""
    entry = WaitEntry.objects.get(token=token)
    claim = intents.claim(request, {"token": token, "action": "leave"})
    if not claim.won:
        return Joined(entry, is_repeat=True)
    entry = workflow.fetch(WaitEntry, version=version, pk=entry.pk)
    if entry.status != WaitStatus.WAITING:
        raise workflow.WrongState
    workflow.perform(entry, "leave", _by_customer(request, source))
    claim.intent.settle(entry, "left")
    return Joined(entry, is_repeat=False)


@use_case
def _record(request: intents.Request, wish: Wish, source: Source) -> Joined:
    claim = intents.claim(request, wish.payload())
    if not claim.won:
        return Joined(WaitEntry.objects.get(request=claim.intent), is_repeat=True)
    offering.queue_up(wish.service.pk, wish.day)  # two forms of one person, sent at once, are seen here
    if same := _same_wish(wish):
        raise AlreadyWaiting(same)
    now = timezone.now()
    entry = WaitEntry(
        request=claim.intent,
        location=wish.service.location,
        service=wish.service,
        resource=wish.resource,
        day=wish.day,
        starts_at=wish.start,
        until=useful_until(wish.service, wish.day, wish.start, wish.resource),
        look_at=now,
        stale_after=late_from(now),
        name=wish.name.strip(),
        email=wish.email.strip(),
        phone=wish.phone.strip(),
        notes=wish.notes.strip(),
        answers=questions.as_kept(wish.service, wish.answers),
        language=wish.language,
        source=source,
    )
    operation = _by_customer(request, source)
    workflow.begin(entry, operation, "join")
    messages.tell_waiting(entry, operation)
    claim.intent.settle(entry, "waiting")
    queue.wake(TOPIC)
    return Joined(entry, is_repeat=False)


def _by_customer(request: intents.Request, source: Source) -> Operation:
    return Operation(actor=Actor.CUSTOMER, source=source, request_id=request.key)


def _same_wish(wish: Wish) -> WaitEntry | None:
    """Whoever waits for the same under the same address, or has an open offer of it."""
    found = WaitEntry.objects.alias(address=Lower("email")).filter(
        address=wish.email.strip().lower(),
        status__in=OPEN,
        service=wish.service,
        day=wish.day,
        starts_at=wish.start,
        resource=wish.resource,
    )
    return found.first()


@use_case
def _send_link_again(entry: WaitEntry, operation: Operation) -> None:
    waiting = workflow.fetch(WaitEntry, pk=entry.pk)  # one after the other, so that one mail is enough
    messages.send_link_to_waiting(waiting, operation)
