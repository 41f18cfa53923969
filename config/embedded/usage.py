"""When an embedded PostgreSQL that no `manage.py up` looks after may stop: when its last user has ended."""

import atexit
import fcntl
import os
from pathlib import Path
from typing import TextIO

from config.embedded import server

_uses: dict[Path, TextIO] = {}


def use(home: Path) -> None:
    """Have the server running until this process, and every other that uses it, has ended.

    Each user shares a lock, which the system itself takes back from a killed one.
    """
    if home not in _uses:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (home / "postgres.users").open("w")
        fcntl.flock(lock, fcntl.LOCK_SH)
        _uses[home] = lock
        atexit.register(_leave, home, os.getpid())
    server.ensure_running(home)


def _leave(home: Path, user: int) -> None:
    if user != os.getpid():  # a fork: its parent is still there
        return
    try:
        fcntl.flock(_uses[home], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still uses it
    server.stop(home)
