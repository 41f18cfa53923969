"""Waiting for a time that is taken: joining the list, seeing how things stand, and leaving it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router

from bookings.api import answers, lookup, preconditions, problems, reading, refusals, representation
from bookings.api.document import act, creation, read
from bookings.api.schemas import WaitIn, WaitOut
from bookings.api.values import Token
from bookings.waitlist import joining
from bookings.waitlist.entry import WaitEntry
from operations.workflow import Source

router = Router(tags=["Wait list"])

CREATE, ONE = "/wait-list", "/wait-list/{slug:token}"
LEAVE = "/wait-list/{token}/leave"


@router.post(
    CREATE,
    response={201: WaitOut},
    summary="Join the wait list",
    openapi_extra=creation(problems.STILL_FREE, problems.ALREADY_WAITING, problems.NOT_OFFERED),
)
def join(request: HttpRequest, body: WaitIn) -> HttpResponse:
    """Records who waits for one start, or for any time of a day; what becomes free is offered by mail."""
    key = preconditions.request_id(request, CREATE)
    wish = reading.wish(body, key)
    with refusals.of_wish(wish):
        joined = joining.join(key, wish, source=Source.API)
    address = reverse("api-v1:waiting", args=[joined.entry.token])
    return _answer(request, joined.entry.token, status=201, is_repeat=joined.is_repeat, location=address)


@router.get(
    ONE,
    response=WaitOut,
    url_name="waiting",
    summary="See a place on the wait list",
    openapi_extra=read(problems.UNKNOWN_WAIT),
)
def show(request: HttpRequest, token: Token) -> HttpResponse:
    """How things stand; an offer is a booking that is taken or let go like one."""
    return _answer(request, token)


@router.post(
    f"{ONE}/leave",
    response=WaitOut,
    summary="Leave the wait list",
    openapi_extra=act(of=problems.UNKNOWN_WAIT),
)
def leave(request: HttpRequest, token: Token) -> HttpResponse:
    """Gives up the place in line; an open offer is let go by cancelling its booking."""
    key, version = preconditions.request_id(request, LEAVE), preconditions.version_seen(request)
    entry: WaitEntry = lookup.wait_entry(token)
    with refusals.of_waiting(token):
        left = joining.leave(key, entry.token, version=version, source=Source.API)
    return _answer(request, token, is_repeat=left.is_repeat)


def _answer(
    request: HttpRequest, token: str, *, status: int = 200, is_repeat: bool = False, location: str = ""
) -> HttpResponse:
    content = representation.waiting(lookup.wait_entry(token))
    return answers.answer(
        request, content, version=content.version, status=status, is_repeat=is_repeat, location=location
    )
