"""How the calendar's templates say how a booking stands and when it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils import dateformat
from django.utils.translation import pgettext

from bookings.calendar import day_grid
from bookings.places import Location
from bookings.resources import Resource

register = template.Library()


@register.filter
def of(found: Mapping[int, Any], key: int) -> Any:
    """What was found for a record; nothing is an empty list."""
    return found.get(key, [])


@register.simple_tag
def at(moment: datetime, location: Location) -> str:
    """The wall time at a place, with its offset where it comes twice."""
    return day_grid.clock(moment.astimezone(location.zone))


@register.simple_tag
def until(moment: datetime, location: Location) -> str:
    """The wall time of an end at a place; midnight is 24:00."""
    return day_grid.closing_clock(moment.astimezone(location.zone))


@register.simple_tag
def on(moment: datetime | date, location: Location) -> str:
    """The date at a place: Monday 23 November 2026."""
    day = moment.astimezone(location.zone) if isinstance(moment, datetime) else moment
    return dateformat.format(day, pgettext("date format", "l j F Y"))


@register.filter
def short(day: date) -> str:
    """Mon 23 Nov."""
    return dateformat.format(day, pgettext("date format", "D j M"))


@register.simple_tag
def slot(start: datetime, resource: Resource | None = None) -> str:
    """The query that says which time with whom."""
    asked = {"start": start.isoformat(), "resource": resource.slug if resource else ""}
    return "?" + urlencode({name: value for name, value in asked.items() if value})
