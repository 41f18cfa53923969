"""The first page of the desk: every number leads to its records, and it costs the same however many."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from operations import intents, recovery
from operations.heartbeat import WorkerHeartbeat
from operations.jobs import ScheduledJob
from tests.desk.staff import client, press, user
from tests.desk.stuck import BUILDERS
from tests.factories import BookingFactory, DeliveryFactory, EnquiryFactory, in_a_week
from tests.pages.visitor import Page

DESK = "/admin/desk/"

pytestmark = pytest.mark.django_db


def opened(role="owner", path=DESK):
    return Page(client(role).get(path), path)


def work():
    WorkerHeartbeat.objects.create(worker=uuid.uuid4(), beat_at=timezone.now(), pid=1)


def test_every_condition_is_named_and_leads_to_its_list():
    page = opened()

    for condition in recovery.conditions().values():
        assert str(condition.title) in page.text
        assert f"{DESK}{condition.code}/" in page.links


def test_a_quiet_house_says_so():
    work()

    page = opened()

    assert "Nothing needs you now." in page.text
    assert "No worker" not in page.text.split("All clear")[0]


def test_without_a_worker_the_desk_says_that_nothing_is_lost():
    assert "No worker is running. Nothing is lost." in opened("newcomer").text


def test_a_worker_in_a_long_call_to_the_outside_counts_as_running():
    WorkerHeartbeat.objects.create(
        worker=uuid.uuid4(),
        beat_at=timezone.now() - timedelta(minutes=5),
        silent_until=timezone.now() + timedelta(minutes=1),
    )

    assert "Nothing is lost." not in opened().text


def test_matters_stand_by_time_to_harm_over_all_conditions():
    DeliveryFactory(
        dead=True, booking=None, harm_at=in_a_week() + timedelta(hours=2), recipient="b@example.com"
    )
    BookingFactory(failed=True, starts_at=in_a_week() + timedelta(hours=1), name="Anna First")
    BookingFactory(waiting=True, name="Carl Now")  # its answer is due tomorrow

    text = opened().text

    assert text.index("Carl Now") < text.index("Anna First") < text.index("b@example.com")


def test_the_start_page_of_the_admin_begins_with_the_desk():
    work()
    BookingFactory(failed=True)

    page = opened(path=reverse("admin:index"))

    assert "1 matter needs a person." in page.text
    assert DESK in page.links


def test_jobs_are_listed_with_their_lateness():
    late = BUILDERS["operations.job_late"]()
    ScheduledJob.objects.create(
        name="sweep", title="Sweep", every_seconds=60, late_after=timezone.now() + timedelta(minutes=2)
    )

    page = opened()

    assert "late for 1 h" in page.text
    assert "on time" in page.text
    assert f"{DESK}operations.job_late/{late.pk}/" in page.links


def test_repeats_absorbed_are_counted():
    intents.Intent.objects.create(scope="web:book", key=uuid.uuid4(), fingerprint="x", repeats=7)

    assert "Repeats absorbed 7" in opened().text


def test_recoveries_of_the_day_are_counted():
    condition, record = recovery.conditions()["bookings.failed"], BUILDERS["bookings.failed"]()
    press(client("front desk"), condition, record, "cancel")

    assert "Recovered in 24 h 1 0 by itself, 1 by people" in opened().text


def test_an_auditor_of_messages_sees_messages_only():
    auditor = user("newcomer")
    auditor.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    booking = BookingFactory(failed=True, name="Anna Hidden")
    browser = Client()
    browser.force_login(auditor)

    page = Page(browser.get(DESK), DESK)

    assert "Messages that could not be delivered" in page.text
    assert booking.name not in page.text
    assert "Failed, can be tried again" not in page.text


def test_the_overview_costs_the_same_number_of_queries_for_few_and_for_many():
    browser = client("front desk")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(DESK).status_code == 200
        return len(queries)

    def fill():
        for code, build in BUILDERS.items():
            if code not in ("operations.no_worker", "operations.job_late", "notifications.channel_closed"):
                build()
        EnquiryFactory()

    BUILDERS["operations.job_late"]()
    BUILDERS["notifications.channel_closed"]()
    fill()
    few = cost()
    for _ in range(4):
        fill()

    assert cost() <= few
    assert few <= 5 + 2 * len(recovery.conditions()) + 30


@pytest.mark.parametrize("times", [1, 3])
def test_the_overview_asks_a_stated_number_of_questions(times, django_assert_max_num_queries):
    """One statement counts all conditions; what is shown costs one for each condition it is of."""
    for _ in range(times):
        for code, build in BUILDERS.items():
            if times == 1 or code.startswith(("bookings.", "notifications.un", "notifications.d")):
                build()
    browser = client("owner")
    browser.get(DESK)

    with django_assert_max_num_queries(75):
        browser.get(DESK)
