"""Why the calendar file is right: other programs read it back, with its own time zone rules and no others."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from bookings import ics
from tests.factories import CUSTOMER, BookingFactory, LocationFactory, advance

pytestmark = pytest.mark.django_db

ZONES = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Tokyo",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "America/Santiago",
]


def event_of(booking, **kwargs) -> Any:
    return icalendar.Calendar.from_ical(ics.calendar(booking, **kwargs)).events[0]


@pytest.mark.parametrize("zone", ZONES)
def test_the_zone_rules_in_the_file_give_the_zone_s_offset_at_every_hour_of_the_year(zone):
    rules: Any = icalendar.Timezone.from_ical(ics._zone(zone, 2027, 2027).to_ical())
    onsets = sorted(
        (part["dtstart"].dt - part["tzoffsetfrom"].td, part["tzoffsetto"].td) for part in rules.subcomponents
    )
    hour = datetime(2027, 1, 1, 0, 30)
    while hour.year == 2027:
        offset = [offset for onset, offset in onsets if onset <= hour][-1]
        assert offset == hour.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset(), hour
        hour += timedelta(hours=1)


@pytest.mark.parametrize("moment", ["2027-10-31T00:30+00:00", "2027-10-31T01:30+00:00"])
def test_both_half_past_twos_of_the_night_of_the_clock_change_are_told_apart(moment):
    starts_at = datetime.fromisoformat(moment)
    event = event_of(BookingFactory(starts_at=starts_at, accepted=True))

    assert event["dtstart"].dt == starts_at


def test_a_move_keeps_the_uid_and_raises_the_sequence():
    booking = BookingFactory(accepted=True)
    before = event_of(booking)
    after = event_of(
        advance(booking, "cancel", CUSTOMER, by="customer"), method="CANCEL", organizer="a@b.example"
    )

    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["status"] == "CANCELLED"


def test_a_name_full_of_syntax_stays_a_name():
    name = 'Zoë "Z"; X=1, Ünal\\n:BEGIN:VALARM'
    booking = BookingFactory(accepted=True, name=name, service__location=LocationFactory(name="A; B, C"))
    event = event_of(booking, method="REQUEST", organizer="a@b.example")

    assert event["attendee"].params["cn"] == name.replace('"', "'")
    assert "VALARM" not in [part.name for part in event.walk()]
    assert event["location"].startswith("A; B, C")


def test_the_token_is_only_in_the_link():
    booking = BookingFactory(accepted=True)

    assert booking.token not in event_of(booking)["uid"]
