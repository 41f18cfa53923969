"""What an installation makes up once and keeps: its secrets, and whether it is a demonstration."""

import os
import secrets
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LOWEST_PORT, PORTS_COUNT = 12_000, 20_000


def secret_key(home: Path) -> str:
    """The signing key kept in `home`, made on first use and readable by its owner only."""
    return kept(home / "secret_key", lambda: secrets.token_urlsafe(50))


def database_password(home: Path) -> str:
    """The password of the embedded database."""
    return kept(home / "database_password", lambda: secrets.token_urlsafe(24))


def staff_password(home: Path) -> str:
    """The password of the first staff user, for the person who starts the server to read."""
    return kept(home / "staff_password", lambda: secrets.token_urlsafe(9))


def inbox_port(home: Path) -> int:
    """Where the local inbox listens: a port that was free when it was chosen, the same after a restart."""
    return int(kept(home / "inbox_port", lambda: str(free_port())))


def free_port() -> int:
    """A port of the loopback that nobody listens on now, and that no outgoing connection is given later.

    The system's own choice would come from the range of outgoing connections (32768 and up on Linux, 49152
    and up by RFC 6335), where any of them may take the port before we listen on it.
    """
    while not is_free(port := LOWEST_PORT + secrets.randbelow(PORTS_COUNT)):
        pass
    return port


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def is_demo(home: Path) -> bool:
    """Whether `manage.py up` runs this home as a demonstration."""
    try:
        return (home / "demo").read_text() == "yes"
    except FileNotFoundError:
        return False


def choose_demo(home: Path, wanted: bool | None) -> bool:
    """Keep what was wanted; without a wish, what was chosen before, and a demonstration the first time."""
    chosen = home / "demo"
    if wanted is None:
        wanted = is_demo(home) or not chosen.exists()
    chosen.write_text("yes" if wanted else "no")
    return wanted


def forget_inbox_port(home: Path) -> None:
    """Have another port chosen: somebody took ours while we were away."""
    (home / "inbox_port").unlink(missing_ok=True)


def kept(path: Path, make: Callable[[], str]) -> str:
    """The text of `path`; made when there is none, by one process only, for the owner's eyes only."""
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:
        draft.write(make())
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, path)  # whole or not at all, and the first one wins
    return path.read_text()
