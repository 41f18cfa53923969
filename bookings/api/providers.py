"""Where mail providers report what became of our messages; payment and partner systems are not set up yet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from bookings.api import document, problems
from bookings.api.problems import Problem
from bookings.api.values import SlugInPath
from notifications.providers import receiving

router = Router(tags=["Providers"])


@router.post(
    "/providers/{slug:provider}/events",
    auth=None,  # providers sign, or log in with a password of their own
    response={204: None},
    summary="Report an event",
    openapi_extra=document.failures(problems.BAD_SIGNATURE, problems.UNKNOWN_PROVIDER),
)
def receive(request: HttpRequest, provider: SlugInPath) -> HttpResponse:
    """Stores what a provider signed, answers 204, and applies it afterwards; a repeat changes nothing.

    404 for every provider that is not set up here.
    """
    try:
        receiving.receive(provider, request)
    except receiving.UnknownProvider:
        raise Problem(problems.UNKNOWN_PROVIDER) from None
    except receiving.BadSignature:
        raise Problem(problems.BAD_SIGNATURE) from None
    return HttpResponse(status=204)
