"""Workers are known by what they wrote; a dead one of this machine is noticed, others are left alone."""

import os
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from operations import heartbeat
from operations.heartbeat import WorkerHeartbeat
from tests.racing import race

pytestmark = pytest.mark.django_db
LARGEST_PID = 2**22


def a_worker(**fields) -> WorkerHeartbeat:
    return WorkerHeartbeat.objects.create(
        **{"worker": uuid.uuid4(), "process_space": heartbeat.process_space(), "pid": os.getpid()} | fields
    )


@pytest.fixture
def fresh(shared_board, monkeypatch):
    """A process that has just become a worker and not beaten yet."""
    monkeypatch.setattr(heartbeat, "_identity", (0, uuid.uuid4()))
    monkeypatch.setattr(heartbeat, "_is_worker", True)


def test_the_first_beat_introduces_the_worker_and_the_next_ones_are_free(fresh, django_assert_num_queries):
    heartbeat.beat()

    worker = WorkerHeartbeat.objects.get(worker=heartbeat.worker_id())
    assert (worker.pid, worker.process_space) == (os.getpid(), heartbeat.process_space())
    with django_assert_num_queries(0):
        heartbeat.beat()
        heartbeat.beat(silent_for_seconds=30)


def test_a_command_that_does_a_workers_work_is_no_worker(fresh, monkeypatch):
    monkeypatch.setattr(heartbeat, "_is_worker", False)

    heartbeat.beat()

    assert not WorkerHeartbeat.objects.alive().exists()


def test_a_long_silence_is_announced_to_the_desk_at_once(fresh):
    heartbeat.beat()

    heartbeat.beat(silent_for_seconds=600)

    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert WorkerHeartbeat.objects.alive().exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert not WorkerHeartbeat.objects.alive().exists()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_cut_is_no_reason_to_fail(fresh):
    connection.ensure_connection()
    ours = connection.connection.info.backend_pid
    race(1, lambda _: cut(ours))

    heartbeat.beat()
    assert not WorkerHeartbeat.objects.filter(worker=heartbeat.worker_id()).exists()
    heartbeat.beat()
    assert WorkerHeartbeat.objects.filter(worker=heartbeat.worker_id()).exists()


def cut(backend: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])  # and wait until it is gone


def test_the_dead_of_this_machine_are_buried_once_and_others_are_left_alone():
    alive, dead = a_worker(), a_worker(pid=LARGEST_PID)
    elsewhere = a_worker(pid=LARGEST_PID, process_space=1)

    assert heartbeat.bury() == [dead.worker]
    assert heartbeat.bury() == []
    assert set(WorkerHeartbeat.objects.alive()) == {alive, elsewhere}


def test_old_workers_are_forgotten_but_never_the_last_one():
    WorkerHeartbeat.objects.all().delete()
    for days in (2, 3, 4):
        a_worker(beat_at=timezone.now() - timedelta(days=days))

    assert heartbeat.prune() == 2
    assert WorkerHeartbeat.objects.missing().exists()
