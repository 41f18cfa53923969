"""The kernel watches itself: late jobs, missing workers, and a database in which none has run yet."""

import uuid
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from operations import own_conditions, recovery
from operations.heartbeat import NOBODY_YET, WorkerHeartbeat
from operations.jobs import ScheduledJob
from tests.desk.staff import client, press
from tests.desk.stuck import late_job, nobody

MIGRATION = import_module("operations.migrations.0002_a_heartbeat_before_the_first_worker")

pytestmark = pytest.mark.django_db


def listed(code):
    return list(recovery.conditions()[code].records())


def beat(ago_seconds, silent_for_seconds=0):
    moment = timezone.now() - timedelta(seconds=ago_seconds)
    silent_until = timezone.now() + timedelta(seconds=silent_for_seconds) if silent_for_seconds else moment
    return WorkerHeartbeat.objects.create(worker=uuid.uuid4(), beat_at=moment, silent_until=silent_until)


def test_a_fresh_database_says_that_no_worker_has_run():
    WorkerHeartbeat.objects.all().delete()
    MIGRATION.announce_nobody(apps, None)

    [first] = listed("operations.no_worker")

    assert first.worker == NOBODY_YET
    words = recovery.words(recovery.conditions()["operations.no_worker"].explanation, first)
    assert words == "No worker is running. Nothing is lost. None has run since this database was set up."


@pytest.mark.parametrize(
    ("ago", "silent_for", "is_missing"), [(44, 0, False), (46, 0, True), (90, 30, False)]
)
def test_a_worker_is_missed_after_45_seconds_unless_it_said_it_would_be_silent(ago, silent_for, is_missing):
    beat(ago, silent_for)

    assert bool(listed("operations.no_worker")) == is_missing


def test_only_the_newest_heartbeat_stands_for_all_that_stopped():
    WorkerHeartbeat.objects.all().delete()
    beat(500)
    newest = beat(100)

    assert listed("operations.no_worker") == [newest]


def test_a_job_is_late_when_its_time_has_passed():
    late = late_job()
    ScheduledJob.objects.create(
        name="sweep", title="Sweep", every_seconds=60, late_after=timezone.now() + timedelta(seconds=5)
    )

    assert listed("operations.job_late") == [late]


def test_run_now_wakes_a_worker_and_gives_it_two_minutes(time_machine):
    job = late_job()

    press(client("owner"), recovery.conditions()["operations.job_late"], job, "run_now")

    assert listed("operations.job_late") == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_q_ormq")
        assert cursor.fetchone()[0] == 1
    time_machine.move_to(timezone.now() + own_conditions.RUN_GRACE + timedelta(seconds=1))
    assert listed("operations.job_late") == [job]


def test_a_missing_worker_has_no_button_and_says_what_to_do():
    record = nobody()

    response = client("owner").get(f"/admin/desk/operations.no_worker/{record.pk}/")

    assert b"manage.py qcluster" in response.content
    assert b'name="remedy"' not in response.content
