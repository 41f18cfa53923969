"""Prometheus reads how we are doing, and nobody else; `/readyz` tells staff what it looked at."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operations import gauges
from operations.heartbeat import WorkerHeartbeat
from operations.intents import Intent
from operations.recovery import conditions
from operations.work import works
from tests.desk.staff import client
from tests.desk.stuck import late_job
from tests.factories import BookingFactory, DeliveryFactory

pytestmark = pytest.mark.django_db


def scraped(**headers: str) -> dict[str, float]:
    """The figures by their names with labels."""
    text = Client().get("/metrics", headers=headers).content.decode()
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(number) for name, _space, number in lines}


def status(address: str = "127.0.0.1", **headers: str) -> int:
    return Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code


def test_what_is_open_is_counted_by_condition():
    BookingFactory(failed=True)
    DeliveryFactory(dead=True)
    late_job()

    found = scraped()

    assert found['holdfast_open_records{condition="bookings.failed"}'] == 1
    assert found['holdfast_open_records{condition="notifications.unknown"}'] == 0
    assert found['holdfast_effects{model="notifications.delivery",status="dead"}'] == 1
    assert found["holdfast_jobs_late"] == 1
    assert found["holdfast_gauges_missing"] == 0


def test_workers_due_work_and_repeats_are_told():
    BookingFactory(next_at=timezone.now() - timedelta(minutes=5))
    WorkerHeartbeat.objects.create(worker=uuid.uuid4(), beat_at=timezone.now())
    Intent.objects.create(scope="web:book", key=uuid.uuid4(), fingerprint="x", repeats=7)

    found = scraped()

    assert found["holdfast_workers_alive"] == 1
    assert 0 <= found["holdfast_heartbeat_age_seconds"] < 60
    assert 299 < found['holdfast_due_seconds{topic="bookings"}'] < 330
    assert found["holdfast_repeats_absorbed"] == 7


def test_requests_are_counted():
    Client().get("/healthz")

    assert any(name.startswith("django_http_requests_total") for name in scraped())


def test_counting_ends_at_the_cap(monkeypatch):
    monkeypatch.setattr(gauges, "COUNT_CAP", 2)
    for _ in range(3):
        BookingFactory(failed=True)

    assert scraped()['holdfast_open_records{condition="bookings.failed"}'] == 2


def test_a_figure_that_cannot_be_read_takes_no_other_with_it(monkeypatch):
    broken = ("broken", "", [], lambda: gauges.connection.cursor().execute("SELECT nonsense"))
    monkeypatch.setattr(gauges, "_GAUGES", (broken, *gauges._GAUGES))

    found = scraped()

    assert found["holdfast_gauges_missing"] == 1
    assert "holdfast_workers_alive" in found


def test_only_the_loopback_reads_without_a_token():
    assert status() == 200
    assert status("192.0.2.7") == 403
    assert status("127.0.0.1", x_forwarded_for="192.0.2.7") == 403


def test_from_elsewhere_the_token_opens(settings):
    settings.METRICS_TOKEN = "a long secret"

    assert status("192.0.2.7", authorization="Bearer a long secret") == 200
    assert status("192.0.2.7", authorization="Bearer another") == 403


def test_without_a_token_set_none_opens():
    assert status("192.0.2.7", authorization="Bearer ") == 403


def test_staff_read_from_anywhere():
    assert client("auditor").get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client("customer").get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403


def test_staff_are_told_what_readiness_looked_at():
    job = late_job()

    checks = client("auditor").get("/readyz").json()["checks"]

    assert checks["migrations"] == "applied"
    assert checks["jobs_late"] == [job.name]
    assert checks["workers_alive"] == 0


def test_others_are_told_only_that_it_is_ready():
    assert Client().get("/readyz").content == b"ready\n"
    assert client("customer").get("/readyz").content == b"ready\n"


def test_a_scrape_costs_the_same_however_much_there_is_to_count():
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            Client().get("/metrics")
        return sum(not each["sql"].startswith(("SAVEPOINT", "RELEASE", "SET LOCAL")) for each in queries)

    few = cost()
    for _ in range(5):
        BookingFactory(failed=True)
        DeliveryFactory(dead=True)

    assert cost() == few <= 2 * len(conditions()) + len(works()) + 15
