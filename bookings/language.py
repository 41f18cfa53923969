"""In which language, and in whose manner of writing times and prices, somebody is addressed."""

from datetime import datetime

from django.utils.translation import get_language

from bookings import when
from bookings.places import Location


def of_reader(location: Location) -> str:
    """The reader's language, in the place's own manner where it speaks the same: “en-US” in New York.

    Our texts decide: a German date inside an English sentence helps nobody.
    """
    language = get_language() or "en"
    is_same = location.locale.split("-")[0] == language.split("-")[0]
    return location.locale if is_same else language


def spoken(moment: datetime, location: Location) -> when.Spoken:
    """The moment by the place's clock in the reader's words."""
    return when.spoken(moment, location.zone, of_reader(location))
