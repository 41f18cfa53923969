"""Starting and stopping the embedded PostgreSQL, whatever a killed one has left behind."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from config import identity
from config.embedded import cluster
from config.embedded.cluster import DATABASE, ROLE, DatabaseFailed

STOP_SECONDS = {"fast": 3, "immediate": 2}


def ensure_running(home: Path) -> None:
    """Start the server unless it runs; return when it answers. Raises DatabaseFailed."""
    if _state(home) == "ready":
        return
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(home):
        _wait_while(home, "stopping", STOP_SECONDS["fast"])
        if not postmaster(home):
            _kill_leftovers(home)
            cluster.prepare(home)
            start = (
                "--log",
                str(cluster.data_folder(home) / "start.log"),
                "--options",
                cluster.options(home),
            )
            cluster.run(home, "pg_ctl", "start", "--wait", _pgdata(home), *start)
        _wait_while(home, "starting", cluster.START_SECONDS)
        _make_database(home)


def stop(home: Path) -> None:
    """Stop the server and all its processes; at once when it does not end its work in time."""
    with _alone(home):
        for mode, seconds in STOP_SECONDS.items():
            if postmaster(home):
                how = ("--mode", mode, "--timeout", str(seconds))
                with suppress(DatabaseFailed):
                    cluster.run(home, "pg_ctl", "stop", "--wait", _pgdata(home), *how)
        if process := postmaster(home):
            process.kill()
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


def _pgdata(home: Path) -> str:
    return f"--pgdata={cluster.data_folder(home)}"


def _wait_while(home: Path, state: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while _state(home) == state and time.monotonic() < until:
        time.sleep(0.02)


def _kill_leftovers(home: Path) -> None:
    """End what a killed server left behind: it still holds the shared memory of the data folder.

    The title of each process carries the name of the cluster, and any account may read it.
    """
    for process in psutil.process_iter(["cmdline"]):
        title = " ".join(process.info["cmdline"] or [])
        if title.startswith("postgres:") and cluster.name(home) in title:
            with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
                process.kill()
                process.wait(1)


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
