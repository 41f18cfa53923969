"""Says from when to when somebody is away or a place is closed, whole days as days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_interval

from bookings import when

DAY = timedelta(days=1)


def days(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first and the last day, both included; None where it begins or ends within a day."""
    first, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    is_whole = all(moment == _beginning(moment.date(), zone) for moment in (first, end))
    return (first.date(), end.date() - DAY) if is_whole else None


def said(starts_at: datetime, ends_at: datetime, zone: ZoneInfo, language: str) -> str:
    """Days as “24-31 Dec 2026”; hours with the day they are on, or both ends in full."""
    first, last = (when.spoken(moment, zone, language) for moment in (starts_at, ends_at))
    whole = days(starts_at, ends_at, zone)
    if whole and whole[0] < whole[1]:
        return str(format_interval(*whole, skeleton="yMMMd", locale=when.locale_of(language)))
    if whole:
        return first.date
    if first.date == last.date:
        return f"{first.date}, {first.time}\N{EN DASH}{last.time}"
    return f"{first.date}, {first.time} \N{EN DASH} {last.date}, {last.time}"


def _beginning(day: date, zone: ZoneInfo) -> datetime:
    """Midnight; where clocks jump over it, the moment at which they do."""
    return datetime.combine(day, time(), zone)
