"""Scheduled jobs at the desk: what each did, whether it is late, and running one out of turn, once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from operations import queue
from operations.intents import Intent
from operations.jobs import JobRun, ScheduledJob
from operations.repair import RecoveryAttempt
from tests.desk.staff import client
from tests.pages.visitor import Page

SCHEDULES = "/admin/desk/schedules/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    soon = timezone.now() + timedelta(hours=20)
    return ScheduledJob.objects.create(
        name="nightly", title="Count the stars", every_seconds=86_400, next_at=soon, late_after=soon
    )


def opened(role="operator"):
    return Page(client(role).get(SCHEDULES), SCHEDULES)


def pressed(browser, name="nightly"):
    page = Page(browser.get(SCHEDULES), SCHEDULES)
    fields = next(form.fields for form in page.forms if form.fields.get("job") == name)
    return fields, browser.post(SCHEDULES, fields)


def test_a_job_is_told_with_its_last_runs_and_its_next_one(job):
    JobRun.objects.create(name="nightly", items=41, finished_at=timezone.now())
    JobRun.objects.create(name="nightly", error="OSError: disk full", finished_at=timezone.now())

    text = opened().text

    assert "Count the stars" in text
    assert "41 items" in text
    assert "OSError: disk full" in text
    assert "on time" in text


def test_a_late_job_says_how_many_turns_it_missed_and_leads_to_its_remedies(job):
    now = timezone.now()
    ScheduledJob.objects.update(
        last_success_at=now - timedelta(days=4),
        next_at=now - timedelta(days=3),
        late_after=now - timedelta(days=2),
    )

    page = opened()

    assert "late for 2 d" in page.text
    assert "3 turns missed" in page.text
    assert f"/admin/desk/operations.job_late/{job.pk}/" in page.links


def test_run_now_makes_it_due_wakes_a_worker_and_is_kept(job):
    _, answer = pressed(client("operator"))

    assert answer.status_code == 303
    assert ScheduledJob.objects.due().get() == job
    assert OrmQ.objects.count() == 1
    trace = RecoveryAttempt.objects.get()
    assert (trace.remedy, trace.result, trace.subject_id) == ("run_now", "applied", job.pk)


def test_the_same_press_twice_is_one(job):
    browser = client("operator")
    fields, _ = pressed(browser)

    browser.post(SCHEDULES, fields)

    assert RecoveryAttempt.objects.count() == 1
    assert Intent.objects.get().repeats == 1


@pytest.mark.parametrize("role", ["auditor", "front desk"])
def test_who_may_not_gets_no_button_and_a_try_is_refused_and_kept(job, role):
    fields, _ = pressed(client("operator"))
    ScheduledJob.objects.update(next_at=timezone.now() + timedelta(hours=1))
    RecoveryAttempt.objects.all().delete()
    browser = client(role)

    assert not [form for form in Page(browser.get(SCHEDULES), SCHEDULES).forms if "job" in form.fields]
    assert browser.post(SCHEDULES, fields).status_code == 403
    assert RecoveryAttempt.objects.get().result == "refused"
    assert not ScheduledJob.objects.due().exists()


def test_a_form_without_its_number_runs_nothing(job):
    answer = client("operator").post(SCHEDULES, {"job": "nightly", "request_id": "made up"})

    assert answer.status_code == 400
    assert not ScheduledJob.objects.due().exists()


@pytest.mark.parametrize("name", ["weekly", "\x00"])
def test_there_is_no_job_of_another_name(job, name):
    assert client("operator").post(SCHEDULES, {"job": name}).status_code == 404


def test_somebody_without_the_permission_to_look_is_told_so(job):
    assert client("newcomer").get(SCHEDULES).status_code == 403


def test_it_costs_the_same_however_much_has_run(job):
    browser = client("operator")
    with CaptureQueriesContext(connection) as few:
        browser.get(SCHEDULES)
    JobRun.objects.bulk_create(JobRun(name="nightly") for _ in range(300))
    with CaptureQueriesContext(connection) as many:
        browser.get(SCHEDULES)

    assert len(few) == len(many)


def test_nights_that_were_missed_are_made_up_by_one_run():
    with time_machine.travel("2027-01-05 14:00Z"):
        queue.reconcile_schedules()
    with time_machine.travel("2027-01-09 12:00Z"):
        queue.run_job("prune")
        queue.run_job("prune")

        assert JobRun.objects.filter(name="prune").count() == 1
        assert ScheduledJob.objects.get(name="prune").next_at.isoformat() == "2027-01-10T02:00:00+00:00"
