"""Messages per second end to end, beside a bare loop over the same rows, and from commit to first attempt."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bookings import intake, processing
from bookings.models import Booking, Message
from config import identity
from config.benchmarks.figures import Figure, percentile
from config.benchmarks.submissions import place
from notifications import outbox
from notifications.models import Delivery
from operations import intents
from operations.attempts import Attempt
from operations.effects import EffectStatus
from operations.workflow import Source

MESSAGES, BACKLOG, PROBES, CUSTOMERS = 2_000, 100_000, 60, 200


def measure() -> list[Figure]:
    """Throughput with 1, 2 and 4 workers, the bare loop, and the latency of an idle cluster."""
    bookings = _accepted(CUSTOMERS)
    bare = _bare_loop()
    figures = [Figure("bare loop that claims and updates rows in batches of 100", bare, "/s")]
    for workers in (1, 2, 4):
        speed = _drain(bookings, workers)
        goal = "1,000" if workers == 4 else ""
        figures.append(Figure(f"messages end to end, {workers} sending", speed, "/s", goal))
        figures.append(Figure("… as a share of the bare loop", speed / bare, ""))
    with _cluster(1):
        figures += _latency(bookings, "idle", ("60", "250"))
    return figures


def measure_backlog() -> list[Figure]:
    """The same with a hundred thousand messages due."""
    bookings = _accepted(CUSTOMERS)
    _queue(bookings, BACKLOG)
    with _cluster(1):
        speed = _speed(2 * MESSAGES)
        found = _latency(bookings, f"{BACKLOG:,} due", ("2,000", "2,000"), probes=20)
    Delivery.objects.unsent().update(next_at=timezone.now() + timedelta(days=1000))
    return [Figure(f"messages end to end, {BACKLOG:,} due", speed, "/s"), *found]


def _accepted(number: int) -> list[Booking]:
    service = place(0)
    start = (timezone.now() + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    for each in range(number):
        submission = intake.Submission(
            service=service,
            start=start + timedelta(minutes=5 * each),
            resource=None,
            name=f"Customer {each}",
            email=f"customer{each}@example.com",
        )
        intake.submit(intents.Request("web:book", uuid.uuid4()), submission, source=Source.WEB)
    while processing.drain():
        pass
    Delivery.objects.unsent().update(next_at=timezone.now() + timedelta(days=1000))
    return list(Booking.objects.filter(service=service).select_related("location", "service"))


def _queue(bookings: list[Booking], number: int) -> None:
    for first in range(0, number, 1000):
        with transaction.atomic():
            for each in range(first, min(first + 1000, number)):
                _tell(bookings[each % len(bookings)])


def _tell(booking: Booking) -> Delivery:
    """A real message about a booking, but never the same as an earlier one."""
    delivery = outbox.queue_message(
        kind="link_sent_again",
        recipient=booking.email,
        dedupe_key=f"bench:{uuid.uuid4()}",
        reference=booking.reference,
        location=booking.location.slug,
    )
    assert delivery is not None
    Message.objects.create(delivery=delivery, booking=booking)
    return delivery


def _drain(bookings: list[Booking], workers: int) -> float:
    _queue(bookings, MESSAGES)
    with _cluster(workers):
        return _speed(MESSAGES)


def _speed(number: int) -> float:
    """Messages per second over `number` of them, once the first ones are out."""
    begin = _done()
    _until(lambda: _done() > begin + 20)
    first, began = _done(), time.perf_counter()
    _until(lambda: _done() >= begin + number)
    return (_done() - first) / (time.perf_counter() - began)


def _done() -> int:
    return Delivery.objects.filter(status=EffectStatus.DONE).count()


def _bare_loop(number: int = 10 * MESSAGES) -> float:
    """What the database alone gives: claim a hundred rows, then mark them done, each a commit."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_bare")
        cursor.execute("CREATE TABLE bench_bare (id bigint PRIMARY KEY, status text, next_at timestamptz)")
        cursor.execute(
            "INSERT INTO bench_bare SELECT id, 'pending', now() FROM generate_series(1, %s) AS id", [number]
        )
        cursor.execute("CREATE INDEX ON bench_bare (next_at) WHERE status = 'pending'")
        began = time.perf_counter()
        while True:
            cursor.execute(
                """UPDATE bench_bare SET status = 'working' WHERE id IN (
                       SELECT id FROM bench_bare WHERE status = 'pending' ORDER BY next_at
                       LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING id"""
            )
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                break
            cursor.execute("UPDATE bench_bare SET status = 'done' WHERE id = ANY(%s)", [ids])
        seconds = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_bare")
    return number / seconds


def _latency(
    bookings: list[Booking], when: str, goals: tuple[str, str], probes: int = PROBES
) -> list[Figure]:
    """Milliseconds from a commit to the first attempt of its message."""
    waits = []
    for each in range(probes + 1):
        with transaction.atomic():
            delivery = _tell(bookings[each % len(bookings)])
        committed_at = timezone.now()
        _until(lambda probe=delivery: Attempt.objects.of(probe).exists())
        first = Attempt.objects.of(delivery)[0]
        waits.append((first.started_at - committed_at).total_seconds() * 1000)
    waits = waits[1:]  # the first one waited for the cluster to start
    return [
        Figure(f"commit to first attempt, {when}, p50", percentile(waits, 50), "ms", goals[0]),
        Figure(f"commit to first attempt, {when}, p99", percentile(waits, 99), "ms", goals[1]),
    ]


def _until(holds: object, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.005)
    raise TimeoutError("the worker did not get there")


@contextmanager
def _cluster(workers: int) -> Iterator[None]:
    """A sink and a cluster in which `workers` may send at once, running until the block ends."""
    port = identity.free_port()
    environment = os.environ | {
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "HOLDFAST_QUEUE_WORKERS_COUNT": str(workers + 1),  # one stays free for work of our own
    }
    sink = subprocess.Popen(
        [sys.executable, "-m", "config.benchmarks.sink", str(port)], stdout=subprocess.DEVNULL
    )
    cluster = subprocess.Popen(
        [sys.executable, "manage.py", "qcluster"], cwd=settings.BASE_DIR, env=environment
    )
    try:
        yield
    finally:
        cluster.terminate()
        cluster.wait(timeout=30)
        sink.kill()
        sink.wait()
