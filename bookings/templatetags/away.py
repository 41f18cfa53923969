"""How templates say when somebody is away or a place is closed."""

from __future__ import annotations

from django import template

from bookings import away_words, when
from bookings.availability import saving
from bookings.places import Closure, Location
from bookings.resources import Absence

register = template.Library()


@register.simple_tag
def away(entered: Absence | Closure, location: Location) -> str:
    """By the clock of the place, in the reader's words."""
    return away_words.said(entered.starts_at, entered.ends_at, location.zone, when.of_reader())


@register.filter
def mark(entered: Absence | Closure) -> str:
    """Which absence or closure a form was opened with."""
    return saving.mark(entered)
