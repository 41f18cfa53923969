"""Lets many threads start at one moment, each with a database connection of its own."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections


def race(number: int, act: Callable[[int], object]) -> list[Any]:
    """What `act(0)` … `act(number - 1)` returned or raised, all begun together."""
    barrier = threading.Barrier(number)

    def run(index: int) -> object:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return act(index)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def wait_until_blocked(timeout_seconds: float = 10) -> None:
    """Return when PostgreSQL reports a backend of this database waiting for another one's lock."""
    wait_until(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND cardinality(pg_blocking_pids(pid)) > 0",
        timeout_seconds,
    )


def wait_until(query: str, timeout_seconds: float = 10) -> None:
    """Return when the query counts at least one; fail after the time."""
    until = time.monotonic() + timeout_seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(query)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError(f"not within {timeout_seconds} s: {query}")
