"""The seven places, loaded once per test by the product's own loader."""

from pathlib import Path

import pytest

from bookings import place_loading


@pytest.fixture
def seven_places(db):
    place_loading.load(Path(__file__).parent.parent / "data" / "locations.json")
