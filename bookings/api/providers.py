"""Where payment and partner systems report; none is set up yet, and nothing pretends otherwise."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from bookings.api import document, problems
from bookings.api.problems import Problem
from bookings.api.values import SlugInPath

router = Router(tags=["Providers"])


@router.post(
    "/providers/{slug:provider}/events",
    response={404: None},
    summary="Report an event",
    openapi_extra=document.failures(problems.UNKNOWN_PROVIDER),
)
def receive(request: HttpRequest, provider: SlugInPath) -> HttpResponse:  # noqa: ARG001
    """Answers 404 for every provider until one is set up."""
    raise Problem(problems.UNKNOWN_PROVIDER)
