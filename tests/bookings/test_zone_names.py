"""Why a customer understands which clock counts: zones are named as people name them, in five languages."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.utils.translation import override

from bookings import when, zone_names

LANGUAGES = ("en", "de", "fr", "es", "ja")
OF_BERLIN = (
    "Mitteleuropäische Zeit",
    "heure d’Europe centrale",
    "hora de Europa central",
    "中央ヨーロッパ時間",
)
OF_TOKYO = ("Japanische Zeit", "heure du Japon", "hora de Japón", "日本時間")
OF_KATHMANDU = ("Nepalesische Zeit", "heure du Népal", "hora de Nepal", "ネパール時間")


def named(zone, language="en"):
    with override(language):
        return zone_names.spoken(ZoneInfo(zone), when.locale_of(language))


@pytest.mark.parametrize(
    ("zone", "names"),
    [
        ("Europe/Berlin", ("Central European Time", *OF_BERLIN)),
        ("Asia/Tokyo", ("Japan Time", *OF_TOKYO)),
        ("Asia/Kathmandu", ("Nepal Time", *OF_KATHMANDU)),
    ],
)
def test_a_zone_has_the_name_that_its_reader_knows(zone, names):
    assert tuple(named(zone, language) for language in LANGUAGES) == names


@pytest.mark.parametrize("city", ["Africa/Casablanca", "Europe/London"])
def test_a_zone_without_a_name_for_the_whole_year_goes_by_its_city(city):
    assert named(city) == f"{city.partition('/')[2]} time"


def test_the_former_spelling_of_a_city_has_the_same_name():
    assert named("Asia/Katmandu", "fr") == named("Asia/Kathmandu", "fr")


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT-5"])
def test_a_zone_of_no_place_keeps_its_name(zone):
    assert named(zone) == zone


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_zone_of_a_place_is_called_by_its_path(language):
    zones = {zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")}
    assert not [zone for zone in zones if named(zone, language) in ("", zone)]


def test_a_time_that_comes_twice_still_carries_its_offset():
    first, second = (
        when.spoken(datetime(2027, 10, 31, hour, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"), "de").zone
        for hour in (0, 1)
    )
    assert first == "Mitteleuropäische Zeit, UTC+02:00"
    assert second == "Mitteleuropäische Zeit, UTC+01:00"
