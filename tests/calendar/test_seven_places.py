"""The seven places on their awkward days: whatever customers are offered stands free in the table."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from bookings import times
from bookings.calendar import day_grid, planning, week_table
from bookings.models import Location
from tests.calendar.pages import browser, calendar
from tests.times.places import CLOCK_CHANGES, LOCATIONS

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ORDINARY = [date(2027, 5, 11), date(2027, 5, 16)]
SLUGS = [each["slug"] for each in LOCATIONS]


@pytest.fixture(autouse=True)
def places():
    call_command("load_locations", Path(__file__).parent.parent / "data" / "locations.json")
    Location.objects.update(horizon_days=800)


def awkward(location):
    changed = CLOCK_CHANGES.get(location.time_zone, [])
    changes = [date.fromisoformat(each["local_before"][:10]) for each in changed]
    return ORDINARY + [day + timedelta(days=near) for day in changes for near in (-1, 0, 1)]


def free_cells(location, day):
    plan = planning.load(location, day, day)
    grid = day_grid.lay_out(plan, day, plan.resources, NOW)
    return {(cell.start, cell.resource) for row in grid.rows for cell in row.cells if cell.start}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_time_offered_is_a_free_cell(slug):
    location = Location.objects.get(slug=slug)
    offered = 0
    for day in awkward(location):
        cells = free_cells(location, day)
        for service in location.services.select_related("location"):
            for offer in times.offers(service, day, day, now=NOW):
                offered += 1
                assert {(offer.start, each) for each in offer.resources} <= cells, offer

    assert offered


@pytest.mark.parametrize("slug", SLUGS)
def test_every_free_stretch_of_the_week_begins_at_a_free_cell(slug):
    location = Location.objects.get(slug=slug)
    for day in awkward(location):
        first = week_table.first_day(location, day)
        plan = planning.load(location, first, first + timedelta(days=6))
        lines = week_table.lay_out(plan, first, plan.resources, NOW)
        assert [cell.day for cell in lines[0].cells] == [first + timedelta(days=n) for n in range(7)]
        for line in lines:
            for cell in line.cells:
                free = {entry.begin for entry in cell.entries if not entry.block and not entry.reason}
                assert free <= {
                    start for start, whom in free_cells(location, cell.day) if whom == line.resource
                }


@pytest.mark.parametrize("view", ["day", "week"])
@pytest.mark.parametrize("slug", SLUGS)
def test_every_place_has_its_pages(slug, view):
    location = Location.objects.get(slug=slug)
    client = browser()

    for day in awkward(location):
        assert client.get(calendar(location, date=day.isoformat(), view=view)).status_code == 200
