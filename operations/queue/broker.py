"""What django-q2 calls to get its packages, so that nothing it does by itself can lose or delay our work.

Its own database broker asks three times for each package, locks it for a retry that we do not need (the rows
of the domain are the queue), and ends its process for ten seconds when the database is away.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, connection
from django_q.brokers.orm import ORM
from django_q.cluster import Cluster
from django_q.conf import Conf

from operations import board
from operations.queue import packages

log = structlog.get_logger("holdfast.queue")
AWAY_PAUSE_SECONDS = 0.5
PINGS_A_STALL = 5
Package = tuple[int | str, str]


class WakeUps(ORM):  # type: ignore[misc]
    """One statement takes a wake-up out of the table; who dies with it in hand is woken for again.

    A package that asks for a sign of life goes through all the processes when there is nothing else.
    """

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key)
        self._is_away = False
        self._gave_at = 0.0

    def dequeue(self) -> list[Package] | None:
        """The next package, or None after one poll interval; never raises for a database that is away."""
        try:
            package = self._take()
            self._is_away = False
        except Error as error:
            package = None
            self._wait_for_database(error)
        if (
            package is None
            and time.monotonic() - self._gave_at > settings.HOLDFAST.stall_seconds / PINGS_A_STALL
        ):
            package = ("ping", packages.sign(packages.RUN, packages.PING)[0])
        if package is None:
            time.sleep(Conf.POLL)
            return None
        self._gave_at = time.monotonic()
        return [package]

    def acknowledge(self, task_id: Any) -> None:  # noqa: ARG002 - it was taken out when it was given
        """The monitor has seen a result."""
        board.board().stamp(board.MONITOR)

    def set_stat(self, key: str, value: str, timeout: int) -> None:  # noqa: ARG002 - nobody reads it
        """The guard has been round once more."""
        board.board().stamp(board.GUARD)

    def _take(self) -> Package | None:
        with connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM django_q_ormq WHERE id = (
                       SELECT id FROM django_q_ormq WHERE key = %s AND lock <= now()
                       ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
                   RETURNING id, payload""",
                [self.list_key],
            )
            row: Package | None = cursor.fetchone()
        return row

    def _wait_for_database(self, error: Error) -> None:
        if not self._is_away:
            log.warning("the database is away", error=str(error).strip())
        self._is_away = True
        connection.close()
        time.sleep(AWAY_PAUSE_SECONDS)


def run_cluster() -> None:
    """Be django-q2's cluster until it ends."""
    cluster = Cluster()
    cluster.start()
    cluster.sentinel.join()
