"""What becomes of staff's booking form: a time held, a booking, a series of them, or why not."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bookings import attending, customers, phones, series
from bookings.allocation import TimeTaken
from bookings.booking import Status
from bookings.calendar import alternatives, booked, held, holding, series_dates
from bookings.calendar.entering import may
from bookings.calendar.new_booking_form import NewBookingForm
from bookings.calendar.new_booking_page import Shown, page
from bookings.calendar.series_dates import Dates
from bookings.customer import Customer
from bookings.eligibility import NotOffered
from bookings.intake import LikelyDuplicate
from bookings.places import Location
from operations import console, intents, reach
from operations.errors import HoldfastError
from operations.workflow import Operation, Source

SCOPE = "desk:book"


def hold(request: HttpRequest, location: Location) -> HttpResponse:
    """Hold the time as it stands in the form, and go on with the form; whoever it is for may come later."""
    form = NewBookingForm(request.POST, location=location)
    if not form.says_when:
        return page(request, form, Shown(422, _("Nothing is held yet.")))
    if form.cleaned_data.get("every"):
        return page(request, form, Shown(422, _("One time can be held. For a series, show its dates.")))
    return _with_number(request, form, _hold)


def receive(request: HttpRequest, location: Location) -> HttpResponse:
    """Book what the form says, once: one time or several, held before or not."""
    form = NewBookingForm(request.POST, location=location)
    if not form.is_valid():
        return page(request, form, Shown(422, _("Nothing is booked yet."), dates=_dates(request, form)))
    if not form.was_complete:
        problem = _("Nothing is booked yet: this service asks something more. Leave open what is not said.")
        return page(request, form, Shown(422, problem))
    customer = _blocked(request, form)
    if customer and request.POST.get("despite_block") != str(customer.pk):
        problem = _("This customer is blocked. Is the booking meant all the same?")
        return page(request, form, Shown(409, problem, blocked=customer, dates=_dates(request, form)))
    return _with_number(request, form, _record)


def _blocked(request: HttpRequest, form: NewBookingForm) -> Customer | None:
    """Who it is for, if they are blocked; staff of one place learn nothing of those of another."""
    number = phones.key(form.cleaned_data["phone"], phones.country_of(form.location))
    found = customers.blocked(form.cleaned_data["email"], number)
    if found is None or reach.within(request.user, Customer.objects.filter(pk=found.pk)).exists():
        return found
    return found if reach.within(request.user, customers.bookings_of(found)).exists() else None


def _with_number(
    request: HttpRequest,
    form: NewBookingForm,
    record: Callable[[HttpRequest, NewBookingForm, intents.Request, Operation], HttpResponse],
) -> HttpResponse:
    """Record it under the form's number, in the name of whoever sent it; what is refused stays typed."""
    try:
        key = intents.read(request.POST.get("request_id", ""), SCOPE)
    except intents.RequestRefused as refusal:
        return page(request, form, Shown(400, str(refusal)), intents.issue())
    reason = form.cleaned_data.get("reason", "")
    if reason and not may(request, attending.OVERRIDE):
        return console.barred(request, form.location, "override", _("Set the rules aside"))
    assert request.user.pk is not None
    try:
        return record(request, form, key, attending.by_staff(key, request.user.pk, reason))
    except HoldfastError as refusal:
        return _refused(request, form, refusal)


def _hold(request: HttpRequest, form: NewBookingForm, key: intents.Request, by: Operation) -> HttpResponse:
    recorded = holding.hold(key, form.submission(), by, _own(request, form))
    if recorded.booking.status != Status.DRAFT:
        return booked.one(request, recorded)
    return console.see_other(held.page(recorded.booking))


def _record(request: HttpRequest, form: NewBookingForm, key: intents.Request, by: Operation) -> HttpResponse:
    own = _own(request, form)
    if form.cleaned_data["every"] and not own:
        return _record_series(request, form, key, by)
    return booked.one(request, holding.book(key, form.submission(), by, own))


def _own(request: HttpRequest, form: NewBookingForm) -> str:
    """The token of the time that this form holds, or held."""
    booking = holding.find(form.location, request.POST.get("held", ""))
    return booking.token if booking else ""


def _record_series(
    request: HttpRequest, form: NewBookingForm, key: intents.Request, by: Operation
) -> HttpResponse:
    """The ticked dates, as soon as they have been seen."""
    dates = _dates(request, form)
    assert dates is not None
    if not dates.was_shown:
        return page(request, form, Shown(422, _("Nothing is booked yet: these are the dates."), dates=dates))
    if not dates.kept:
        return page(request, form, Shown(422, _("Please keep at least one date."), dates=dates))
    every = form.cleaned_data["every"]
    made = series.book(key, form.submission(), every, dates.kept, source=Source.DESK, by=by)
    return booked.several(request, made)


def show_dates(request: HttpRequest, location: Location, helped: NewBookingForm) -> HttpResponse:
    """The dates of the series, whoever it will be for; or what one still has to say for it."""
    asked = NewBookingForm(request.POST, location=location)
    if dates := _dates(request, asked):
        return page(request, helped, Shown(dates=dates))
    if not asked.cleaned_data.get("every"):
        asked.add_error("every", _("Please choose how often."))
    return page(request, asked, Shown(422, _("Nothing is booked yet.")))


def _dates(request: HttpRequest, form: NewBookingForm) -> Dates | None:
    rhythm = form.rhythm()
    return series_dates.of(rhythm, request.POST) if rhythm else None


def _refused(request: HttpRequest, form: NewBookingForm, refusal: HoldfastError) -> HttpResponse:
    """Every answer other than "recorded"; what was typed stays, and the number of the form stays usable."""
    wanted = form.cleaned_data
    if isinstance(refusal, LikelyDuplicate):
        problem = _("The same was booked for them a moment ago. Is it meant twice?")
        dates = _dates(request, form)
        return page(request, form, Shown(409, problem, earlier=refusal.booking, dates=dates))
    if form.rhythm():
        problem = str(refusal)
        number = intents.issue() if isinstance(refusal, intents.KeyReused | intents.RequestExpired) else ""
        return page(request, form, Shown(409, problem, dates=_dates(request, form)), number)
    near = alternatives.near(wanted) if isinstance(refusal, TimeTaken | NotOffered) else []
    match refusal:
        case TimeTaken():
            return page(request, form, Shown(409, _("Somebody has this time already."), False, near))
        case NotOffered():
            may_override = refusal.code not in ("past", "inactive") and may(request, attending.OVERRIDE)
            return page(request, form, Shown(422, str(refusal), may_override, near))
        case intents.KeyReused():
            problem = _("This form has booked something else already. Send it again if this is one more.")
            return page(request, form, Shown(409, problem), intents.issue())
        case intents.RequestExpired():
            return page(request, form, Shown(409, str(refusal)), intents.issue())
    return page(request, form, Shown(409, str(refusal)))
