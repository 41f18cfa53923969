"""Operators are told once of each cause, on routes of their own, and again when it has come back."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from config import addresses
from operations import alerts, recovery
from operations.alerts import Alert
from operations.heartbeat import WorkerHeartbeat
from operations.jobs import ScheduledJob
from tests.desk.stuck import broken_promise, late_job, nobody
from tests.factories import DeliveryFactory
from tests.misbehaving_smtp import MisbehavingSMTP
from tests.test_docs import ROOT

HOUR = timedelta(hours=1)
OURS = [code for code in recovery.conditions() if not code.startswith("parcels.")]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet(transactional_db):
    """Nobody misses a worker here."""
    WorkerHeartbeat.objects.all().delete()


def test_what_is_overdue_is_told_once_with_its_page_and_its_runbook(caplog):
    broken_promise()

    assert alerts.run() == 1
    assert alerts.run() == 0

    [line] = [record.getMessage() for record in caplog.records if "'event': 'alert'" in record.getMessage()]
    assert "/admin/desk/operations.promise_broken/" in line
    assert "docs/runbooks/operations.promise_broken.md" in line


def test_what_is_not_overdue_yet_is_not_told():
    DeliveryFactory(dead=True)

    assert alerts.run() == 0


def test_it_is_told_again_when_it_comes_back_after_a_quiet_while():
    job = very_late()
    assert alerts.run() == 1
    ScheduledJob.objects.filter(pk=job.pk).update(late_after=timezone.now() + 10 * HOUR)

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert alerts.run() == 0
        assert keys() == []

    ScheduledJob.objects.filter(pk=job.pk).update(late_after=timezone.now() - 100 * HOUR)
    assert alerts.run() == 1
    assert Alert.objects.filter(key="operations.job_late").count() == 2


def test_a_missing_worker_is_told_without_any_worker():
    nobody()

    assert alerts.run() == 1
    assert keys() == ["operations.no_worker"]


def test_a_second_mail_route_and_a_webhook_are_told_too(settings):
    very_late()
    with MisbehavingSMTP() as server:
        settings.ALERT_EMAIL = addresses.second_mail(f"smtp://127.0.0.1:{server.port}")
        settings.ALERT_EMAIL_TO = ["night@example.com"]

        assert alerts.run() == 1

    [mail] = server.received
    assert "/admin/desk/operations.job_late/" in mail.text
    assert "docs/runbooks/operations.job_late.md" in mail.text
    assert Alert.objects.get().told_by == ["log", "email"]


def test_a_route_that_fails_is_tried_again_and_no_other_is_told_twice(settings):
    very_late()
    settings.ALERT_WEBHOOK_URL = "http://127.0.0.1:9/nobody-listens"

    assert alerts.run() == 0
    alert = Alert.objects.get()
    assert (alert.told_by, alert.told_at) == (["log"], None)
    assert "webhook" in alert.error

    settings.ALERT_WEBHOOK_URL = ""
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert alerts.run() == 1
    assert Alert.objects.get().told_by == ["log"]


@pytest.mark.parametrize("code", [*OURS, "incident"])
def test_every_condition_has_its_runbook(code):
    text = (ROOT / "docs" / "runbooks" / f"{code}.md").read_text()

    assert text.index("## What it means") < text.index("## What to do")


def very_late() -> ScheduledJob:
    """A job that should have been in somebody's hands long ago."""
    job = late_job()
    ScheduledJob.objects.filter(pk=job.pk).update(late_after=timezone.now() - 100 * HOUR)
    return job


def keys() -> list[str]:
    """The causes that go on."""
    return [alert.key for alert in Alert.objects.active().order_by("pk")]
