"""What happens in the stories that are played more than once: as it is, and with a defence taken away."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import time_machine
from django.db import connections, transaction
from django.utils import timezone

from notifications import delivery as sending
from notifications import outbox, work
from notifications.models import Delivery
from notifications.smtp import Mailer
from operations import engine, sweeps
from tests.factories import DeliveryFactory
from tests.killing import When, kill_at
from tests.misbehaving_smtp import DROP, MisbehavingSMTP
from tests.notifications.checker import check_against
from tests.racing import wait_until

Show = Callable[..., None]
LEASE = timedelta(seconds=125)
QUARTER = timedelta(minutes=16)
WORKER_GONE = "The worker stopped while it was being sent."
CLAIM, MARK, RECORD = "SET status = 'working'", "SET handover_at", "SET status = 'done'"
DIES_WITH_LEASE = {
    (CLAIM, "before"): "",
    (CLAIM, "after"): "not handed over",
    (MARK, "after"): "handed over",
    (RECORD, "before"): "handed over",
    (RECORD, "after"): "",
}


def drain_all() -> None:
    """Send and hold until nothing is left to do now."""
    while work.drain():
        pass


def sweep_and_drain() -> None:
    sweeps.sweep()
    drain_all()


def killed(server: MisbehavingSMTP, show: Show, statement: str, when: When) -> None:
    """A worker dies at one step; its lease runs out, the sweep comes, a quarter of an hour passes."""
    delivery = DeliveryFactory()
    kill_at(work.drain, statement, when)
    show("at once", delivery)
    start, dies_with_lease = timezone.now(), DIES_WITH_LEASE[statement, when]
    with time_machine.travel(start + LEASE) as clock:
        if dies_with_lease:
            show("when its lease has run out", delivery)
        sweeps.sweep()
        if dies_with_lease == "handed over":
            show("after the sweep", delivery, WORKER_GONE)
            clock.move_to(start + LEASE + QUARTER)
            sweep_and_drain()
            show("after a quarter of an hour", delivery)
        else:
            drain_all()
            show("in the end", delivery)
    check_against(server)


def three_hours_down(server: MisbehavingSMTP, show: Show) -> None:
    server.fault("connect", DROP)
    kept = "The connection failed while we were waiting for its greeting: …"
    messages = DeliveryFactory.create_batch(6)
    with time_machine.travel(timezone.now()) as clock:
        for _quarter in range(12):
            drain_all()
            clock.shift(timedelta(minutes=15))
            sweep_and_drain()
        show("for three hours", messages[0], kept)
        server.behave()
        for _minute in range(2):
            clock.shift(timedelta(seconds=61))
            sweep_and_drain()
        show("two minutes after it is back", messages[0])
    assert {each.status for each in Delivery.objects.all()} == {"done"}
    assert len(server.received) == len(messages)
    check_against(server)


def late_answer(server: MisbehavingSMTP, show: Show) -> None:
    """A worker in a process of its own waits for its answer, while here the time goes on."""
    delivery = DeliveryFactory()
    may_answer = threading.Event()
    server.fault("dot", lambda: "250 2.0.0 at last" if may_answer.wait(30) else DROP, times=1)
    slow = _worker()
    wait_until("SELECT count(*) FROM notifications_delivery WHERE handover_at IS NOT NULL")
    with time_machine.travel(timezone.now() + LEASE) as clock:
        sweeps.sweep()
        clock.shift(QUARTER)
        sweeps.sweep()
        [copy] = engine.claim(Delivery, "email", 1)
        may_answer.set()
        os.waitpid(slow, 0)
        show("when the late answer has come", delivery, WORKER_GONE)
        with Mailer() as mailer:
            engine.attempt(copy, sending.by_mail(mailer))
        show("when the other worker is done", delivery)
    check_against(server)


def _worker() -> int:
    """A worker in a process of its own; returns its process id."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            connections["default"] = connections.create_connection("default")  # see tests/killing.py
            work.drain()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)  # no goodbyes: the test's own connections are not ours
    return child


def asked_twice(server: MisbehavingSMTP) -> None:
    """The use case that queues a message runs again, because nobody heard that it had been committed."""
    for _time in range(2):
        with transaction.atomic():
            outbox.queue_message(
                kind="parcel_note", recipient="reader@example.com", dedupe_key="booking:1:confirmation:1"
            )
    drain_all()
    assert len(server.received) == 1, "two mails for one message"
