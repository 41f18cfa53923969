"""Why a worker may die at any moment: what it had not handed over leaves again, what it had is unknown."""

import os
import signal
import threading
from datetime import timedelta

import psycopg
import pytest
import time_machine
from django.db import connection, connections, transaction
from django.utils import timezone

from notifications import work
from notifications.models import Delivery
from operations import sweeps
from operations.attempts import Attempt
from tests.factories import DeliveryFactory
from tests.killing import points
from tests.misbehaving_smtp import DROP, HANG
from tests.notifications.checker import check_against
from tests.racing import wait_until, wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)


def work_in_a_process():
    """A worker of its own, to be killed; returns its process id."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            connections["default"] = connections.create_connection("default")  # see tests/killing.py
            work.drain()
        finally:
            os._exit(0)
    return child


def kill(child):
    os.kill(child, signal.SIGKILL)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


def two_minutes_later():
    with time_machine.travel(timezone.now() + timedelta(seconds=125)):
        sweeps.sweep()
        work.drain()


def status_of(delivery):
    return Delivery.objects.get(pk=delivery.pk).status


def test_killed_before_the_hand_over_it_leaves_again(server):
    delivery = DeliveryFactory()
    server.fault("rcpt", HANG, times=1)
    child = work_in_a_process()
    wait_until("SELECT count(*) FROM operations_attempt")
    kill(child)
    server.behave()
    two_minutes_later()

    assert status_of(delivery) == "done"
    assert Delivery.objects.get().attempts == 1
    assert [attempt.outcome for attempt in Attempt.objects.of(delivery)] == ["interrupted", "done"]
    check_against(server)


def test_killed_while_waiting_for_the_verdict_it_is_unknown(server):
    delivery = DeliveryFactory()
    server.fault("dot", HANG, times=1)
    child = work_in_a_process()
    wait_until("SELECT count(*) FROM notifications_delivery WHERE handover_at IS NOT NULL")
    kill(child)
    two_minutes_later()

    assert status_of(delivery) == "unknown"
    check_against(server)


def test_killed_between_the_250_and_its_record_it_is_unknown(server):
    delivery = DeliveryFactory()
    may_answer = threading.Event()
    server.fault("dot", lambda: "250 ok" if may_answer.wait(30) else DROP)
    child = work_in_a_process()
    wait_until("SELECT count(*) FROM notifications_delivery WHERE handover_at IS NOT NULL")
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=delivery.pk)
        may_answer.set()
        wait_until_blocked()  # it has the 250 and waits for the row
        kill(child)
        end_blocked()  # the database would record by itself what it was told: one statement needs no COMMIT
    two_minutes_later()

    assert len(server.received) == 1
    assert status_of(delivery) == "unknown"
    check_against(server)


def test_killed_at_every_statement_nothing_is_lost_and_nothing_doubled_unrecorded(server):
    delivery = DeliveryFactory()
    deaths = 0
    for _point in points(work.drain):
        deaths += 1
        two_minutes_later()
        check_against(server)
        assert status_of(delivery) in ("done", "unknown")
        delivery = DeliveryFactory()

    assert deaths > 15  # before and after each statement: claim, compose, mark, record and those around them
    connection.check_constraints()


@pytest.mark.parametrize("point", ["rcpt", "dot"])
def test_a_database_that_restarts_while_we_talk_costs_no_verdict(server, point):
    delivery = DeliveryFactory()
    backend = connection.connection.info.backend_pid
    usual = "250 2.0.0 Ok: queued as 7F3A"
    server.fault(point, lambda: end_backend(backend) or usual, times=1)
    work.drain()
    work.drain()

    assert status_of(delivery) == "done"
    assert Delivery.objects.get().attempts == 1
    assert len(server.received) == 1
    check_against(server)


def end_blocked():
    """End the connections that wait for a lock, and wait until they are gone."""
    blocked = (
        "FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) {blocked}")
    wait_until(f"SELECT CASE count(*) WHEN 0 THEN 1 ELSE 0 END {blocked}")


def end_backend(backend):
    """End a connection to the database from outside, as a restart would."""
    place = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: place[name] for name in names if name in place}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])  # and wait until it is gone
