"""A booking as a calendar entry (RFC 5545, RFC 5546) that later messages and downloads update in place."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vText,
    vUTCOffset,
)

from bookings import whereabouts
from bookings.booking import Booking, Status
from bookings.when import happens_twice

PRODUCT = "-//Holdfast//Booking//EN"


def calendar(booking: Booking, *, method: str = "PUBLISH", organizer: str = "") -> bytes:
    """The calendar file of a booking: the same UID for ever, a SEQUENCE that grows with what people are told.

    REQUEST and CANCEL name the customer as attendee and need the `organizer`'s address.
    """
    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("method", method)
    with override(booking.language):
        event = _event(booking)
    if method != "PUBLISH":
        event["organizer"] = _person(organizer, booking.location.name)
        attendee = _person(booking.email, booking.name)
        attendee.params["partstat"], attendee.params["rsvp"] = vText("ACCEPTED"), vText("FALSE")
        event.add("attendee", attendee)
    found.add_component(event)
    head, begin, rest = bytes(found.to_ical()).partition(b"BEGIN:VEVENT")
    return head + _zone_text(booking.time_zone, booking.starts_at.year, booking.starts_at.year) + begin + rest


def feed(bookings: Iterable[Booking], name: str) -> bytes:
    """A calendar of many bookings for staff: who comes when, and where to look it up.

    The same bookings make the same bytes, so that a phone learns cheaply that nothing has changed.
    """
    found = Calendar()
    years: dict[str, set[int]] = defaultdict(set)
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    found.add("x-wr-calname", name)
    found.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})  # RFC 7986
    for booking in bookings:
        found.add_component(_entry(booking))
        years[booking.time_zone].add(booking.starts_at.year)
    head, begin, rest = bytes(found.to_ical()).partition(b"BEGIN:VEVENT")
    zones = (_zone_text(zone, min(of_zone), max(of_zone)) for zone, of_zone in sorted(years.items()))
    return b"".join((head, *zones, begin, rest))


def google_address(booking: Booking) -> str:
    """Where Google's calendar takes it over: what, when and where; not who comes, nor the booking's link."""
    place, shape = booking.location, "%Y%m%dT%H%M%SZ"
    start, end = (moment.astimezone(UTC).strftime(shape) for moment in (booking.starts_at, booking.ends_at))
    query = {
        "action": "TEMPLATE",
        "text": f"{booking.service.name}, {place.name}",
        "dates": f"{start}/{end}",
        "ctz": booking.time_zone,
        "location": whereabouts.in_one_line(booking.service, place),
    }
    if told := whereabouts.how_to_join(booking):
        query["details"] = told
    return f"https://calendar.google.com/calendar/render?{urlencode(query)}"


def _entry(booking: Booking) -> Event:
    event = Event()
    page = f"{settings.HOLDFAST_URL}/admin/bookings/booking/{booking.pk}/change/"
    event.add("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"holdfast:staff:{booking.token}")))
    event.add("sequence", booking.revision)
    event.add("dtstamp", booking.updated_at.astimezone(UTC))
    event.add("dtstart", _local(booking.starts_at, booking.time_zone))
    event.add("dtend", _local(booking.ends_at, booking.time_zone))
    event.add("summary", f"{booking.name}{_and_others(booking)}, {booking.service.name}")
    known = (booking.reference, booking.phone, str(booking.resource or ""), page)
    event.add("description", "\n".join(line for line in known if line))
    event.add("url", page)
    event.add("status", _status(booking))
    return event


def _event(booking: Booking) -> Event:
    place, event = booking.location, Event()
    page = f"{settings.HOLDFAST_URL}/b/{booking.token}/"
    event.add("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"holdfast:{booking.token}")))
    event.add("sequence", booking.revision)
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", _local(booking.starts_at, booking.time_zone))
    event.add("dtend", _local(booking.ends_at, booking.time_zone))
    event.add("summary", f"{booking.service.name}{_and_others(booking)}, {place.name}")
    event.add("location", whereabouts.in_one_line(booking.service, place))
    reference = _("Reference %(reference)s") % {"reference": booking.reference}
    told = (whereabouts.how_to_join(booking), reference, page)
    event.add("description", "\n".join(line for line in told if line))
    event.add("url", page)
    event.add("status", _status(booking))
    return event


def _and_others(booking: Booking) -> str:
    return f" ({booking.people})" if booking.people > 1 else ""


def _status(booking: Booking) -> str:
    """RFC 5545 section 3.8.1.11."""
    if booking.status in (Status.CANCELLED, Status.FAILED):
        return "CANCELLED"
    return "TENTATIVE" if booking.status in (Status.DRAFT, Status.SUBMITTED) else "CONFIRMED"


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["cn"] = vText(name.replace('"', "'"))
    return person


def _local(moment: datetime, zone: str) -> datetime:
    """The wall time; UTC where it comes twice, because the wall time would mean the first (section 3.3.5)."""
    local = moment.astimezone(ZoneInfo(zone))
    return moment.astimezone(UTC) if happens_twice(local) else local


@cache
def _zone_text(name: str, first_year: int, last_year: int) -> bytes:
    """The zone as it stands in the file; writing it anew for each message costs more than all the rest."""
    return bytes(_zone(name, first_year, last_year).to_ical())


def _zone(name: str, first_year: int, last_year: int) -> Timezone:
    """The zone's clock changes of these years and one more on either side, in local time before each change.

    Made here because icalendar 7.3 writes the onset of summer time an hour late.
    """
    zone, found = ZoneInfo(name), Timezone()
    found.add("tzid", name)
    first, last = datetime(first_year - 1, 1, 1, tzinfo=UTC), datetime(last_year + 2, 1, 1, tzinfo=UTC)
    for moment in (first, *_changes(zone, first, last)):
        before = _offset(zone, moment - timedelta(seconds=1)) if moment > first else _offset(zone, moment)
        local = moment.astimezone(zone)
        observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
        observance.add("dtstart", (moment + before).replace(tzinfo=None))
        observance["tzoffsetfrom"] = vUTCOffset(before)
        observance["tzoffsetto"] = vUTCOffset(_offset(zone, moment))
        observance.add("tzname", local.tzname())
        found.add_component(observance)
    return found


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> list[datetime]:
    """The moments, to the second, at which the zone's offset changes."""
    found, day = [], first
    while day < last:
        low, high = day, day + timedelta(days=1)
        if _offset(zone, low) != _offset(zone, high):
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if _offset(zone, middle) == _offset(zone, low) else (low, middle)
            found.append(high)
        day += timedelta(days=1)
    return found


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
