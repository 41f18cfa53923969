"""What can be rehearsed with a booking."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from bookings import intake, processing, rehearsal, times
from bookings.booking import Booking, Status
from bookings.intake import Submission
from bookings.places import Approval, Service
from bookings.rehearsal import Fault
from operations import intents
from operations.errors import Refusal
from operations.rehearsals import Drill, NotPossible, register
from operations.workflow import Source

DURATION = timedelta(hours=1)


def stick() -> str:
    """Submit a booking that no worker processes for an hour, and let it be late at once."""
    booking = _book(days=2, answers=rehearsal.mark(Fault.STUCK, timezone.now() + DURATION))
    Booking.objects.filter(pk=booking.pk).update(stale_after=timezone.now())
    return _look_at(booking, "bookings.late", "It is received and nobody processes it. Press: Process now.")


def fail() -> str:
    """Submit a booking whose processing fails until it is given up; tried again, it succeeds."""
    booking = _book(days=5, answers=rehearsal.mark(Fault.ERROR, timezone.now() + DURATION))
    ours = Booking.objects.filter(pk=booking.pk)
    with _without_alarm():
        for _attempt in range(2 * settings.HOLDFAST.processing_max_attempts):
            ours.filter(status=Status.SUBMITTED).update(next_at=timezone.now())
            processing.process(booking.pk)
    ours.update(answers={})
    if ours.get().status != Status.FAILED:
        raise NotPossible("The booking did not fail; somebody else processed it.")
    return _look_at(booking, "bookings.failed", "It failed three times and was given up. Press: Retry now.")


def mistype() -> str:
    """Book with an address that the mail server refuses for good."""
    booking = _book(days=3, domain="refused.example")
    return _look_at(booking, "notifications.dead", "Its confirmation is refused. Press: Correct and replace.")


def lose_answer() -> str:
    """Book with an address at which the mail server takes the message and hangs up without a word."""
    booking = _book(days=4, domain="silent.example")
    return _look_at(
        booking, "notifications.unknown", "Nobody knows whether its confirmation arrived; it did, this time."
    )


@contextmanager
def _without_alarm() -> Iterator[None]:
    """What fails on purpose needs no trace in the log."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _book(*, days: int, domain: str = "example.org", answers: dict[str, Any] | None = None) -> Booking:
    """Book a free time that needs nobody's agreement, as a customer would.

    Each drill has days of its own, so that the time that one sets free is not taken by the next.
    """
    if domain != "example.org" and not settings.LOCAL_INBOX:
        raise NotPossible("This needs the local inbox; mail goes to the server of EMAIL_URL.")
    services = Service.objects.filter(approval=Approval.AUTOMATIC, is_active=True).select_related("location")
    for service in services:
        for offer in times.nearest(service, timezone.now() + timedelta(days=days), count=1):
            submission = Submission(
                service=service,
                start=offer.start,
                resource=None,
                name="Rita Rehearsal",
                email=f"rita.{uuid.uuid4().hex[:6]}@{domain}",
                phone="+49 30 23125 999",
                answers=answers or {},
            )
            try:
                return intake.submit(_request(), submission, source=Source.COMMAND).booking
            except Refusal:
                continue
    raise NotPossible("There is no service with a free time that is accepted automatically.")


def _request() -> intents.Request:
    return intents.Request("web:book", uuid.uuid4())


def _look_at(booking: Booking, condition: str, what: str) -> str:
    url = settings.HOLDFAST_URL
    return (
        f"{what}\n  staff:    {url}/admin/desk/{condition}/\n  customer: {url}/b/{booking.token}/"
        f"\n  history:  manage.py recover history {booking.reference}"
    )


register(
    Drill("stuck_submission", "A booking is submitted and not processed", stick),
    Drill("failed_booking", "Processing a booking fails", fail),
    Drill("wrong_address", "A message is refused for good", mistype),
    Drill("lost_answer", "A message is handed over and no answer comes back", lose_answer),
)
