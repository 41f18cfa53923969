"""Starting and stopping the embedded PostgreSQL, whatever a killed one has left behind."""

import fcntl
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from config import identity
from config.embedded import cluster
from config.embedded.cluster import DATABASE, ROLE, DatabaseFailed

STOPPING = {signal.SIGINT: 3, signal.SIGQUIT: 2, signal.SIGKILL: 1}  # what PostgreSQL calls fast, immediate


def ensure_running(home: Path) -> None:
    """Start the server unless it runs; return when it answers. Raises DatabaseFailed."""
    if _state(home) == "ready":
        return
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(home):
        _until(lambda: _state(home) != "stopping", STOPPING[signal.SIGINT])
        if not postmaster(home):
            _kill_leftovers(home)
            try:
                _start(home)
            except DatabaseFailed:  # a parent folder may have been closed again in between
                _start(home)
        _until(lambda: _state(home) != "starting", cluster.START_SECONDS)
        _make_database(home)


def stop(home: Path) -> None:
    """Stop the server and all its processes; at once when it does not end its work in time."""
    with _alone(home):
        for number, seconds in STOPPING.items():
            if process := postmaster(home):
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
                _until(lambda: postmaster(home) is None, seconds)
        _kill_leftovers(home)


def postmaster(home: Path) -> psutil.Process | None:
    """The server's first process, if it is alive."""
    try:
        process = psutil.Process(int(_status(home)[0]))
        if str(cluster.data_folder(home)) in process.cmdline() and process.name() == "postgres":
            return process
    except (psutil.Error, ValueError, IndexError):
        pass
    return None


def _state(home: Path) -> str:
    """What the server says of itself: ready, starting, stopping; empty when there is none."""
    if not postmaster(home):
        return ""
    status = _status(home)
    return status[7].strip() if len(status) > 7 else "starting"


def _status(home: Path) -> list[str]:
    try:
        return (cluster.data_folder(home) / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _start(home: Path) -> None:
    cluster.prepare(home)
    data = cluster.data_folder(home)
    where = ("--pgdata", str(data), "--log", str(data / "start.log"))
    cluster.run(home, "pg_ctl", "start", "--wait", *where, "--options", cluster.options(home))


def _until(true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)


def _kill_leftovers(home: Path) -> None:
    """End what a killed server left behind: it still holds the shared memory of the data folder."""
    for process in _leftovers(home):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _until(lambda: not _leftovers(home), STOPPING[signal.SIGKILL])


def _leftovers(home: Path) -> list[psutil.Process]:
    """The title of each of its processes carries the name of the cluster, and any account may read it."""
    named = {process: " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])}
    name = cluster.name(home)
    return [process for process, title in named.items() if title.startswith("postgres:") and name in title]


def _make_database(home: Path) -> None:
    """Make role and database unless they are there: an earlier start may have been cut off in between."""
    address = cluster.database_url(home, "postgres", "postgres")
    with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            role, password = sql.Identifier(ROLE), sql.Literal(identity.database_password(home))
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, password))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            database = sql.Identifier(DATABASE)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, sql.Identifier(ROLE)))


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One process at a time starts or stops."""
    with (home / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
