"""Finds and ends everything one home has started: by a mark in the environment, which forks and new
sessions inherit, and by descent, so that nothing is left behind and nobody else's process is touched."""

import ctypes
import hashlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

RUN, PART = "HOLDFAST_RUN", "HOLDFAST_PART"
PR_SET_CHILD_SUBREAPER = 36
KILL_SECONDS = 1.0


def marks(home: Path, part: str) -> dict[str, str]:
    """What a child's environment carries."""
    return {RUN: hashlib.sha256(bytes(home.resolve())).hexdigest()[:12], PART: part}


def of(home: Path, part: str = "") -> list[psutil.Process]:
    """The living processes that `home` started, for one part or all."""
    wanted = marks(home, part)
    if not part:
        del wanted[PART]
    others = (process for process in psutil.process_iter() if process.pid != os.getpid())
    return [process for process in others if wanted.items() <= _environment(process).items()]


def end(processes: Iterable[psutil.Process], seconds: float) -> None:
    """Ask `processes` to end, and kill those that have not after `seconds`."""
    living = list(processes)
    for stop, patience in ((psutil.Process.terminate, seconds), (psutil.Process.kill, KILL_SECONDS)):
        for process in living:
            with suppress(psutil.Error):
                stop(process)
        living = _living_after(living, patience)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that it is found and reaped (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap(known: Iterable[int]) -> None:
    """Let adopted orphans that have died go; the `known` children are somebody else's to wait for."""
    if not hasattr(os, "waitid"):
        return
    with suppress(ChildProcessError):
        while dead := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if dead.si_pid in known:
                return
            os.waitpid(dead.si_pid, 0)


def end_descendants() -> None:
    """Kill and reap whatever still descends from this process."""
    descendants = psutil.Process().children(recursive=True)
    for process in descendants:
        with suppress(psutil.Error):
            process.kill()
    _living_after(descendants, KILL_SECONDS)
    reap(())


def is_frozen(pid: int) -> bool:
    """Whether the process is stopped, as by SIGSTOP."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False


def explain(status: int) -> str:
    """How a process ended, in words."""
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def _living_after(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those still at work after `seconds`; one that is dead but not yet reaped by its parent is not."""
    until = time.monotonic() + seconds
    while (living := [each for each in processes if _lives(each)]) and time.monotonic() < until:
        time.sleep(0.02)
    return living


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):  # another user's, or gone
        return {}
