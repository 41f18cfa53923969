"""One clock for the desk: what is of no place is told in the zone of whoever looks, and the zone is named."""

import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from bookings.staffing import Assignment
from operations import reach
from operations.desk import spans
from operations.jobs import ScheduledJob
from tests.desk.people.acting import browser_of, somebody, text
from tests.desk.stuck import late_job
from tests.factories import LocationFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def places(transactional_db):
    """Two places in New York and one in Tokyo."""
    for zone in ("America/New_York", "America/New_York", "Asia/Tokyo"):
        LocationFactory(time_zone=zone)


@pytest.fixture
def forget():
    token = reach._looking.set(None)
    yield
    reach._looking.reset(token)


def in_tokyo():
    person = somebody("Anna")
    here = Assignment.objects.create(user=person)
    here.locations.add(*here.locations.model.objects.filter(time_zone="Asia/Tokyo"))
    return person


@pytest.mark.usefixtures("forget")
def test_who_works_everywhere_reads_the_clock_of_most_places():
    reach.look_as(somebody("Anna"))

    assert spans.zoned(NOON, "").endswith("07:00 America/New_York")


@pytest.mark.usefixtures("forget")
def test_who_works_at_one_place_reads_its_clock():
    reach.look_as(in_tokyo())

    assert spans.zoned(NOON, "").endswith("21:00 Asia/Tokyo")


@pytest.mark.usefixtures("forget")
def test_what_is_of_a_place_is_told_by_its_own_clock():
    reach.look_as(in_tokyo())

    assert spans.zoned(NOON, "Europe/Berlin").endswith("13:00 Europe/Berlin")


def test_workers_and_commands_tell_utc():
    assert spans.zoned(NOON).endswith("12:00 UTC")


def test_the_shifts_log_names_its_zone_and_tells_of_jobs_that_were_run():
    browser, job = browser_of(somebody("Anna", "operator")), late_job()
    page = Page(browser.get("/admin/desk/schedules/"), "")
    shown = next(each for each in page.forms if each.fields.get("job") == job.name)
    browser.post("/admin/desk/schedules/", shown.fields)

    log = Page(browser.get("/admin/desk/shift/"), "")

    assert "Run now" in log.text
    assert "America/New_York" in log.text
    assert f"/admin/desk/schedules/#{job.name}" in log.links


def test_nothing_on_the_pages_of_a_shift_is_told_in_utc():
    late_job()
    ScheduledJob.objects.create(
        name="prove", title="Prove", every_seconds=86_400, late_after=timezone.now(), next_at=timezone.now()
    )
    browser = browser_of(somebody("Anna"))
    pages = [text(browser, f"/admin/desk/{path}/") for path in ("shift", "handover", "schedules")]

    assert not [page for page in pages if "UTC" in page]
    assert re.search(r"every day at 2[23]:00 America/New_York", pages[2])
