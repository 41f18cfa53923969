"""What staff are told once a booking, or a series of them, is recorded: on its day, with the way to it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings import when
from bookings.booking import Booking
from bookings.calendar import spoken, standing
from bookings.calendar.entering import day_page
from bookings.intake import Recorded
from bookings.recurrence import Series
from bookings.series import Booked
from operations import console


def one(request: HttpRequest, recorded: Recorded) -> HttpResponse:
    """303 to the day of a booking."""
    booking = recorded.booking
    said = {"whom": spoken.of(booking), "reference": booking.reference}
    text = _("Booked: %(whom)s, reference %(reference)s.") % said
    if booking.resource:
        said |= {"person": booking.resource.name}
        text = _("Booked: %(whom)s with %(person)s, reference %(reference)s.") % said
    if recorded.is_repeat:
        text = _("Already booked: %(whom)s. Nothing was booked twice.") % said
    page = reverse("staff-booking", args=[booking.location.slug, booking.pk])
    return _told(request, booking, text, page)


def several(request: HttpRequest, booked: Booked) -> HttpResponse:
    """303 to the day of the first booking; the dates that could not be booked are named."""
    series = booked.series
    bookings = list(series.bookings.select_related("location").order_by("starts_at", "pk"))
    first = bookings[0]
    said = {"name": first.name, "n": len(bookings), "reference": first.reference}
    text = (
        ngettext(
            "Booked: %(n)s date for %(name)s, reference %(reference)s.",
            "Booked: %(n)s dates for %(name)s, the first with the reference %(reference)s.",
            len(bookings),
        )
        % said
    )
    if booked.is_repeat:
        text = _("Already booked: the series for %(name)s. Nothing was booked twice.") % said
    if missed := _missed(series):
        messages.warning(request, missed)
    return _told(request, first, text, reverse("series", args=[series.token]))


def _told(request: HttpRequest, booking: Booking, text: str, page: str) -> HttpResponse:
    if not standing.reached_by(booking):
        text += " " + _("There is no e-mail address, so nothing is sent: please tell them the reference.")
    messages.success(request, format_html('{} <a href="{}">{}</a>', text, page, pgettext("link", "Open")))
    return console.see_other(day_page(booking))


def _missed(series: Series) -> str:
    """The dates that somebody took before the form was sent."""
    if not series.missed:
        return ""
    zone = series.location.zone
    starts = [datetime.fromisoformat(each["start"]) for each in series.missed]
    spoken = [str(when.spoken(start, zone, when.of_reader())) for start in starts]
    return _("Not booked, they were taken meanwhile: %(dates)s.") % {"dates": "; ".join(spoken)}
