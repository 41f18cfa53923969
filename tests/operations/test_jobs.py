"""Scheduled work runs when it is due, once however many ask, and is late when it does not."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from operations import queue, work
from operations.jobs import JobRun, ScheduledJob
from operations.work import Job
from tests.racing import race

COUNT = Job(name="count", title="Count", run=lambda: 3, every_seconds=60)
NIGHTLY = Job(name="nightly", title="At night", run=lambda: 0, every_seconds=86_400, at_hour=2)


@pytest.fixture
def declared(monkeypatch):
    """Only this job, in the registry and in the ledger."""

    def declare(job: Job) -> ScheduledJob:
        work.jobs()  # found by now: nothing registers itself later
        monkeypatch.setattr(work, "_jobs", {job.name: job})
        queue.reconcile_schedules()
        return ScheduledJob.objects.get()

    return declare


@pytest.mark.django_db
class TestLedger:
    def test_a_run_is_recorded_and_the_next_turn_comes_one_interval_later(self, declared):
        declared(COUNT)

        queue.run_job("count")

        job, run = ScheduledJob.objects.get(), JobRun.objects.get()
        assert (run.items, run.error, job.last_error) == (3, "", "")
        assert job.last_success_at
        assert job.next_at - run.started_at == timedelta(seconds=60)

    def test_what_is_not_due_does_not_run(self, declared):
        declared(COUNT)
        queue.run_job("count")
        queue.run_job("count")

        assert JobRun.objects.count() == 1

    def test_it_can_be_hurried(self, declared):
        declared(COUNT)
        queue.run_job("count")

        queue.hurry("count")

        assert OrmQ.objects.count() == 1
        queue.run_job("count")
        assert JobRun.objects.count() == 2

    def test_a_failure_is_recorded_raised_and_tried_again_soon(self, declared):
        declared(Job(name="count", title="", run=lambda: 1 // 0, every_seconds=86_400))

        with pytest.raises(ZeroDivisionError):
            queue.run_job("count")

        job = ScheduledJob.objects.get()
        assert "ZeroDivisionError" in job.last_error
        assert "ZeroDivisionError" in JobRun.objects.get().error
        assert job.next_at < timezone.now() + timedelta(minutes=2)

    def test_without_success_it_is_late_after_two_turns(self, declared):
        declared(COUNT)
        assert not ScheduledJob.objects.late().exists()

        with time_machine.travel(timezone.now() + timedelta(seconds=190)):
            assert ScheduledJob.objects.late().get().is_late

    def test_a_nightly_one_waits_for_its_hour(self, declared):
        with time_machine.travel("2027-01-05 14:00Z"):
            assert declared(NIGHTLY).next_at.isoformat() == "2027-01-06T02:00:00+00:00"
        with time_machine.travel("2027-01-06 02:00:01Z"):
            queue.run_job("nightly")
            assert ScheduledJob.objects.get().next_at.isoformat() == "2027-01-07T02:00:00+00:00"

    def test_a_job_that_is_unknown_here_does_nothing(self, declared):
        declared(COUNT)

        queue.run_job("of another version")

        assert not JobRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_schedulers_at_once_one_runs_it(declared):
    declared(COUNT)

    race(6, lambda _: queue.run_job("count"))

    assert JobRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_watches_at_once_leave_one_schedule_per_job():
    race(4, lambda _: queue.reconcile_schedules())

    names = list(Schedule.objects.values_list("name", flat=True))
    assert sorted(names) == sorted(work.jobs())
    assert set(ScheduledJob.objects.values_list("name", flat=True)) == set(work.jobs())


@pytest.mark.django_db
class TestSchedules:
    def test_emptied_tables_are_filled_again(self):
        queue.reconcile_schedules()
        ours = set(Schedule.objects.values_list("name", "minutes"))
        Schedule.objects.all().delete()
        ScheduledJob.objects.all().delete()

        queue.reconcile_schedules()

        assert set(Schedule.objects.values_list("name", "minutes")) == ours
        assert ScheduledJob.objects.count() == len(ours)

    def test_what_somebody_changed_is_put_right_and_other_schedules_stay(self, declared):
        Schedule.objects.create(name="theirs", func="math.sqrt")
        declared(COUNT)
        Schedule.objects.filter(name="count").update(minutes=999)
        Schedule.objects.create(name="gone", func="operations.queue.run_job")

        queue.reconcile_schedules()

        assert set(Schedule.objects.values_list("name", "minutes")) == {("theirs", None), ("count", 1)}

    def test_when_nothing_changed_it_only_looks(self, declared, django_assert_num_queries):
        declared(COUNT)

        with django_assert_num_queries(2):
            queue.reconcile_schedules()
