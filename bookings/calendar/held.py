"""A time that is held and not booked, as staff see it: for how long yet, and by whom."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.booking import Booking, Status
from bookings.calendar import day_grid
from bookings.places import Location
from operations import console
from operations.workflow import Event


@dataclass(frozen=True)
class Held:
    """Until when, by the clock of the place; the minutes left, begun ones counted; and by whom."""

    until: datetime
    minutes: int
    by: str

    @property
    def words(self) -> str:
        """Until when, how long yet, and by whom."""
        said = {"time": day_grid.clock(self.until), "by": self.by, "n": self.minutes}
        if self.minutes <= 0:
            return _("until %(time)s, by %(by)s: it has run out") % said
        text = ngettext(
            "until %(time)s, by %(by)s: %(n)s minute left",
            "until %(time)s, by %(by)s: %(n)s minutes left",
            self.minutes,
        )
        return text % said


def of(location: Location, bookings: Iterable[Booking]) -> dict[int, Held]:
    """By id, those that are only held; two queries when there are any, else none."""
    drafts = [each for each in bookings if each.status == Status.DRAFT and each.stale_after]
    if not drafts:
        return {}
    last = _last_events(drafts)
    names = console.names_of(event.user_id for event in last.values())
    return {each.pk: _held(location, each, last.get(each.pk), names) for each in drafts}


def page(booking: Booking) -> str:
    """The form that goes on with what is held at the desk."""
    return f"{reverse('staff-book', args=[booking.location.slug])}?{urlencode({'held': booking.pk})}"


def _last_events(drafts: list[Booking]) -> dict[int, Event]:
    """Who touched each of them last: whoever goes on with a call of somebody else's holds it then."""
    events = Event.objects.filter(
        subject_model=Booking._meta.label_lower, subject_id__in=[each.pk for each in drafts]
    )
    return {event.subject_id: event for event in events.order_by("sequence")}


def _held(location: Location, booking: Booking, event: Event | None, names: dict[int, str]) -> Held:
    assert booking.stale_after is not None
    left = (booking.stale_after - timezone.now()).total_seconds()
    return Held(booking.stale_after.astimezone(location.zone), math.ceil(left / 60), _whose(event, names))


def _whose(event: Event | None, names: dict[int, str]) -> str:
    if event is None or event.transition == "offer":
        return _("the wait list")
    return names[event.user_id] if event.user_id else _("the customer")
