"""A booking's own page: the truth about it, from the rows and never from the queue."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from bookings import copies, explanations, ics, language, merged, messages, told, what_changed, whereabouts
from bookings.booking import Booking, Status
from bookings.places import Location
from bookings.reminders import REMINDER
from bookings.views import lookup, own_draft
from bookings.views.answers import page, private
from notifications import evidence, wording
from notifications.models import Delivery
from operations import intents
from operations.effects import EffectStatus
from operations.errors import Busy

DONE = frozenset({Status.ACCEPTED, Status.IN_PROGRESS, Status.COMPLETED})
OVER = frozenset({*Booking.final_statuses, Status.FAILED})
SOON_SECONDS, LATER_SECONDS = 1, 30
MOVING = frozenset({EffectStatus.PENDING, EffectStatus.WORKING})
OPEN = frozenset({*MOVING, EffectStatus.HELD, EffectStatus.UNKNOWN})


@require_safe
@private
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The whole page; `?repeat=` says that this very request had been received before."""
    booking = lookup.booking(token)
    context = _context(booking)
    spoken = language.spoken(booking.created_at, booking.location)
    context |= {
        "repeat": request.GET.get("repeat", ""),
        "received_at": spoken,
        "request_id": intents.issue(),
        "etag": _etag(booking, render_to_string("pages/parts/status.html", context)),
    }
    return page(request, "booking", context)


@require_safe
@private
def fragment(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that changes; 304 while it has not."""
    booking = lookup.booking(token)
    body = render_to_string("pages/parts/status.html", _context(booking))
    etag = _etag(booking, body)
    response = get_conditional_response(request, etag=etag, response=HttpResponse(body))
    assert response is not None
    response["ETag"] = etag
    return response


@require_safe
@private
def calendar(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001
    """The appointment as a calendar file (RFC 5545)."""
    booking = lookup.booking(token)
    return HttpResponse(
        ics.calendar(booking),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{booking.reference}.ics"'},
    )


@csrf_exempt  # it needs no cookie: who knows token and message id has read the message
@require_POST
@private
def seen(request: HttpRequest, token: str) -> HttpResponse:
    """The page's script says that a person came by the link of message `m`; the booking stays as it is."""
    messages = lookup.booking(token).messages.select_related("delivery")
    uid = request.POST.get("m", "")
    if uid in {str(message.delivery.uid) for message in messages}:
        with suppress(Busy):  # a worker has the message in hand; the next look will tell it again
            evidence.opened(uid)
    return HttpResponse(status=204)


@dataclass(frozen=True)
class Line:
    """One message in words."""

    kind: str
    channel: str
    status: str
    title: str
    text: str
    is_to_come: bool


def _context(booking: Booking) -> dict[str, Any]:
    deliveries = [
        message.delivery
        for message in booking.messages.filter(delivery__is_for_staff=False)
        .select_related("delivery")
        .order_by("delivery_id")
    ]
    actions = explanations.allowed_actions(booking)
    return {
        "location": booking.location,
        "booking": booking,
        "is_begun": booking.status == Status.DRAFT and not explanations.is_offer(booking),
        "is_left": explanations.was_never_sent(booking) and not booking.forgotten_at,
        "book_address": own_draft.address(booking),
        "explanation": explanations.explain(booking),
        "how_to_join": whereabouts.how_to_join(booking),
        "is_told_later": whereabouts.is_told_later(booking),
        "google_address": "" if explanations.why_not(booking, "calendar") else ics.google_address(booking),
        "changes_end": explanations.changes_end(booking),
        "actions": actions,
        "next_copy": "" if copies.ASKED in actions or booking.forgotten_at else copies.wait(booking),
        "counts": merged.what_counts(booking),
        "lines": [_line(delivery, booking.location) for delivery in deliveries if not _is_dropped(delivery)],
        "history": what_changed.so_far(booking),
        "is_done": booking.status in DONE,
        "can_repeat": booking.status in DONE | OVER
        and booking.service.is_active
        and booking.location.is_active,
        "every": _interval_seconds(booking, deliveries),
    }


def _line(delivery: Delivery, location: Location) -> Line:
    is_waiting = delivery.status == EffectStatus.PENDING and not delivery.failure_class
    said = told.explain(delivery, location)
    is_to_come = delivery.kind == REMINDER and is_waiting
    return Line(delivery.kind, delivery.channel, delivery.status, wording.title(delivery), said, is_to_come)


def _is_dropped(delivery: Delivery) -> bool:
    """Whether it is a reminder of a time that counts no more, or the like: nobody waits for it."""
    return delivery.kind in messages.BESIDES and delivery.status == EffectStatus.CANCELLED


def _interval_seconds(booking: Booking, deliveries: list[Delivery]) -> int:
    """How often the page should ask: soon while a worker is due, later while people are; 0: never."""
    if booking.status == Status.SUBMITTED and not booking.waiting_for:
        return SOON_SECONDS
    soon = timezone.now() + timedelta(minutes=1)
    if any(each.status in MOVING and each.next_at < soon for each in deliveries):
        return SOON_SECONDS
    is_final = booking.status in Booking.final_statuses
    return 0 if is_final and not any(each.status in OPEN for each in deliveries) else LATER_SECONDS


def _etag(booking: Booking, body: str) -> str:
    return f'"{booking.version}-{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
