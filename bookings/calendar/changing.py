"""Changing what a booking is: another service, more or fewer people; before and after first, then once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import agreed, altering, attending, changes, roster, when
from bookings.agreed import Difference
from bookings.allocation import TimeTaken
from bookings.altering import Wanted
from bookings.booking import Booking
from bookings.calendar import alternatives, fitting, free_times, standing
from bookings.calendar.booking_page import done, fresh, read_hand, status_of
from bookings.calendar.entering import at_booking, barred, framed, may
from bookings.calendar.fitting import Verdict
from bookings.calendar.forms import ChangeForm, initial_of
from bookings.calendar.moving import around, as_typed, in_words
from bookings.eligibility import NotOffered
from operations import console
from operations.errors import HoldfastError


@require_http_methods(["GET", "HEAD", "POST"])
@at_booking
def change(request: HttpRequest, booking: Booking) -> HttpResponse:
    """GET: choose, then before and after. POST: the change, once."""
    if not may(request, attending.MOVE):
        return barred(request, booking, attending.CHANGING)
    if request.method != "POST":
        return _page(request, booking, _asked(request, booking))
    form = ChangeForm(request.POST, location=booking.location, own=booking.service)
    if not form.is_valid():
        return _page(request, booking, form, 422)
    if form.cleaned_data["reason"] and not may(request, attending.OVERRIDE):
        return console.barred(request, booking, "override", _("Set the rules aside"))
    return _change(request, booking, form)


def _change(request: HttpRequest, booking: Booking, form: ChangeForm) -> HttpResponse:
    given = form.cleaned_data
    wanted = {name: given[name] for name in ("service", "start", "resource", "tells")}
    wanted |= {"people": _people(form), "overrides": bool(given["reason"])}
    try:
        hand = replace(read_hand(request, attending.CHANGING), reason=form.why)
        changed = attending.do(attending.CHANGING, booking.pk, hand, **wanted)
    except HoldfastError as refusal:
        told = in_words(booking := fresh(booking), refusal)
        if isinstance(refusal, TimeTaken):
            told["problem"] = _("There is no room for it at this time. Nothing was changed.")
        status = 422 if isinstance(refusal, NotOffered) else status_of(refusal)
        return _page(request, booking, form, status, **told)
    return done(request, attending.CHANGING, changed)


def _asked(request: HttpRequest, booking: Booking) -> ChangeForm:
    """The form with what is chosen so far; at first with what the booking is."""
    place, asked = booking.location, request.GET.dict()
    asked |= alternatives.picked(asked.get("pick", ""), place)
    if "service" not in asked:
        initial = initial_of(booking.starts_at, place) | {"service": booking.service.slug}
        initial |= {"resource": booking.resource.slug if booking.resource else "", "people": booking.people}
        return ChangeForm(initial=initial, location=place, own=booking.service)
    if "choose" not in asked:
        return ChangeForm(as_typed(asked), location=place, own=booking.service)
    form = ChangeForm(initial=asked, location=place, own=booking.service)
    able = {each.slug for each in roster.usable(form.chosen)} if form.chosen else set()
    if asked.get("resource") in able:
        return form
    return ChangeForm(initial=asked | {"resource": ""}, location=place, own=booking.service)


def _page(
    request: HttpRequest, booking: Booking, form: ChangeForm, status: int = 200, **told: Any
) -> HttpResponse:
    why_not = attending.CHANGING.refuses(booking)
    wanted = None if why_not else _wanted(form)
    verdict = fitting.of(booking, wanted) if wanted else Verdict()
    context = {
        "title": _("Change the booking of %(name)s") % {"name": standing.called(booking)},
        **around(request, booking),
        "form": form,
        "wanted": wanted,
        "differences": _differences(booking, wanted) if wanted else [],
        "is_other": wanted and (wanted.service, wanted.people) != (booking.service, booking.people),
        "verdict": verdict,
        "alternatives": fitting.nearest(booking, wanted) if wanted and verdict.is_against else [],
        "times": free_times.of(form, changes.left_alone(booking.session, booking)),
        "why_not": why_not,
        **told,
    }
    return framed(request, "calendar/change.html", context, status)


def _differences(booking: Booking, wanted: Wanted) -> list[Difference]:
    after, before = altering.outlook(booking, wanted), agreed.of(booking)
    after = after if after.person else replace(after, person=_("Anyone"))
    return agreed.differences(before, after, when.of_reader())


def _wanted(form: ChangeForm) -> Wanted | None:
    """What the form asks for, as far as it says."""
    if not form.is_bound or {"service", "people", "date", "time", "fold", "resource"} & form.errors.keys():
        return None
    given = form.cleaned_data
    return Wanted(given["service"], _people(form), given["start"], given["resource"])


def _people(form: ChangeForm) -> int:
    return form.cleaned_data.get("people") or 1
