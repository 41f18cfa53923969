"""Translates what the domain refuses, and what breaks below it, into problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from bookings import explanations, times
from bookings.allocation import TimeTaken
from bookings.api import lookup, preconditions, problems, representation
from bookings.api.problems import Problem
from bookings.changes import NotAllowedNow, UnknownBooking
from bookings.eligibility import NotOffered
from bookings.intake import LikelyDuplicate
from bookings.messages import UnknownMessage
from bookings.offerings import Service
from bookings.redirecting import CorrectedTooOften, SameAddress
from bookings.resources import Resource
from bookings.waitlist.joining import AlreadyWaiting, StillFree, Wish
from operations.errors import Busy, StaleRecord, WrongState
from operations.intents import InFlight, KeyReused

log = structlog.get_logger("holdfast.api")

AGAIN_AT_ONCE = {"Retry-After": "1"}
AGAIN_SOON = {"Retry-After": "5"}
MOST_ERRORS = 20


@contextmanager
def of_time(service: Service, start: datetime, resource: Resource | None, people: int = 1) -> Iterator[None]:
    """Where a time is asked for: a refusal comes with the nearest free ones."""
    try:
        yield
    except TimeTaken as refusal:
        raise Problem(
            problems.TIME_TAKEN, refusal.message, alternatives=_alternatives(service, start, resource, people)
        ) from refusal
    except NotOffered as refusal:
        pointer = "#/resource" if refusal.code == "resource" else "#/start"
        raise Problem(
            problems.NOT_OFFERED,
            refusal.message,
            reason=refusal.code,
            errors=[{"pointer": pointer, "detail": refusal.message}],
            alternatives=_alternatives(service, start, resource, people),
        ) from refusal


@contextmanager
def of_wish(wish: Wish) -> Iterator[None]:
    """Where somebody would wait: what can be booked at once comes with its times."""
    try:
        yield
    except StillFree as refusal:
        free = times.offers(wish.service, wish.day, wish.day, resource=wish.resource)
        offered = [time.model_dump(mode="json") for time in representation.times(free)]
        raise Problem(problems.STILL_FREE, refusal.message, alternatives=offered) from refusal
    except AlreadyWaiting as refusal:
        raise Problem(problems.ALREADY_WAITING, refusal.message) from refusal
    except NotOffered as refusal:
        pointer = "#/start" if wish.start else "#/day"
        errors = [{"pointer": pointer, "detail": refusal.message}]
        raise Problem(problems.NOT_OFFERED, refusal.message, reason=refusal.code, errors=errors) from refusal


@contextmanager
def of_waiting(token: str) -> Iterator[None]:
    """Where a place on the wait list is acted on: a refusal comes with what it is now."""
    try:
        yield
    except StaleRecord as refusal:
        now = representation.waiting(lookup.wait_entry(token))
        headers = {"ETag": preconditions.tag(now.model_dump_json().encode(), now.version)}
        raise Problem(problems.STALE, headers=headers, wait_entry=now.model_dump(mode="json")) from refusal
    except WrongState as refusal:
        actions = representation.waiting(lookup.wait_entry(token)).allowed_actions
        raise Problem(problems.NOT_ALLOWED_NOW, refusal.message, allowed_actions=actions) from refusal


@contextmanager
def of_booking(token: str) -> Iterator[None]:
    """Where a booking is acted on: a refusal comes with what the booking is now, or what it allows now."""
    try:
        yield
    except StaleRecord as refusal:
        now = representation.booking(lookup.booking(token))
        headers = {"ETag": preconditions.tag(now.model_dump_json().encode(), now.version)}
        raise Problem(problems.STALE, headers=headers, booking=now.model_dump(mode="json")) from refusal
    except (NotAllowedNow, WrongState, CorrectedTooOften) as refusal:
        actions = list(explanations.allowed_actions(lookup.booking(token)))
        raise Problem(problems.NOT_ALLOWED_NOW, refusal.message, allowed_actions=actions) from refusal


def translate(api: NinjaAPI) -> None:
    """Let `api` answer every error that has a meaning; any other is a bug, and Django reports it."""
    for error, answer in ANSWERS.items():
        api.add_exception_handler(error, _responder(answer))


def _alternatives(
    service: Service, start: datetime, resource: Resource | None, people: int
) -> list[dict[str, Any]]:
    nearest = times.nearest(service, start, resource=resource, people=people)
    return [time.model_dump(mode="json") for time in representation.times(nearest)]


def _responder(answer: Callable[[Any], Problem]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda _request, error: problems.respond(answer(error))


def _invalid(error: ValidationError) -> Problem:
    return Problem(problems.INVALID, errors=[_field_error(each) for each in error.errors[:MOST_ERRORS]])


def _field_error(error: dict[str, Any]) -> dict[str, str]:
    """Where and what is wrong, never what was sent: it may be personal, or no text at all."""
    source, _parameter, *path = error["loc"]
    detail = error["msg"].removeprefix("Value error, ")
    if source != "body":
        return {"parameter": str(_parameter), "detail": detail}
    steps = [str(step)[:100].replace("~", "~0").replace("/", "~1") for step in path]
    return {"pointer": "/".join(["#", *steps]), "detail": detail}


def _http_error(error: HttpError) -> Problem:
    """Ninja's own: the one we let it raise is a body that cannot be parsed."""
    return Problem(
        problems.MALFORMED_JSON if error.status_code == 400 else problems.of_status(error.status_code)
    )


def _database_away(error: Exception) -> Problem:
    log.error("database away", error=type(error.__cause__ or error).__name__)
    return Problem(problems.UNAVAILABLE, headers=AGAIN_SOON)


ANSWERS: dict[type[Exception], Callable[[Any], Problem]] = {
    Problem: lambda problem: problem,
    ValidationError: _invalid,
    HttpError: _http_error,
    Http404: lambda _: Problem(problems.NOT_FOUND),
    RequestDataTooBig: lambda _: Problem(problems.TOO_LARGE),
    UnknownBooking: lambda _: Problem(problems.UNKNOWN_BOOKING),
    LikelyDuplicate: lambda refusal: Problem(problems.LIKELY_DUPLICATE, refusal.message),
    UnknownMessage: lambda refusal: Problem(
        problems.INVALID, errors=[{"pointer": "#/message", "detail": str(refusal.message)}]
    ),
    SameAddress: lambda refusal: Problem(
        problems.INVALID, errors=[{"pointer": "#/email", "detail": str(refusal.message)}]
    ),
    KeyReused: lambda _: Problem(problems.KEY_REUSED),
    InFlight: lambda refusal: Problem(problems.IN_FLIGHT, refusal.message, headers=AGAIN_AT_ONCE),
    Busy: lambda refusal: Problem(problems.BUSY, refusal.message, headers=AGAIN_AT_ONCE),
    OperationalError: _database_away,
    InterfaceError: _database_away,
}
