"""Says moments briefly: the time, and the day when it is not today."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time
from django.utils import timezone
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from notifications.models import Delivery


def brief(moment: datetime, zone: ZoneInfo, language: str = "") -> str:
    """“10:02”, or “10:02 on Tue 5 Jan”, on the wall clock of `zone` in the given or active language."""
    locale, local = _locale(language or get_language() or "en"), moment.astimezone(zone)
    time = format_time(local.time(), "short", locale=locale)
    if local.date() == timezone.now().astimezone(zone).date():
        return time
    day = format_skeleton("MMMEd", local.replace(tzinfo=None), locale=locale)
    return _("%(time)s on %(day)s") % {"time": time, "day": day}


def zone_of(delivery: Delivery) -> ZoneInfo:
    """The zone of the place that the message is about."""
    try:
        return ZoneInfo(delivery.parameters.get("time_zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse("en_GB" if language == "en" else to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
