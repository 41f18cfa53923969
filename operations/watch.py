"""Keeps a cluster working: replaces it when it makes no progress, and wakes it for whatever is due."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
from django.conf import settings
from django.db import Error, connection, connections

from operations import board, heartbeat, lookout, queue
from operations.board import Board
from operations.engine import end_leases
from operations.stalls import Judge
from operations.sweeps import SWEEP

log = structlog.get_logger("holdfast.watch")
LOOK_EVERY_SECONDS = 0.5
CHORES_EVERY_SECONDS = 3.0
SCHEDULES_EVERY_SECONDS = 5.0
STOP_SECONDS = 6.0
STEADY_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 4.0
PR_SET_CHILD_SUBREAPER = 36


class Interrupted(BaseException):
    """Raised by SIGTERM and SIGINT while we wait for a database that may never answer."""


class ChildCluster:
    """One run of the cluster in a forked process group; its processes share nothing with the next run."""

    def __init__(self, run: Callable[[], None]) -> None:
        self.board = Board()
        self.judge = Judge(self.board, settings.HOLDFAST.queue_workers_count, settings.HOLDFAST.stall_seconds)
        self.started_at = time.monotonic()
        self.has_ended = False
        connections.close_all()
        ours, theirs = os.pipe()
        self._pipe = theirs
        self.pid = os.fork()
        if self.pid == 0:
            os.close(theirs)
            self._become(run, ours)
        os.close(ours)

    def ask_to_stop(self) -> None:
        """Let the workers finish what they do."""
        self.board.ask_to_stop()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def end(self) -> None:
        """Kill whatever is left of the group and wait until it is gone."""
        until = time.monotonic() + 2
        with suppress(ProcessLookupError):
            while time.monotonic() < until:
                os.killpg(self.pid, signal.SIGKILL)
                reap(self)
                time.sleep(0.02)
        os.close(self._pipe)
        self.has_ended = True

    def _become(self, run: Callable[[], None], pipe: int) -> None:
        status = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            board.join(self.board)
            board.end_with(pipe)
            run()
            status = 0
        except BaseException:
            log.exception("the cluster failed")
        finally:
            os._exit(status)


class Watch:
    """The loop around one cluster."""

    def __init__(self, run: Callable[[], None]) -> None:
        self.run_cluster = run
        self.is_asked_to_stop = False
        self.is_database_away = False
        self.is_asking_database = False
        self.pause = 0.0
        self.chores_at = self.schedules_at = 0.0
        self._signals, self._wakeup = os.pipe()

    def run(self) -> None:
        """Watch until SIGTERM or SIGINT; then stop the cluster, by force after a few seconds."""
        self._listen()
        self.cluster = ChildCluster(self.run_cluster)
        while not self.is_asked_to_stop:
            self._sleep(LOOK_EVERY_SECONDS)
            reap(self.cluster)
            self._look()
            self._do_chores()
        self._stop()

    def _look(self) -> None:
        if self.cluster.has_ended:
            self._replace("its main process has ended")
            return
        reason, stuck = self.cluster.judge.look()
        if (reason or stuck) and not self._database_answers():
            self.cluster.judge.forgive()
            return
        if reason:
            self._replace(reason)
        for pid in stuck:
            log.warning("a stuck worker is replaced", pid=pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _replace(self, reason: str) -> None:
        lived = time.monotonic() - self.cluster.started_at
        log.warning("the cluster is replaced", reason=reason, lived_seconds=round(lived, 1))
        self.cluster.end()
        self.pause = 0.0 if lived > STEADY_SECONDS else min(LONGEST_PAUSE_SECONDS, 2 * self.pause + 0.1)
        self._sleep(self.pause)
        self.cluster = ChildCluster(self.run_cluster)
        self.chores_at = 0.0

    def _do_chores(self) -> None:
        """What keeps work going whatever was lost: leases of the dead, wake-ups, schedules."""
        now = time.monotonic()
        if now < self.chores_at:
            return
        self.chores_at = now + CHORES_EVERY_SECONDS
        with self._asking_database():
            if now >= self.schedules_at or self.is_database_away:
                queue.reconcile_schedules()
                self.schedules_at = now + SCHEDULES_EVERY_SECONDS
            if dead := heartbeat.bury():
                log.warning("workers have died", count=len(dead), leases_ended=end_leases(dead))
                queue.hurry_now(SWEEP)
            queue.wake_due()
            if pid := lookout.send_out():
                log.warning("a process of its own tells the alerts that no worker has told", pid=pid)

    def _database_answers(self) -> bool:
        with self._asking_database(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return not self.is_database_away

    @contextmanager
    def _asking_database(self) -> Iterator[None]:
        """What is asked in here may fail or take for ever, and never ends or holds up the watch."""
        self.is_asking_database = True
        try:
            yield
            self.is_database_away = False
        except Error as error:
            if not self.is_database_away:
                log.warning("the database is away", error=str(error).strip())
            self._give_up_on_database()
        except Interrupted:
            self._give_up_on_database()
        finally:
            self.is_asking_database = False

    def _give_up_on_database(self) -> None:
        self.is_database_away = True
        connection.close()
        self.cluster.judge.forgive()

    def _listen(self) -> None:
        os.set_blocking(self._wakeup, False)
        signal.set_wakeup_fd(self._wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        if sys.platform == "linux":  # so that the dead of a killed cluster are ours to reap
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def _ask_to_stop(self, *_: object) -> None:
        self.is_asked_to_stop = True
        if self.is_asking_database:
            raise Interrupted

    def _sleep(self, seconds: float) -> None:
        """Wait, but not when a signal has come: something ended, or we shall."""
        if self.is_asked_to_stop:
            return
        if select.select([self._signals], [], [], seconds)[0]:
            os.read(self._signals, 1024)

    def _stop(self) -> None:
        connection.close()
        self.cluster.ask_to_stop()
        until = time.monotonic() + STOP_SECONDS
        while not self.cluster.has_ended and time.monotonic() < until:
            reap(self.cluster)
            time.sleep(0.05)
        self.cluster.end()


def reap(cluster: ChildCluster) -> None:
    """Let the dead go, and note when the cluster's first process is among them."""
    with suppress(ChildProcessError):
        while True:
            pid, _status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if pid == cluster.pid:
                cluster.has_ended = True
