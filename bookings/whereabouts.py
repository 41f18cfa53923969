"""Says where an appointment takes place: at the address of its location, or online and how to join it."""

from __future__ import annotations

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.booking import Booking, Status
from bookings.offerings import Service
from bookings.places import Location

STANDING = frozenset({Status.ACCEPTED, Status.IN_PROGRESS})
BEFORE = frozenset({Status.DRAFT, Status.SUBMITTED})
_STOPS = r'\s<>"()\u3000-\u303f\uff00-\uffef'  # Japanese sets its own brackets and stops right beside
WEB_ADDRESS = re.compile(rf"(https?://\w(?:[^{_STOPS}]|\([^{_STOPS}]*\))*(?<![.,:;!?']))", re.IGNORECASE)


def in_one_line(service: Service, location: Location) -> str:
    """For calendars: the location with its address; “Online” alone where nobody has to go there."""
    if service.takes_place_online:
        return _("Online")
    return ", ".join(part for part in (location.name, *location.address.splitlines()) if part)


def how_to_join(booking: Booking) -> str:
    """How its customer comes in online, in the location's words; "" until it is confirmed, and afterwards.

    It is asked for each time: who was sent another link finds the present one on the booking's page.
    """
    is_told = booking.service.takes_place_online and booking.status in STANDING
    return booking.service.how_to_join if is_told else ""


def is_told_later(booking: Booking) -> bool:
    """Whether how to join is still to come, for somebody who looks for it."""
    service = booking.service
    return service.takes_place_online and bool(service.how_to_join) and booking.status in BEFORE


def linked(text: str) -> SafeString:
    """The text with its web addresses as links, all of it escaped; nothing but http and https is followed.

    Not Django's `urlize`: it guesses addresses, loses a full stop behind a bracket, and its links would open
    in the page and tell the meeting's server where they stood, which is a secret.
    """
    return format_html_join("", "{}", ((_part(part),) for part in WEB_ADDRESS.split(text)))


def _part(part: str) -> str:
    if not WEB_ADDRESS.fullmatch(part):
        return part
    return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', part, part)
