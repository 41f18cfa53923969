"""Says durations and moments the way a person would, the same on every page of the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from operations import reach

UNITS = (
    (86400, gettext_noop("%d d")),
    (3600, gettext_noop("%d h")),
    (60, gettext_noop("%d min")),
    (1, gettext_noop("%d s")),
)


def span(length: timedelta) -> str:
    """A length in its two largest units, e.g. "2 d 4 h" or "20 min"; seconds only below a minute."""
    seconds = max(0, int(abs(length).total_seconds()))
    parts: list[str] = []
    for size, text in UNITS:
        count, seconds = divmod(seconds, size)
        if count and not (size == 1 and parts):
            parts.append(_(text) % count)
        if len(parts) == 2 or (parts and not count):
            break
    return " ".join(parts) or _("%d s") % 0


def relative(moment: datetime, now: datetime | None = None) -> str:
    """How far away a moment is: "in 3 h 20 min" or "2 d 4 h ago"."""
    distance = moment - (now or timezone.now())
    text = _("in %(span)s") if distance > timedelta(0) else _("%(span)s ago")
    return text % {"span": span(distance)}


def clock(moment: datetime, zone_name: str = "") -> str:
    """The moment on the wall of a place; the year only when it is another one."""
    place = zone(zone_name)
    local = moment.astimezone(place)
    is_this_year = local.year == timezone.now().astimezone(place).year
    this_year, another_year = pgettext("date format", "D j M, H:i"), pgettext("date format", "D j M Y, H:i")
    return dateformat.format(local, this_year if is_this_year else another_year)


def zoned(moment: datetime, zone_name: str = "") -> str:
    """The moment on the wall of a place, with the name of its zone."""
    return f"{clock(moment, zone_name)} {zone(zone_name).key}"


def wall_time(moment: datetime, zone_name: str = "") -> str:
    """The time of day at a place, with the name of its zone: "04:00 Europe/Berlin"."""
    place = zone(zone_name)
    return f"{moment.astimezone(place):%H:%M} {place.key}"


def zone(name: str) -> ZoneInfo:
    """The time zone of that name; without one that of whoever looks, and UTC when nobody does.

    One rule for the desk: what concerns a place is told by its clock, all else by the clock of the places
    of whoever looks, and the zone is named.
    """
    try:
        return ZoneInfo(name or reach.zone_of_whoever_looks() or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
