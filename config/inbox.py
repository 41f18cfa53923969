"""The local inbox: a real mail server on the loopback that keeps what it gets, a file per message.

Run by `manage.py up` as `python -m config.inbox FOLDER PORT` when no EMAIL_URL is given. What it has answered
250 to is on disk under its final name, so a killed inbox loses nothing that was accepted.
"""

import asyncio
import os
import signal
import sys
import time
import uuid
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

LOOK_EVERY_SECONDS = 0.2
LARGEST_BYTES = 32 * 1024 * 1024
REFUSED, SILENT = "@refused.example", "@silent.example"  # for rehearsals; nobody can own such a domain


class Keeper:
    """aiosmtpd's handler: one file per message, named so that names sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tmp").mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)

    async def handle_RCPT(
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take everybody's mail, except for the addresses that a rehearsal wants refused."""
        if address.lower().endswith(REFUSED):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002
        """Answer 250 only when the message will survive a power cut; to a silent address, never."""
        await asyncio.get_running_loop().run_in_executor(None, keep, self.folder, envelope)
        if any(address.lower().endswith(SILENT) for address in envelope.rcpt_tos):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK, kept"


def keep(folder: Path, envelope: Envelope) -> Path:
    """Write `envelope` to a file of its own; the envelope's addresses become headers, as on delivery."""
    name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.eml"
    draft, final = folder / "tmp" / name, folder / name
    trace = [f"Return-Path: <{envelope.mail_from or ''}>"]
    trace += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
    trace += [f"Received: by Holdfast's local inbox; {formatdate(usegmt=True)}"]
    with draft.open("wb") as file:
        file.write("".join(f"{line}\r\n" for line in trace).encode("utf-8", "surrogateescape"))
        file.write(envelope.original_content or b"")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(final)
    _sync(folder)
    return final


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def serve(folder: Path, port: int) -> None:
    """Listen until SIGTERM, except while a rehearsal has the inbox closed."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    keeper, server = Keeper(folder), None

    def session() -> Any:
        return SMTP(keeper, hostname="localhost", enable_SMTPUTF8=True, data_size_limit=LARGEST_BYTES)

    while not stopped.is_set():
        if server and is_closed(folder):
            server.close()
            server = None
        elif server is None and not is_closed(folder):
            server = await loop.create_server(session, "127.0.0.1", port)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), LOOK_EVERY_SECONDS)


def is_closed(folder: Path) -> bool:
    """Whether the file `closed_until` names a moment to come (Unix time): until then, mail is refused."""
    try:
        return float((folder / "closed_until").read_text()) > time.time()
    except (FileNotFoundError, ValueError):
        return False


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
