"""What the calendar says of bookings after something was done to them: who, when, and how they hear of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.booking import Booking
from bookings.calendar import day_grid, standing

MOST_NAMED = 5


def moment(booking: Booking) -> str:
    """Thu 3 Dec 09:00, by the clock of its place."""
    local = booking.starts_at.astimezone(booking.location.zone)
    day = dateformat.format(local, pgettext("date format", "D j M"))
    return f"{day} {day_grid.clock(local)}"


def of(booking: Booking) -> str:
    """Anna Berg, Thu 3 Dec 09:00."""
    return f"{standing.called(booking)}, {moment(booking)}"


def those(bookings: Sequence[Booking]) -> str:
    """The first few of them by name and time, and how many more there are."""
    named = "; ".join(of(each) for each in bookings[:MOST_NAMED])
    more = len(bookings) - MOST_NAMED
    if more <= 0:
        return named
    rest = ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}
    return f"{named}; {rest}"


def how_they_hear(booking: Booking) -> str:
    """How the customer is told of a change that is told; without an address somebody has to do it."""
    match standing.reached_by(booking):
        case "mail":
            return _("They are told by e-mail.")
        case "text":
            return _("They are told by text message.")
    return _("There is no address, so nothing is sent: please tell them.")
