"""Where, what and when: everything that a program needs before it can book."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from bookings import money, questions, times
from bookings.api import answers, document, lookup, problems, representation
from bookings.api.problems import Problem
from bookings.api.schemas import (
    LocationOut,
    LocationsOut,
    QuestionOut,
    ResourceOut,
    ServiceOut,
    ServicesOut,
    TimesOut,
)
from bookings.api.values import Day, SlugInPath
from bookings.offerings import Approval, Service
from bookings.places import Location
from bookings.questions import Question, QuestionKind
from bookings.resources import Resource, ResourceKind

router = Router(tags=["Places"])

MOST_DAYS, USUAL_DAYS = 31, 7


@router.get("/locations", response=LocationsOut, summary="List locations", openapi_extra=document.read())
def locations(request: HttpRequest) -> HttpResponse:
    """All places that take bookings, with their clocks and whom or what can be chosen there."""
    active = Prefetch("resources", Resource.objects.filter(is_active=True))
    found = Location.objects.filter(is_active=True).prefetch_related(active)
    return answers.answer(request, LocationsOut(locations=[_location(each) for each in found]))


@router.get(
    "/locations/{slug:location}/services",
    response=ServicesOut,
    summary="List services",
    openapi_extra=document.read(problems.UNKNOWN_PLACE),
)
def services(request: HttpRequest, location: SlugInPath) -> HttpResponse:
    """What can be booked at a location, and what its form has to ask."""
    place = lookup.location(location)
    asked = questions.by_service(place)
    found = [_service(each, place, asked[each.pk]) for each in place.services.filter(is_active=True)]
    return answers.answer(request, ServicesOut(services=found))


@router.get(
    "/locations/{slug:location}/services/{slug:service}/times",
    response=TimesOut,
    summary="List free times",
    openapi_extra=document.read(problems.UNKNOWN_PLACE, problems.INVALID),
)
def free_times(
    request: HttpRequest,
    location: SlugInPath,
    service: SlugInPath,
    first: Annotated[
        Day | None, Query(alias="from", description="Date at the location; today if absent.")
    ] = None,
    last: Annotated[Day | None, Query(alias="to", description="Included; six days later if absent.")] = None,
    resource: Annotated[str | None, Query(description="Only with this person or room.")] = None,
    people: Annotated[int, Query(ge=1, le=1000, description="Only where so many can come together.")] = 1,
) -> HttpResponse:
    """The free times of at most 31 days, sorted; each can be sent to POST /bookings as it is."""
    offered = lookup.service(location, service)
    first, last = _days(offered.location, first, last)
    wish = lookup.resource(offered, resource)
    found = representation.times(times.offers(offered, first, last, resource=wish, people=people))
    return answers.answer(request, TimesOut(time_zone=offered.location.time_zone, times=found))


def _days(location: Location, first: date | None, last: date | None) -> tuple[date, date]:
    """The asked days, both included; raises the problem of an invalid parameter."""
    first = first or timezone.localdate(timezone=location.zone)
    last = last or first + min(timedelta(days=USUAL_DAYS - 1), date.max - first)
    if last < first:
        raise _wrong_to("This lies before from.")
    if (last - first).days >= MOST_DAYS:
        raise _wrong_to(f"These are more than {MOST_DAYS} days.")
    return first, last


def _wrong_to(detail: str) -> Problem:
    return Problem(problems.INVALID, errors=[{"parameter": "to", "detail": detail}])


def _location(place: Location) -> LocationOut:
    return LocationOut(
        slug=place.slug,
        name=place.name,
        time_zone=place.time_zone,
        locale=place.locale,
        currency=place.currency,
        address=place.address,
        phone=place.phone,
        email=place.email,
        resources=[
            ResourceOut(slug=each.slug, name=each.name, kind=ResourceKind(each.kind))
            for each in place.resources.all()
        ],
    )


def _question(question: Question) -> QuestionOut:
    return QuestionOut(
        code=question.code,
        kind=QuestionKind(question.kind),
        text=question.text,
        choices=question.options,
        is_required=question.is_required,
        version=question.version,
    )


def _service(service: Service, place: Location, asked: list[Question]) -> ServiceOut:
    return ServiceOut(
        slug=service.slug,
        name=service.name,
        description=service.description,
        minutes=service.minutes,
        price=money.in_fractions(service.price, place.currency),
        deposit=None if service.deposit is None else money.in_fractions(service.deposit, place.currency),
        currency=place.currency,
        capacity=service.capacity,
        max_people=service.most_people,
        approval=Approval(service.approval),
        takes_place_online=service.takes_place_online,
        requires_phone=service.requires_phone,
        requires_notes=service.requires_notes,
        questions=[_question(each) for each in asked],
    )
