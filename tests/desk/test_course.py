"""What went wrong and came right, drawn and counted: every number is one click from its records."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from operations.desk import charts, course
from operations.desk.course import HOUR, Stretch
from operations.history import Event
from tests.desk.staff import client
from tests.desk.stuck import closed_channel
from tests.factories import BookingFactory, DeliveryFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db
DESK, COURSE = "/admin/desk/", "/admin/desk/course/"


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    course.over.cache_clear()


def moved(record, before, after, *, ago, sequence, actor="schedule"):
    return Event.objects.create(
        subject_model=record._meta.label_lower,
        subject_id=record.pk,
        sequence=sequence,
        from_status=before,
        to_status=after,
        transition="confirm",
        actor=actor,
        source="queue",
        operation_id=uuid4(),
        at=timezone.now() - ago,
    )


def troubled(hours, *, ago=HOUR, actor="schedule"):
    """A message that was unknown for so many hours."""
    record = DeliveryFactory(done=True)
    moved(record, "working", "unknown", ago=ago + hours * HOUR, sequence=100)
    moved(record, "unknown", "held", ago=ago + hours * HOUR / 2, sequence=101)
    moved(record, "held", "done", ago=ago, sequence=102, actor=actor)
    return record


def test_the_median_runs_from_going_wrong_to_coming_right():
    for hours in (1, 2, 9):
        troubled(hours)

    assert int(course.look().median_seconds) == 2 * 3600


def test_moves_within_trouble_are_neither_wrong_nor_right():
    troubled(0.5)

    past = course.look()

    assert sum(each.wrong for each in past.hours) == sum(each.right for each in past.hours) == 1
    assert (past.by_itself, past.by_people) == (1, 0)


def test_what_was_unknown_is_counted_when_it_is_known():
    record = DeliveryFactory(done=True)
    moved(record, "unknown", "confirmed", ago=HOUR, sequence=100, actor="customer")

    past = course.look()

    assert (past.unknowns_resolved, past.by_people) == (1, 1)


def test_days_hold_their_hours_and_nothing_older():
    troubled(1, ago=timedelta(days=20))
    troubled(1, ago=timedelta(days=40))

    past = course.look()

    assert sum(each.right for each in past.days) == 1
    assert sum(each.right for each in past.hours) == 0
    assert (len(past.hours), len(past.days)) == (24, 30)


def test_each_number_leads_to_its_records():
    troubled(2)
    BookingFactory(failed=True, name="Anna Berg")
    browser = client("owner")
    page = Page(browser.get(DESK), DESK)
    of_hours = [link for link in page.links if link.startswith(COURSE) and "kind=wrong" in link]

    told = " ".join(Page(browser.get(link), link).text for link in of_hours)

    assert told.count("Anna Berg") >= 1
    assert "Recovered in 24 h 1" in page.text


@pytest.mark.parametrize(
    "query",
    [
        *("since=x&until=y", "since=2026-01-01", "kind=%00", "until=2020-01-01T00:00:00Z"),
        *("until=0001-01-01T00:00:00%2B00:00", "since=9999-12-31T23:59:59Z"),
    ],
)
def test_a_forged_stretch_shows_a_page(query):
    assert client("owner").get(f"{COURSE}?{query}").status_code == 200


def test_whoever_may_not_see_a_record_reads_nothing_of_it():
    booking = BookingFactory(failed=True, name="Anna Hidden")

    assert booking.name not in Page(client("newcomer").get(COURSE), COURSE).text


def test_the_highest_bar_fills_its_half_and_the_least_can_be_seen():
    begin = datetime(2026, 11, 3, tzinfo=UTC)
    chart = charts.draw([Stretch(begin, HOUR, 1000, 0), Stretch(begin + HOUR, HOUR, 1, 500)])

    first, second = chart.columns

    assert (first.wrong.y, first.wrong.height, first.right) == (0, 50, None)
    assert (second.wrong.height, second.right.height) == (2, 25)


def test_a_quiet_month_is_drawn_without_bars():
    assert (
        "<svg"
        not in client("auditor").get(DESK).content.decode().split('id="course"')[1].split("machinery")[0]
    )


def test_a_paused_channel_is_told_with_what_waits_for_it():
    closed_channel()
    DeliveryFactory(next_at=timezone.now() - 2 * HOUR)

    page = Page(client("owner").get(DESK), DESK)

    assert "E-mail" in page.text
    assert "2 h ago paused" in page.text
    assert any(link.endswith("/channels/#email") for link in page.links)
