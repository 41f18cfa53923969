"""Whichever process of the queue is killed, whatever comes next is done within fifteen seconds."""

import time
from collections import Counter

import psutil
import pytest
from django.core.management import call_command
from django.db import connection

from operations.heartbeat import WorkerHeartbeat
from tests.chaos.queue_processes import QueueProcesses, eventually, running
from tests.parcels.models import Parcel, post
from tests.parcels.sink import Sink, listening

LONGEST_STALL_SECONDS = 15


@pytest.fixture(scope="module")
def cluster(django_db_setup, django_db_blocker):
    """One cluster for all tests here; tables are emptied only when it has stopped, or both would deadlock."""
    with django_db_blocker.unblock():
        assert is_for_tests(), "there is no database of tests: run the whole file"
        with running() as processes:
            yield processes
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def processes(cluster: QueueProcesses):
    yield cluster
    Parcel.objects.all().delete()
    cluster.renew()


@pytest.fixture
def sink():
    with listening() as sink:
        yield sink


@pytest.mark.django_db
def test_the_database_is_one_that_may_be_emptied():
    """And pytest makes one, because a test that is marked needs it."""
    assert is_for_tests()


def is_for_tests() -> bool:
    return str(connection.settings_dict["NAME"]).startswith("test_")


def arrives(sink: Sink, seconds: float = LONGEST_STALL_SECONDS) -> float:
    """Post one parcel; how long it took to arrive."""
    (parcel,) = post(1, sink.address)
    posted_at = time.monotonic()
    eventually(lambda: str(parcel.uid) in sink.names(), seconds)
    return time.monotonic() - posted_at


def test_a_commit_leads_to_the_first_attempt_within_a_second(sink: Sink, processes: QueueProcesses):
    arrives(sink)

    assert sorted(arrives(sink) for _ in range(9))[4] < 1


@pytest.mark.parametrize("role", ["main", "guard", "worker 1", "monitor", "pusher"])
def test_work_goes_on_when_one_is_killed(role: str, sink: Sink, processes: QueueProcesses):
    arrives(sink)
    processes.parts()[role].kill()

    arrives(sink)
    arrives(sink)


def test_an_idle_cluster_recovers_when_all_idle_workers_are_killed(sink: Sink, processes: QueueProcesses):
    """One of them holds the lock of the queue between the processes, and takes it with it."""
    arrives(sink)
    for role, process in processes.parts().items():
        if role.startswith("worker"):
            process.kill()

    arrives(sink)


def test_a_worker_that_lives_but_does_nothing_is_replaced(sink: Sink, processes: QueueProcesses):
    arrives(sink)
    for role, process in processes.parts().items():
        if role.startswith("worker"):
            process.suspend()

    arrives(sink)


def test_nothing_outlives_the_watch_and_the_next_one_goes_on_with_its_work(
    sink: Sink, processes: QueueProcesses
):
    family = list(processes.parts().values())
    sink.is_silent = True
    parcels = post(3, sink.address)
    eventually(lambda: sink.received)

    processes.watch.kill()

    eventually(lambda: not [process for process in family if process.is_running()], 5)
    processes.process.wait(5)
    sink.is_silent = False
    processes.start()
    eventually(lambda: statuses() == {"done": len(parcels) - 1, "unknown": 1})


def test_a_message_of_a_killed_worker_is_unknown_and_the_rest_of_its_batch_goes_on(
    sink: Sink, processes: QueueProcesses
):
    sink.is_silent = True
    parcels = post(3, sink.address)
    eventually(lambda: sink.received)
    sink.is_silent = False
    leased = Parcel.objects.filter(status="working", handover_at__isnull=False).get()
    psutil.Process(WorkerHeartbeat.objects.get(worker=leased.worker).pid).kill()

    eventually(lambda: statuses() == {"done": len(parcels) - 1, "unknown": 1})
    assert Parcel.objects.get(status="unknown") == leased
    assert len(set(sink.names())) == len(sink.names())


def statuses() -> Counter[str]:
    """How many parcels are in which state: the rest of a batch may be done before its first is judged."""
    return Counter(Parcel.objects.values_list("status", flat=True))


def test_emptied_queue_tables_lose_nothing(sink: Sink, processes: QueueProcesses):
    arrives(sink)
    parcels = post(50, sink.address)
    with connection.cursor() as cursor:
        # In the order in which the scheduler takes them, or each could hold what the other waits for.
        cursor.execute("TRUNCATE django_q_schedule, django_q_ormq, django_q_task")

    eventually(lambda: len(sink.names()) == len(parcels) + 1)
    with connection.cursor() as cursor:
        eventually(lambda: _count(cursor, "django_q_schedule") > 0)


def test_work_goes_on_within_seconds_when_connections_are_dropped(sink: Sink, processes: QueueProcesses):
    arrives(sink)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    main = processes.main().pid

    assert arrives(sink) < 5
    assert processes.main().pid == main


def test_an_idle_cluster_asks_the_database_fewer_than_25_times_a_second(processes: QueueProcesses):
    with connection.cursor() as cursor:
        before, began_at = _transactions(cursor), time.monotonic()
        time.sleep(9)  # long enough for the jobs of a minute to count as often as they run
        rate = (_transactions(cursor) - before) / (time.monotonic() - began_at)

    assert 1 < rate < 25


def _transactions(cursor) -> int:
    cursor.execute(
        "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(cursor.fetchone()[0])


def _count(cursor, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return int(cursor.fetchone()[0])
