"""Names a time zone as its reader does: hardly a customer has heard of "Europe/Berlin"."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils import timezone
from django.utils.translation import gettext as _

NOWHERE = frozenset({"GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich", "UCT", "UTC", "Universal", "Zulu"})


def spoken(zone: ZoneInfo, locale: Locale) -> str:
    """“Central European Time”, the same in summer and winter; “Casablanca time” where it has no such name.

    Names are Unicode's (CLDR) in the words of `locale`, the rest in the language that is active. A zone
    that belongs to no place, such as UTC, keeps its own name.
    """
    if zone.key in NOWHERE or zone.key.startswith("Etc/"):
        return zone.key
    keys = _keys(zone.key)
    return _of_region(zone, keys, locale) or _("%(city)s time") % {"city": _city(keys, locale)}


@cache
def _keys(key: str) -> tuple[str, ...]:
    """All names of the zone: Babel keeps what it knows of Kathmandu under “Katmandu”, its former one."""
    aliases = get_global("zone_aliases")
    present = aliases.get(key, key)
    return (present, *(old for old, new in aliases.items() if new == present))


def _of_region(zone: ZoneInfo, keys: tuple[str, ...], locale: Locale) -> str:
    """What the region calls its time; its standard time only where clocks never change (UTS 35, Time Zones).

    London shares the name “Greenwich Mean Time” in winter alone, so it has none for the whole year.
    """
    for key in keys:
        names = locale.meta_zones.get(get_global("meta_zones").get(key), {}).get("long", {})
        if name := names.get("generic") or ("" if _changes(zone) else names.get("standard")):
            return str(name)
    return ""


def _changes(zone: ZoneInfo) -> bool:
    now = timezone.now()
    return len({(now + timedelta(days=days)).astimezone(zone).utcoffset() for days in range(0, 366, 30)}) > 1


def _city(keys: tuple[str, ...], locale: Locale) -> str:
    known = (locale.time_zones.get(key, {}).get("city") for key in keys)
    return next(filter(None, known), "") or str(
        get_timezone_location(keys[0], locale=locale, return_city=True)
    )
