"""Public holidays of every year, by country and subdivision, without the race of a shared calendar object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays


def is_known(country: str, subdivision: str = "") -> bool:
    """Whether the `holidays` library has a calendar for this place."""
    countries = holidays.list_supported_countries()
    return country in countries and (not subdivision or subdivision in countries[country])


def countries() -> list[str]:
    """The codes (ISO 3166) of the countries that there are calendars for."""
    return sorted(code for code in holidays.list_supported_countries() if len(code) == 2)


def is_holiday(country: str, subdivision: str, day: date) -> bool:
    return bool(country) and day in _dates(country, subdivision, day.year)


def name(country: str, subdivision: str, day: date, language: str) -> str:
    """What the holiday is called in a language, or in the country's where nobody has translated it.

    Empty on an ordinary day.
    """
    return _names(country, subdivision, day.year, language).get(day, "") if country else ""


@lru_cache(maxsize=1024)
def _dates(country: str, subdivision: str, year: int) -> frozenset[date]:
    """One year at a time: the library's own lazy filling is seen half done by a second thread."""
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year, expand=False))


@lru_cache(maxsize=1024)
def _names(country: str, subdivision: str, year: int, language: str) -> Mapping[date, str]:
    spoken = getattr(holidays, country).supported_languages or ()
    chosen = next((each for each in spoken if each.split("_")[0] == language.split("-")[0]), None)
    return dict(
        holidays.country_holidays(
            country, subdiv=subdivision or None, years=year, expand=False, language=chosen
        )
    )
