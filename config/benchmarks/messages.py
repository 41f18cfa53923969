"""Messages per second end to end, beside a bare loop over as many rows, and from commit to first attempt."""

from __future__ import annotations

import time

from django.db import connection
from django.utils import timezone

from bookings.models import Booking
from config.benchmarks import outbox
from config.benchmarks.cluster import Counter, cluster, until
from config.benchmarks.figures import Figure, percentile
from config.benchmarks.size import Size
from operations.attempts import Attempt

BARE_ROWS, MOST_PER_SECOND = 20_000, 2_000


def measure(size: Size) -> list[Figure]:
    """Throughput with one and more workers, the bare loop, and the latency of an idle cluster."""
    bookings = outbox.accepted_bookings()
    bare = bare_loop()
    figures = [Figure("bare loop that claims and updates rows in batches of 100", bare, "/s")]
    for workers in size.workers:
        speed, used = throughput(bookings, workers, size.seconds)
        goal = "1,000" if workers == 4 else ""
        figures.append(Figure(f"confirmations end to end, {workers} sending", speed, "/s", goal))
        figures.append(Figure("… as a share of the bare loop", speed / bare, ""))
        figures.append(Figure("… processor time of the workers for each", used, "ms"))
    with cluster(1):
        waits = latencies(bookings, size.probes)
    return figures + in_words("commit to first attempt, idle", waits, ("60", "250"))


def throughput(bookings: list[Booking], workers: int, seconds: float) -> tuple[float, float]:
    """Messages per second while there is always something due, and the milliseconds of a worker for each."""
    outbox.fill(bookings, int(seconds * MOST_PER_SECOND))
    with cluster(workers) as running:
        counter = Counter(running)
        until(counter.is_warm, every_seconds=0.1)
        counter.begin()
        time.sleep(seconds)
        found = counter.per_second(), counter.processor_milliseconds()
    outbox.put_off()
    return found


def latencies(bookings: list[Booking], probes: int) -> list[float]:
    """Milliseconds from each of so many commits to the first attempt of its message."""
    waits = []
    for each in range(probes + 1):
        delivery = outbox.tell(bookings[each % len(bookings)])
        committed_at = timezone.now()
        tries = Attempt.objects.of(delivery)
        until(tries.exists, every_seconds=0.01)
        waits.append((tries[0].started_at - committed_at).total_seconds() * 1000)
    return waits[1:]  # the first one waited for the cluster to start


def in_words(what: str, waits: list[float], goals: tuple[str, str]) -> list[Figure]:
    """Median and 99th percentile of milliseconds."""
    return [
        Figure(f"{what}, p50", percentile(waits, 50), "ms", goals[0]),
        Figure(f"{what}, p99", percentile(waits, 99), "ms", goals[1]),
    ]


def bare_loop(number: int = BARE_ROWS) -> float:
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
