"""What the processes of one cluster share with their watch: stamps of progress, places, and its end."""

from __future__ import annotations

import fcntl
import mmap
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SEATS, SEAT_WIDTH = 64, 4
STOPPING, GUARD, MONITOR, FINISHED, FIRST_SEAT = range(5)
PID, BEAT, SILENT_UNTIL, BUSY = range(SEAT_WIDTH)
FIRST_PLACE = SEATS


@dataclass(frozen=True)
class Seat:
    """What one worker shows; moments are those of time.monotonic(), alike in all processes of a host."""

    pid: int
    beat_at: float
    silent_until: float
    is_busy: bool


class Board:
    """Memory and file locks made before the fork.

    A lock is given back by the system when its process is killed, which a semaphore is not.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._stamps = memoryview(mmap.mmap(-1, 8 * (FIRST_SEAT + SEATS * SEAT_WIDTH))).cast("d")
        self._locks = tempfile.TemporaryFile()  # noqa: SIM115 - its locks live as long as the processes
        self._owner, self._seat = 0, 0

    def beat(self, silent_for_seconds: float = 0) -> None:
        """This worker is alive and may now be silent for so long."""
        seat, now = self._my_seat(), self.clock()
        self._stamps[seat + SILENT_UNTIL] = now + silent_for_seconds if silent_for_seconds else 0
        self._stamps[seat + BEAT] = now

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Work on one package: a worker that is busy and does not beat is stuck."""
        seat = self._my_seat()
        self.beat()
        self._stamps[seat + BUSY] = 1
        try:
            yield
        finally:
            self.beat()
            self._stamps[seat + BUSY] = 0
            self.finish()

    def finish(self) -> None:
        """A package is done; the monitor must hear of it."""
        self._stamps[FINISHED] = self.clock()

    @contextmanager
    def place(self, count: int) -> Iterator[bool]:
        """Hold one of `count` places for as long as the block runs; says whether one was free."""
        for number in range(FIRST_PLACE, FIRST_PLACE + count):
            if self._lock(number):
                try:
                    yield True
                finally:
                    fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, number)
                return
        yield False

    def stamp(self, role: int) -> None:
        """The guard or the monitor has moved."""
        self._stamps[role] = self.clock()

    def stamped_at(self, role: int) -> float:
        """When a role moved last; 0 if it never did."""
        return self._stamps[role]

    def ask_to_stop(self) -> None:
        """Tell the workers to finish what they do and to begin nothing new."""
        self._stamps[STOPPING] = 1

    @property
    def is_stopping(self) -> bool:
        return bool(self._stamps[STOPPING])

    def seats(self) -> list[Seat]:
        """The workers that are alive."""
        every = (
            self._stamps[at : at + SEAT_WIDTH] for at in range(FIRST_SEAT, len(self._stamps), SEAT_WIDTH)
        )
        taken = [Seat(int(seat[PID]), seat[BEAT], seat[SILENT_UNTIL], bool(seat[BUSY])) for seat in every]
        return [seat for seat in taken if seat.pid and is_alive(seat.pid)]

    def _my_seat(self) -> int:
        if self._owner != os.getpid():
            free = next((seat for seat in range(SEATS) if self._lock(seat)), SEATS - 1)
            self._owner, self._seat = os.getpid(), FIRST_SEAT + free * SEAT_WIDTH
            self._stamps[self._seat + BUSY] = 0
            self._stamps[self._seat + PID] = self._owner
        return self._seat

    def _lock(self, number: int) -> bool:
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            return False
        return True


_board: Board | None = None


def board() -> Board:
    """The board of this process's cluster; one of its own where no watch made one."""
    global _board
    if _board is None:
        _board = Board()
    return _board


def join(shared: Board) -> None:
    """Belong to the cluster of this board, as everything does that is forked from here."""
    global _board
    _board = shared


def end_with(pipe: int) -> None:
    """From now on this process, and each that it forks, ends its whole process group when `pipe` closes.

    The watch holds the other end: however it ends, nothing of its cluster outlives it.
    """
    os.register_at_fork(after_in_child=lambda: _wait_for_end(pipe))
    _wait_for_end(pipe)


def is_alive(pid: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _wait_for_end(pipe: int) -> None:
    def wait() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # signals are the main thread's
        os.read(pipe, 1)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True, name="end-with-watch").start()
