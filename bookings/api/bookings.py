"""Booking, and what can be done with a booking: each write exactly once and never on a stale view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router

from bookings import changes, intake
from bookings.api import answers, lookup, preconditions, problems, reading, refusals, representation
from bookings.api.document import act, creation, read
from bookings.api.schemas import (
    AddressIn,
    BookingIn,
    BookingOut,
    CancelIn,
    MoveIn,
    ResendIn,
    RetryIn,
    TakeIn,
)
from bookings.api.values import Token
from bookings.booking import Booking
from bookings.changes import Changed
from operations import intents
from operations.workflow import Source

router = Router(tags=["Bookings"])

CREATE, ONE = "/bookings", "/bookings/{slug:token}"


@router.post(
    CREATE,
    response={201: BookingOut},
    summary="Book a time",
    openapi_extra=creation(problems.TIME_TAKEN, problems.LIKELY_DUPLICATE, problems.NOT_OFFERED),
)
def submit(request: HttpRequest, body: BookingIn) -> HttpResponse:
    """Records the booking; it is accepted, or waits for an agreement, a moment later."""
    key = preconditions.request_id(request, CREATE)
    wanted = reading.submission(body, key)
    with refusals.of_time(wanted.service, wanted.start, wanted.resource, wanted.people):
        recorded = intake.submit(key, wanted, source=Source.API)
    address = reverse("api-v1:booking", args=[recorded.booking.token])
    return _answer(request, recorded.booking, status=201, is_repeat=recorded.is_repeat, location=address)


@router.get(
    ONE,
    response=BookingOut,
    url_name="booking",
    summary="See a booking",
    openapi_extra=read(problems.UNKNOWN_BOOKING),
)
def show(request: HttpRequest, token: Token) -> HttpResponse:
    """The present state of the booking and of every message about it, from the records themselves."""
    return _answer(request, lookup.booking(token))


@router.post(f"{ONE}/cancel", response=BookingOut, summary="Cancel a booking", openapi_extra=act())
def cancel(request: HttpRequest, token: Token, body: CancelIn | None = None) -> HttpResponse:
    """Cancels for the customer, within the place's cancellation window."""
    key, version = _asked(request, "cancel")
    reason = reading.reason(body)
    with refusals.of_booking(token):
        changed = changes.cancel(key, token, version=version, source=Source.API, reason=reason)
    return _changed(request, changed)


@router.post(
    f"{ONE}/move",
    response=BookingOut,
    summary="Move a booking",
    openapi_extra=act(problems.TIME_TAKEN, problems.NOT_OFFERED),
)
def move(request: HttpRequest, token: Token, body: MoveIn) -> HttpResponse:
    """Takes another time of the same service before it leaves the old one."""
    key, version = _asked(request, "move")
    booking = lookup.booking(token)
    start, resource = reading.new_time(body, booking)
    with (
        refusals.of_booking(token),
        refusals.of_time(booking.service, start, resource, booking.people),
    ):
        changed = changes.move(key, token, version=version, source=Source.API, start=start, resource=resource)
    return _changed(request, changed)


@router.post(
    f"{ONE}/take",
    response=BookingOut,
    summary="Take an offer",
    openapi_extra=act(problems.LIKELY_DUPLICATE),
)
def take(request: HttpRequest, token: Token, body: TakeIn | None = None) -> HttpResponse:
    """Books the time that is held for somebody from the wait list; `cancel` lets it go."""
    key, version = _asked(request, "take")
    twice = body is not None and body.confirm_duplicate
    with refusals.of_booking(token):
        changed = changes.take(key, token, version=version, source=Source.API, confirm_duplicate=twice)
    return _changed(request, changed)


@router.post(
    f"{ONE}/retry",
    response=BookingOut,
    summary="Try a failed booking again",
    openapi_extra=act(problems.TIME_TAKEN, problems.NOT_OFFERED),
)
def retry(request: HttpRequest, token: Token, body: RetryIn | None = None) -> HttpResponse:  # noqa: ARG001
    """Asks once more for the same time of a booking that failed."""
    key, version = _asked(request, "retry")
    booking = lookup.booking(token)
    wish = booking.resource if booking.wants_resource else None
    wanted = booking.service, booking.starts_at, wish, booking.people
    with refusals.of_booking(token), refusals.of_time(*wanted):
        changed = changes.retry(key, token, version=version, source=Source.API)
    return _changed(request, changed)


@router.post(f"{ONE}/resend", response=BookingOut, summary="Send a message again", openapi_extra=act())
def resend(request: HttpRequest, token: Token, body: ResendIn | None = None) -> HttpResponse:
    """Sends a marked copy of a message of this booking; one in five minutes at most."""
    key, version = _asked(request, "resend")
    message_id = body.message or "" if body else ""
    with refusals.of_booking(token):
        changed = changes.resend(key, token, version=version, source=Source.API, message_id=message_id)
    return _changed(request, changed)


@router.post(f"{ONE}/address", response=BookingOut, summary="Correct the address", openapi_extra=act())
def correct_address(request: HttpRequest, token: Token, body: AddressIn) -> HttpResponse:
    """Sends everything about the booking to another address from now on; the old one is told."""
    key, version = _asked(request, "address")
    email = reading.address(body)
    with refusals.of_booking(token):
        changed = changes.correct_address(key, token, version=version, source=Source.API, email=email)
    return _changed(request, changed)


def _asked(request: HttpRequest, action: str) -> tuple[intents.Request, int]:
    route = f"/bookings/{{token}}/{action}"
    return preconditions.request_id(request, route), preconditions.version_seen(request)


def _changed(request: HttpRequest, changed: Changed) -> HttpResponse:
    return _answer(request, changed.booking, is_repeat=changed.is_repeat)


def _answer(
    request: HttpRequest, booking: Booking, *, status: int = 200, is_repeat: bool = False, location: str = ""
) -> HttpResponse:
    content = representation.booking(booking)
    return answers.answer(
        request, content, version=content.version, status=status, is_repeat=is_repeat, location=location
    )
