"""What an outage leaves behind: how fast it is drained, and how long what is new waits behind it."""

from __future__ import annotations

import time

from config.benchmarks import outbox
from config.benchmarks.cluster import Counter, cluster, until
from config.benchmarks.figures import Figure
from config.benchmarks.messages import in_words, latencies, throughput
from config.benchmarks.size import Size


def measure(size: Size) -> list[Figure]:
    """The rate with a backlog beside the rate without, and how long a new message waits behind it."""
    bookings = outbox.accepted_bookings()
    steady, _used = throughput(bookings, size.workers[-1], size.seconds)
    began = time.perf_counter()
    outbox.fill(bookings, size.backlog)
    due = f"{size.backlog:,} due"
    figures = [Figure(f"making them due ({due})", time.perf_counter() - began, "s")]
    for workers in size.workers:
        with cluster(workers) as running:
            counter = Counter(running)
            until(counter.is_warm, every_seconds=0.1)
            counter.begin()
            waits = latencies(bookings, max(3, size.probes // 2))
            time.sleep(size.seconds)
            speed = counter.per_second()
        figures.append(Figure(f"confirmations end to end, {due}, {workers} sending", speed, "/s"))
        if workers == size.workers[-1]:
            figures.append(Figure("… beside the rate with few due", speed / steady, "", "about 1"))
        figures += in_words(f"commit to first attempt, {due}, {workers} sending", waits, ("", "2,000"))
    return [*figures, Figure("still due when time was up", outbox.put_off(), "messages")]
