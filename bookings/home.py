"""Where the lists and pages about bookings stand on the first page after logging in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookings.booking import Booking
from bookings.correspondence import Enquiry
from bookings.customer import Customer
from bookings.message_texts import MessageText
from bookings.offerings import Service
from bookings.places import Closure, Location
from bookings.resources import Resource
from bookings.waitlist.entry import WaitEntry
from operations import console, home, reach
from operations.home import Part, Way

MOST_PLACES = 10


def declare() -> None:
    """Say what belongs where."""
    home.add(Part.TODAY, _calendars)
    home.add(Part.CUSTOMERS, Booking, Customer, Enquiry, WaitEntry)
    home.add(Part.OFFER, Location, (Service, _("Services and their questions")), Resource, _hours, Closure)
    home.add(Part.MESSAGES, (MessageText, _("Texts of messages")), _previews)
    home.add(Part.DATA, _reports, _import, _export)


def _calendars(request: HttpRequest) -> Iterable[Way]:
    """The calendar of each place with its requests; of many places, the page that lists them."""
    if not console.may_view(request.user, Booking):
        return
    places = list(reach.within(request.user, Location.objects.filter(is_active=True))[: MOST_PLACES + 1])
    if len(places) > MOST_PLACES:
        yield Way(_("Calendars"), reverse("calendars"))
        return
    requests = _Requests()
    for place in places:
        yield Way(
            place.name,
            reverse("calendar", args=[place.slug]),
            waits_at=reverse("staff-requests", args=[place.slug]),
            waiting=partial(requests.at, place.pk),
        )


class _Requests:
    """How many requests wait for staff; one query for all places, and none until somebody asks."""

    def at(self, pk: int) -> int:
        return self._by_place.get(pk, 0)

    @cached_property
    def _by_place(self) -> dict[int, int]:
        waiting = Booking.objects.awaiting_staff().order_by()
        return dict(waiting.values_list("location").annotate(Count("pk")))


def _hours(request: HttpRequest) -> Iterable[Way]:
    if console.may_view(request.user, Location):
        yield Way(_("Hours and absences"), reverse("hours-places"))


def _previews(request: HttpRequest) -> Iterable[Way]:
    if console.may_view(request.user, MessageText):
        yield Way(_("How each message looks"), reverse("admin:bookings_previews"))


def _reports(request: HttpRequest) -> Iterable[Way]:
    if request.user.has_perm("bookings.view_reports"):
        yield Way(_("Reports"), reverse("reports"))


def _import(request: HttpRequest) -> Iterable[Way]:
    if request.user.has_perm("bookings.import_bookings"):
        yield Way(_("Import"), reverse("imports"))


def _export(request: HttpRequest) -> Iterable[Way]:
    if request.user.has_perm("bookings.export_everything"):
        yield Way(_("Export"), reverse("export"))
