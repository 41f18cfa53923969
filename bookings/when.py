"""Puts a moment into words: the one function that the page, the mail and the calendar file share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from django.utils.translation import get_language, override, to_locale

from bookings import zone_names

if TYPE_CHECKING:
    from bookings.booking import Booking


@dataclass(frozen=True)
class Spoken:
    """A moment as its reader says it: "Tuesday 5 January 2027", "09:30", "Central European Time"."""

    date: str
    time: str
    zone: str
    iso: str

    def __str__(self) -> str:
        return f"{self.date}, {self.time} ({self.zone})"


@dataclass(frozen=True)
class Span:
    """Start and end of a booking in words."""

    start: Spoken
    end: Spoken

    @property
    def is_on_one_day(self) -> bool:
        return self.start.date == self.end.date


def spoken(moment: datetime, zone: ZoneInfo, language: str) -> Spoken:
    """The wall time in `zone`, in words of `language` (a Django language code); `iso` carries the offset.

    A wall time that happens twice, when clocks go back, is told apart by its offset beside the zone.
    """
    return _spoken(moment.astimezone(UTC), zone, language)


@lru_cache(maxsize=1000)  # asked several times for each letter, and for everybody who begins at that time
def _spoken(moment: datetime, zone: ZoneInfo, language: str) -> Spoken:
    """Of a moment in UTC: in a zone of its own two that are an hour apart may be equal (PEP 495)."""
    local = moment.astimezone(zone)
    locale = locale_of(language)
    with override(language):
        name = zone_names.spoken(zone, locale)
    shape = "EEEE d MMMM y" if language == "en" else "full"
    iso = local.isoformat(timespec="seconds")
    return Spoken(
        date=format_date(local.date(), shape, locale=locale),
        time=format_time(local.time(), "short", locale=locale),
        zone=f"{name}, UTC{iso[-6:]}" if happens_twice(local) else name,
        iso=iso,
    )


def of_reader() -> str:
    """The language of whoever reads this now; English where nobody asked for one."""
    return get_language() or "en"


def for_booking(booking: Booking, language: str = "") -> Span:
    """When the booking is, in the zone it was promised in and the customer's language unless one is given."""
    zone = ZoneInfo(booking.time_zone)
    words = language or booking.language
    return Span(spoken(booking.starts_at, zone, words), spoken(booking.ends_at, zone, words))


def happens_twice(local: datetime) -> bool:
    """Whether this wall time comes again an hour or so later (PEP 495)."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@cache
def locale_of(language: str) -> Locale:
    """Babel's locale; plain English is spoken with the day before the month and 24 hours."""
    try:
        return Locale.parse("en_GB" if language == "en" else to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
