"""Bookings that rehearsals make: like those of customers, marked, and put away when they have served."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from bookings import intake, processing, rehearsal, times
from bookings.booking import Booking, Status
from bookings.intake import Submission
from bookings.offerings import Approval, Service
from notifications import outbox
from notifications.models import Delivery
from operations import intents, rehearsals, workflow
from operations.errors import Refusal
from operations.rehearsals import NotPossible, Staged
from operations.workflow import Actor, Operation, Source

OVER = frozenset({Status.CANCELLED, Status.COMPLETED})
AUTOMATIC = (Approval.AUTOMATIC,)


def book(
    *,
    days: int,
    domain: str = "example.org",
    answers: dict[str, Any] | None = None,
    approvals: tuple[str, ...] = AUTOMATIC,
) -> Booking:
    """Book a free time so many days ahead, as a customer would; raises NotPossible.

    Each drill has days of its own, so that the time that one sets free is not taken by the next.
    """
    for submission in submissions(days=days, domain=domain, answers=answers, approvals=approvals):
        try:
            return intake.submit(request(), submission, source=Source.COMMAND).booking
        except Refusal:
            continue
    raise NotPossible(_no_time(approvals))


def submissions(
    *,
    days: int,
    domain: str = "example.org",
    answers: dict[str, Any] | None = None,
    approvals: tuple[str, ...] = AUTOMATIC,
) -> Iterator[Submission]:
    """What a customer could send, for a free time of each service."""
    if domain != "example.org" and not settings.LOCAL_INBOX:
        raise NotPossible("This needs the local inbox; mail goes to the server of EMAIL_URL.")
    services = Service.objects.filter(approval__in=approvals, is_active=True).select_related("location")
    for service in services:
        for offer in times.nearest(service, timezone.now() + timedelta(days=days), count=1):
            yield Submission(
                service=service,
                start=offer.start,
                resource=None,
                name="Rita Rehearsal",
                email=f"rita.{uuid.uuid4().hex[:6]}@{domain}",
                phone="+49 30 23125 999",
                answers=answers or rehearsal.mark(),
            )


def customers(number: int) -> list[Booking]:
    """So many customers book while something is broken; fewer where no time is free."""
    made = []
    for _number in range(number):
        try:
            made.append(book(days=6))
        except NotPossible:
            break
    return made


def accepted(**wanted: Any) -> Booking:
    """A booking that a worker, or we, have processed."""
    booking = book(**wanted)
    processing.process(booking.pk)
    return Booking.objects.get(pk=booking.pk)


def clear(pk: int, operation: Operation) -> None:
    """Call a booking off and tell nobody: there was no customer. Its history stays."""
    booking = workflow.fetch(Booking, pk=pk)
    if booking.status not in OVER:
        workflow.perform(
            booking, "cancel", operation, by=Actor.STAFF, reason=rehearsals.REASON, silently=True
        )
    if booking.acknowledged_at is None:
        workflow.perform(booking, "acknowledge", operation)
    about = Delivery.objects.filter(message__booking=booking)
    outbox.supersede(about.overtakable(), operation, evidence=rehearsals.REASON)


def look_at(booking: Booking, condition: str, what: str, *, until: datetime | None = None) -> Staged:
    """What to look at, for whoever reads it in a terminal or at the desk."""
    url = settings.HOLDFAST_URL
    told = (
        f"{what}\n  staff:    {url}/admin/desk/{condition}/\n  customer: {url}/b/{booking.token}/"
        f"\n  history:  manage.py recover history {booking.reference}"
    )
    return Staged(told, (booking,), until)


def request(scope: str = "web:book") -> intents.Request:
    """A number as a page would carry it."""
    return intents.Request(scope, uuid.uuid4())


def _no_time(approvals: tuple[str, ...]) -> str:
    how = "accepted automatically" if approvals == AUTOMATIC else "confirmed by a payment or a partner"
    return f"There is no service with a free time that is {how}."
