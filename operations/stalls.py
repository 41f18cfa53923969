"""Decides from what a cluster shows whether it has stalled: by its progress, never by its processes."""

from __future__ import annotations

from dataclasses import dataclass, field

from operations.board import FINISHED, GUARD, MONITOR, Board, Seat

LONGEST_STEP_SECONDS = 1.0
SILENCE_SHARE = 0.6  # of the stall limit: idle workers answer a ping every fifth of it
STARTING_SHARE = 2.0


@dataclass
class Patience:
    """How long a mark has stayed the same, counted only while we ourselves were running."""

    mark: float = -1.0
    seconds: float = 0.0

    def see(self, mark: float, step: float) -> float:
        self.seconds = self.seconds + step if mark == self.mark else 0.0
        self.mark = mark
        return self.seconds


@dataclass
class Judge:
    """Looks at one cluster again and again; a machine that sleeps or is overloaded makes no stall."""

    board: Board
    workers_count: int
    stall_seconds: float
    _looked_at: float = field(init=False)
    _patience: dict[str, Patience] = field(default_factory=dict)
    _busy: dict[int, Patience] = field(default_factory=dict)
    _has_begun: bool = False

    def __post_init__(self) -> None:
        self._looked_at = self.board.clock()

    def look(self) -> tuple[str, list[int]]:
        """Why the cluster must be replaced (or ""), and the workers that alone are stuck."""
        step, self._looked_at = self.board.clock() - self._looked_at, self.board.clock()
        step = min(step, LONGEST_STEP_SECONDS)
        seats = self.board.seats()
        reason = self._silence(seats, step) or self._guard(step) or self._monitor(step)
        return reason, self._stuck(seats, step)

    def forgive(self) -> None:
        """Begin to wait anew: what was seen has another cause."""
        self._patience.clear()
        self._busy.clear()

    def _silence(self, seats: list[Seat], step: float) -> str:
        """Somebody must answer a ping, unless every worker has said that it is away for long."""
        silent = self._wait("workers", max((seat.beat_at for seat in seats), default=0.0), step)
        away = sum(seat.silent_until > self.board.clock() for seat in seats)
        if away >= self.workers_count:
            return ""
        self._has_begun = self._has_begun or bool(seats)
        share = 1.0 if away else SILENCE_SHARE if self._has_begun else STARTING_SHARE
        return f"no worker has moved for {silent:.0f} s" if silent > share * self.stall_seconds else ""

    def _guard(self, step: float) -> str:
        still = self._wait("guard", self.board.stamped_at(GUARD), step)
        return (
            f"its guard has not moved for {still:.0f} s"
            if still > STARTING_SHARE * self.stall_seconds
            else ""
        )

    def _monitor(self, step: float) -> str:
        """Its mark must follow the last result that a worker has finished."""
        seen, finished = self.board.stamped_at(MONITOR), self.board.stamped_at(FINISHED)
        still = self._wait("monitor", seen if seen < finished else finished, step)
        if seen >= finished:
            return ""
        return f"no result was taken for {still:.0f} s" if still > self.stall_seconds else ""

    def _stuck(self, seats: list[Seat], step: float) -> list[int]:
        """Workers that are busy, not away, and do not move."""
        now = self.board.clock()
        watched = {seat.pid: seat for seat in seats if seat.is_busy and seat.silent_until < now}
        self._busy = {pid: self._busy.get(pid, Patience()) for pid in watched}
        waited = {pid: self._busy[pid].see(seat.beat_at, step) for pid, seat in watched.items()}
        return [pid for pid, seconds in waited.items() if seconds > self.stall_seconds]

    def _wait(self, name: str, mark: float, step: float) -> float:
        return self._patience.setdefault(name, Patience()).see(mark, step)
