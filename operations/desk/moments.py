"""Reads and writes the moments of the desk's forms, on the wall of the place that they are about."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from operations.desk.spans import zone
from operations.errors import Refusal


def read(text: str, zone_name: str) -> datetime:
    """The moment of a field "datetime-local"; raises Refusal when it is none."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=zone(zone_name), second=0, microsecond=0)
    except ValueError:
        raise Refusal(_("Please give a date and a time, e.g. 2027-01-05T09:30.")) from None


def read_end(text: str, zone_name: str) -> datetime | None:
    """The next time at which that clock time strikes, None for an empty field; raises Refusal."""
    if not text.strip():
        return None
    try:
        at = time.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(_("Please give the end of your shift as a time, e.g. 18:00.")) from None
    now = timezone.now().astimezone(zone(zone_name))
    today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def field(moment: datetime, zone_name: str) -> str:
    """The moment as the value of a field "datetime-local"."""
    return f"{moment.astimezone(zone(zone_name)):%Y-%m-%dT%H:%M}"


def in_a_while(zone_name: str, hours: int) -> datetime:
    """About so many hours from now, at a quarter of an hour."""
    local = timezone.now().astimezone(zone(zone_name)) + timedelta(hours=hours)
    return local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
