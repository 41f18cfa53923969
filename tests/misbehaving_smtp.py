"""A real mail server on loopback that misbehaves on demand, at any point of the conversation.

    with MisbehavingSMTP() as server:
        server.fault("rcpt", "550 no such user")           # from now on
        server.fault("dot", DROP, times=1)                 # the next time only
        server.fault("rcpt", "450 later", recipient="slow@example.com")

Points: connect, ehlo, starttls, auth, mail, rcpt, data, content, dot, quit. A fault is an answer in words,
DROP (hang up), HANG (say nothing more) or DRIP (an answer that never ends, byte by byte); a function is
called for the answer when its time has come. `received` lists
what the server has taken, as it stood when the last dot arrived: also when it never said so.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

Answer = str | Callable[[], str]
DROP, HANG, DRIP = "<drop>", "<hang>", "<drip>"
ADDRESS = re.compile(rb"<([^>]*)>")


@dataclass(frozen=True)
class Received:
    sender: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"]).strip()

    @property
    def text(self) -> str:
        part = self.mail.get_body(("plain",))
        return part.get_content() if part else ""


@dataclass
class Fault:
    point: str
    answer: Answer
    times: int | None = None
    recipient: str = ""


@dataclass
class MisbehavingSMTP:
    port: int = 0
    tls: ssl.SSLContext | None = None
    starts_tls: bool = False
    login: tuple[str, str] | None = None
    received: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._faults: list[Fault] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.over = threading.Event()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        # Little is taken ahead of reading, so that a long message really stops where the server stops.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening and hang up on everybody: the port refuses connections from now on."""
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in list(self._open):
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def fault(self, point: str, answer: Answer, *, times: int | None = None, recipient: str = "") -> None:
        """Misbehave at a point from now on, the next `times` times, or for one recipient only.

        Of several faults at one point the one named first comes first, until it is used up.
        """
        self._faults.append(Fault(point, answer, times, recipient))

    @property
    def is_alone(self) -> bool:
        """Whether every connection has ended."""
        return not self._open

    def behave(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def answer_for(self, point: str, usual: str, recipient: str = "") -> str:
        answer = self._next(point, usual, recipient)
        return answer() if callable(answer) else answer

    def _next(self, point: str, usual: str, recipient: str) -> Answer:
        with self._lock:
            for fault in self._faults:
                if fault.point == point and fault.recipient in ("", recipient) and fault.times != 0:
                    fault.times = fault.times - 1 if fault.times else fault.times
                    return fault.answer
        return usual

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        with suppress(OSError, HungUp):
            if self.tls and not self.starts_tls:
                self._open.discard(client)
                client = self.tls.wrap_socket(client, server_side=True)
                self._open.add(client)
            conversation = _Conversation(self, client)
            try:
                conversation.hold()
            finally:
                client = conversation.hang_up()  # another one since STARTTLS
        with suppress(OSError):
            client.close()
        self._open.discard(client)


class HungUp(Exception):
    """One side ended the conversation."""


class _Conversation:
    def __init__(self, server: MisbehavingSMTP, client: socket.socket) -> None:
        self.server, self.client, self.stream = server, client, client.makefile("rb")
        self.sender = self.recipient = ""

    def hold(self) -> None:
        self._say("connect", "220 misbehaving.example ESMTP")
        while line := self.stream.readline():
            verb = line.split(None, 1)[0].strip().lower().decode("ascii", "replace")
            self.server.commands.append(verb)
            getattr(self, f"_{verb}", self._other)(line)

    def hang_up(self) -> socket.socket:
        """Stop reading, so that closing the line really ends it; returns the line as it is by now."""
        with suppress(OSError):
            self.stream.close()
        return self.client

    def _ehlo(self, _line: bytes) -> None:
        offers = ["misbehaving.example", "8BITMIME", "SMTPUTF8"]
        if self.server.starts_tls and not isinstance(self.client, ssl.SSLSocket):
            offers.append("STARTTLS")
        if self.server.login:
            offers.append("AUTH PLAIN LOGIN")
        self._say("ehlo", "\r\n".join(f"250-{offer}" for offer in offers[:-1]) + f"\r\n250 {offers[-1]}")

    def _helo(self, _line: bytes) -> None:
        self._say("helo", self.server.answer_for("ehlo", "250 misbehaving.example"))

    def _starttls(self, _line: bytes) -> None:
        if self._say("starttls", "220 go ahead") and self.server.tls:
            self.client = self.server.tls.wrap_socket(self.client, server_side=True)
            self.server._open.add(self.client)
            self.stream = self.client.makefile("rb")

    def _auth(self, line: bytes) -> None:
        _verb, mechanism, *initial = line.split()
        if mechanism.upper() == b"PLAIN":
            given = tuple(base64.b64decode(initial[0]).decode().split("\0")[1:])
        else:
            user = initial[0] if initial else self._ask(b"334 VXNlcm5hbWU6")
            given = (
                base64.b64decode(user).decode(),
                base64.b64decode(self._ask(b"334 UGFzc3dvcmQ6")).decode(),
            )
        self._say("auth", "235 welcome" if given == self.server.login else "535 5.7.8 bad credentials")

    def _mail(self, line: bytes) -> None:
        self.sender, self.recipient = self._address(line), ""
        self._say("mail", "250 sender ok")

    def _rcpt(self, line: bytes) -> None:
        recipient = self._address(line)
        if self._say("rcpt", "250 recipient ok", recipient):
            self.recipient = recipient

    def _data(self, _line: bytes) -> None:
        if not self._say("data", "354 go ahead", self.recipient):
            return
        if fault := self.server.answer_for("content", "", self.recipient):
            self._misbehave(fault)
        content = bytearray()
        while (line := self.stream.readline()) != b".\r\n":
            if not line:
                raise HungUp
            content += line[1:] if line.startswith(b".") else line
        answer = self.server.answer_for("dot", "250 2.0.0 Ok: queued as 7F3A", self.recipient)
        if answer in (DROP, HANG, DRIP) or not answer.startswith(("4", "5")):
            self.server.received.append(Received(self.sender, self.recipient, bytes(content)))
        self._send(answer)

    def _rset(self, _line: bytes) -> None:
        self._say("rset", "250 forgotten")

    def _quit(self, _line: bytes) -> None:
        self._say("quit", "221 bye")
        raise HungUp

    def _other(self, _line: bytes) -> None:
        self._send("502 what?")

    def _say(self, point: str, usual: str, recipient: str = "") -> bool:
        """Answer as usual or as told; says whether it was as usual."""
        answer = self.server.answer_for(point, usual, recipient)
        self._send(answer)
        return answer == usual

    def _send(self, answer: str) -> None:
        if answer in (DROP, HANG, DRIP):
            self._misbehave(answer)
        self.client.sendall(answer.encode() + b"\r\n")

    def _misbehave(self, fault: str) -> None:
        if fault == HANG:
            self.server.over.wait(60)
        if fault == DRIP:
            self.client.sendall(b"250-")
            while not self.server.over.wait(0.05):
                self.client.sendall(b"x")
        raise HungUp

    def _ask(self, prompt: bytes) -> bytes:
        self.client.sendall(prompt + b"\r\n")
        return self.stream.readline().strip()

    def _address(self, line: bytes) -> str:
        found = ADDRESS.search(line)
        return found[1].decode() if found else ""


def settings_for(server: MisbehavingSMTP, settings: Any) -> None:
    """Point the installation's mail at the server."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = server.login or ("", "")
    settings.EMAIL_USE_TLS = server.starts_tls
    settings.EMAIL_USE_SSL = server.tls is not None and not server.starts_tls
