"""Holidays are those of the `holidays` library, for every year."""

from datetime import date, timedelta

import pytest

from bookings import public_holidays
from tests.times.places import LOCATIONS


@pytest.mark.parametrize("place", LOCATIONS, ids=lambda place: place["slug"])
def test_the_holidays_of_2027_are_those_of_the_file(place):
    year = [date(2027, 1, 1) + timedelta(days=number) for number in range(365)]

    found = [
        day.isoformat()
        for day in year
        if public_holidays.is_holiday(place["country"], place["subdivision"] or "", day)
    ]

    assert found == [day for day, _name in place["public_holidays_2027"]]


def test_a_place_without_a_country_has_none():
    assert not public_holidays.is_holiday("", "", date(2027, 1, 1))


@pytest.mark.parametrize("year", [2026, 2028, 2035])
def test_other_years_are_known_too(year):
    assert public_holidays.is_holiday("DE", "BE", date(year, 5, 1))
