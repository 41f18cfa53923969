"""What is late may mend itself; from its own moment on it needs a person, is marked and stands first."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from operations.heartbeat import WorkerHeartbeat
from operations.recovery import conditions
from tests.desk.people.acting import browser_of, somebody, text
from tests.desk.stuck import BUILDERS
from tests.factories import BookingFactory, DeliveryFactory, in_a_week

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def ago(length):
    return timezone.now() - length


def aged(record, **columns):
    type(record).objects.filter(pk=record.pk).update(**columns)
    return record


def is_overdue(code, record):
    condition = conditions()[code]
    assert condition.records().filter(pk=record.pk).exists(), "not even listed"
    return condition.overdue(condition.records()).filter(pk=record.pk).exists()


@pytest.mark.parametrize(
    ("code", "build", "column", "young", "old"),
    [
        (
            "bookings.late",
            lambda: BookingFactory(stale_after=ago(MINUTE)),
            "stale_after",
            3 * MINUTE,
            5 * MINUTE,
        ),
        ("notifications.late", DeliveryFactory, "next_at", 9 * MINUTE, 11 * MINUTE),
        (
            "notifications.unknown",
            lambda: DeliveryFactory(unknown=True),
            "updated_at",
            29 * MINUTE,
            31 * MINUTE,
        ),
        ("notifications.dead", lambda: DeliveryFactory(dead=True), "updated_at", 239 * MINUTE, 241 * MINUTE),
        (
            "notifications.interrupted",
            lambda: DeliveryFactory(working=True),
            "lease_until",
            MINUTE / 2,
            2 * MINUTE,
        ),
        ("bookings.failed", lambda: BookingFactory(failed=True), "updated_at", 239 * MINUTE, 241 * MINUTE),
    ],
)
def test_it_is_late_before_it_needs_a_person(code, build, column, young, old):
    record = build()

    assert not is_overdue(code, aged(record, **{column: ago(young)}))
    assert is_overdue(code, aged(record, **{column: ago(old)}))


@pytest.mark.parametrize("code", ["notifications.unknown", "notifications.dead"])
def test_two_hours_before_the_start_everything_needs_a_person(code):
    record = BUILDERS[code]()

    assert not is_overdue(code, aged(record, harm_at=timezone.now() + 121 * MINUTE))
    assert is_overdue(code, aged(record, harm_at=timezone.now() + 119 * MINUTE))


def test_an_overdue_matter_is_marked_and_stands_before_a_sooner_one_that_is_not():
    sooner = BookingFactory(failed=True, starts_at=in_a_week(), name="Sooner")
    overdue = BookingFactory(failed=True, starts_at=in_a_week() + HOUR, name="Overdue")
    aged(overdue, updated_at=ago(5 * HOUR))

    overview = text(browser_of(somebody("Anna")), "/admin/desk/")

    assert overview.index("Overdue") < overview.index(sooner.name)
    assert overview.count("needs a person now") == 1


def test_overdue_ones_far_down_the_list_are_found():
    for number in range(12):
        BookingFactory(failed=True, starts_at=in_a_week() + number * HOUR)
    far = BookingFactory(failed=True, starts_at=in_a_week() + 48 * HOUR, name="Far And Overdue")
    aged(far, updated_at=ago(5 * HOUR))

    browser = browser_of(somebody("Anna"))

    assert "Far And Overdue" in text(browser, "/admin/desk/")
    assert "Far And Overdue" in text(browser, "/admin/desk/bookings.failed/?show=overdue")


def test_what_should_have_mended_itself_needs_a_person():
    WorkerHeartbeat.objects.create(worker=uuid.uuid4(), beat_at=timezone.now())
    DeliveryFactory(next_at=ago(5 * MINUTE), recipient="young@example.com", booking=None)
    browser = browser_of(somebody("Anna"))
    assert "Nothing needs you now." in text(browser, "/admin/desk/")

    DeliveryFactory(next_at=ago(HOUR), booking=None)

    overview = text(browser, "/admin/desk/")
    assert "1 matter needs a person." in overview
    assert "It should have mended itself by now." in overview


def test_every_declared_moment_can_be_asked_of_the_database():
    for condition in conditions().values():
        condition.overdue(condition.records()).exists()
        list(condition.ordered()[:1])
