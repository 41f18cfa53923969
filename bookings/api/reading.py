"""Turns a body into what the domain takes, through the very forms that the pages use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms

from bookings import question_fields, rehearsal, sent_before
from bookings.api import problems
from bookings.api.problems import Problem
from bookings.api.schemas import AddressIn, BookingIn, CancelIn, EnquiryIn, MoveIn, WaitIn
from bookings.booking import Booking
from bookings.forms import AddressForm, BookingForm, ContactForm, TimeForm, WaitForm
from bookings.intake import Submission
from bookings.offerings import Service
from bookings.places import Location
from bookings.resources import Resource
from bookings.typed_fields import Paragraphs
from bookings.waitlist.joining import Wish
from operations import intents


class ReasonForm(forms.Form):
    """Why somebody cancels."""

    reason = Paragraphs(required=False, max_length=500)


def submission(body: BookingIn, key: intents.Request) -> Submission:
    """The cleaned submission; raises the problem of invalid fields, or KeyReused under a used key."""
    _check_codes(body.answers)
    fields = body.model_dump(include={"resource", "name", "email", "phone", "notes", "people"})
    fields["start"] = body.start.isoformat()
    fields |= {f"{question_fields.PREFIX}{code}": answer for code, answer in body.answers.items()}
    form = sent_before.read(BookingForm(_texts(fields), service=_service(body)), key)
    _check(form, key)
    if body.people > 1 and "people" not in form.fields:
        detail = "One booking of this service is for one person."
        raise Problem(problems.INVALID, errors=[{"pointer": "#/people", "detail": detail}])
    found = form.submission(confirm_duplicate=body.confirm_duplicate)
    return replace(found, answers={**body.answers, **found.answers})


def wish(body: WaitIn, key: intents.Request) -> Wish:
    """The cleaned wish of somebody who waits; raises as `submission` does."""
    if body.start is None and body.day is None:
        detail = "Give the start, or the day, that they wait for."
        raise Problem(problems.INVALID, errors=[{"pointer": "#/day", "detail": detail}])
    _check_codes(body.answers)
    fields = body.model_dump(include={"resource", "name", "email", "phone", "notes"})
    fields["start"] = body.start.isoformat() if body.start else ""
    fields["day"] = body.day.isoformat() if body.day else ""
    fields |= {f"{question_fields.PREFIX}{code}": answer for code, answer in body.answers.items()}
    form = sent_before.read(WaitForm(_texts(fields), service=_service(body)), key)
    _check(form, key)
    found = form.wish()
    return replace(found, answers={**body.answers, **found.answers})


def new_time(body: MoveIn, booking: Booking) -> tuple[datetime, Resource | None]:
    """The time, and with whom, that a booking shall move to; raises the problem of invalid fields."""
    fields = {"start": body.start.isoformat(), "resource": body.resource}
    form = TimeForm(_texts(fields), service=booking.service)
    _check(form)
    return form.cleaned_data["start"], form.cleaned_data["resource"]


def reason(body: CancelIn | None) -> str:
    """The cleaned reason, empty when none is given; raises the problem of invalid fields."""
    form = ReasonForm(_texts({"reason": body.reason if body else ""}))
    _check(form)
    return str(form.cleaned_data["reason"])


def address(body: AddressIn) -> str:
    """The cleaned address; raises the problem of invalid fields."""
    form = AddressForm({"email": body.email})
    _check(form)
    return str(form.cleaned_data["email"])


def enquiry(body: EnquiryIn) -> tuple[Location, dict[str, str]]:
    """The location and the cleaned fields of an enquiry; raises the problem of invalid fields."""
    location = Location.objects.filter(slug=body.location).first()
    if location is None:
        raise _unknown("location")
    form = ContactForm(_texts(body.model_dump(exclude={"location"})))
    _check(form)
    return location, form.cleaned_data


def _service(body: BookingIn | WaitIn) -> Service:
    """The service, even one not offered any more: a repeat must find what was booked while it was.

    In a body an unknown name is a wrong field, not a wrong address.
    """
    services = Service.objects.select_related("location").filter(location__slug=body.location)
    found = services.filter(slug=body.service).first()
    if found is None:
        raise _unknown("service" if Location.objects.filter(slug=body.location).exists() else "location")
    return found


def _unknown(name: str) -> Problem:
    return Problem(problems.INVALID, errors=[{"pointer": f"#/{name}", "detail": f"There is no such {name}."}])


def _texts(fields: dict[str, Any]) -> dict[str, str]:
    """A form knows no null, only nothing typed."""
    return {name: "" if value is None else str(value) for name, value in fields.items()}


def _check_codes(answers: Iterable[str]) -> None:
    if rehearsal.MARK in answers:
        detail = "This name is kept for rehearsals."
        raise Problem(problems.INVALID, errors=[{"pointer": f"#/answers/{rehearsal.MARK}", "detail": detail}])


def _check(form: forms.BaseForm, key: intents.Request | None = None) -> None:
    if form.is_valid():
        return
    if key and (intent := intents.find(key)):
        raise intents.KeyReused(intent)
    errors = [
        {"pointer": f"#/{name.replace(question_fields.PREFIX, 'answers/')}", "detail": error["message"]}
        for name, found in form.errors.get_json_data().items()
        for error in found
    ]
    raise Problem(problems.INVALID, errors=errors)
