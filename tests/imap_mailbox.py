"""A small IMAP server on loopback: one mailbox over TLS, as much of RFC 3501 as reading reports needs."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes

LOGIN = ("bounces@booking.example.org", 'pa"ss')
FETCH = re.compile(rb"BODY\.PEEK\[\]<0\.(\d+)>")


@dataclass
class Kept:
    raw: bytes
    is_seen: bool = False

    @property
    def is_report(self) -> bool:
        mail = message_from_bytes(self.raw)
        return mail.get_content_type() == "multipart/report" or "X-Failed-Recipients" in mail


@dataclass
class Mailbox:
    """`fault` names the command at which the server hangs up; "drip" answers it byte by byte, without end."""

    mails: list[Kept] = field(default_factory=list)
    fault: tuple[str, str] = ("", "")
    commands: list[str] = field(default_factory=list)
    port: int = 0

    def put(self, *raws: bytes) -> None:
        self.mails += [Kept(raw) for raw in raws]

    @property
    def unread(self) -> int:
        return sum(not mail.is_seen for mail in self.mails)


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with suppress(OSError):
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline():
                tag, _, command = line.strip().partition(b" ")
                if not self.obey(tag, command):
                    return

    def obey(self, tag: bytes, command: bytes) -> bool:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        name = " ".join(command.decode().split()[: 2 if command.upper().startswith(b"UID") else 1]).upper()
        box.commands.append(name)
        if box.fault[0] == name:
            return self.fail(box.fault[1])
        good, answer = self.answer(box, name, command)
        self.wfile.write(answer + tag + (b" OK done\r\n" if good else b" NO refused\r\n"))
        return name != "LOGOUT"

    def answer(self, box: Mailbox, name: str, command: bytes) -> tuple[bool, bytes]:
        match name:
            case "CAPABILITY":
                return True, b"* CAPABILITY IMAP4rev1\r\n"
            case "LOGIN":
                user, password = LOGIN
                wanted = f'LOGIN {user} "{password}"'.replace('pa"ss', 'pa\\"ss')
                return command.decode().replace(f'"{user}"', user) == wanted, b""
            case "SELECT":
                return command.endswith(b'"INBOX"'), b"* %d EXISTS\r\n" % len(box.mails)
            case "UID SEARCH":
                found = [n for n, mail in enumerate(box.mails, 1) if not mail.is_seen and mail.is_report]
                return True, f"* SEARCH {' '.join(map(str, found))}\r\n".encode()
            case "UID FETCH":
                size = FETCH.search(command)
                assert size
                raw = self.mail(box, command).raw[: int(size[1])]
                number = command.split()[2]
                return True, b"* %s FETCH (UID %s BODY[]<0> {%d}\r\n%s)\r\n" % (
                    number,
                    number,
                    len(raw),
                    raw,
                )
            case "UID STORE":
                self.mail(box, command).is_seen = True
                return True, b""
        return name == "LOGOUT", b"* BYE\r\n" if name == "LOGOUT" else b""

    def mail(self, box: Mailbox, command: bytes) -> Kept:
        return box.mails[int(command.split()[2]) - 1]

    def fail(self, how: str) -> bool:
        while how == "drip":
            self.wfile.write(b"*")
            time.sleep(0.05)
        return False


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses our certificate is no error of the test."""


@contextmanager
def mailbox(tls: ssl.SSLContext) -> Iterator[Mailbox]:
    """A mailbox for as long as the block runs."""
    with Server(("127.0.0.1", 0), Session) as server:
        server.box = box = Mailbox(port=server.server_address[1])  # type: ignore[attr-defined]
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
