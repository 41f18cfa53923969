"""A real HTTP receiver on loopback that behaves as badly as told, one behaviour per request."""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

Behaviour = Callable[["Connection", "Received"], bool]  # True keeps the connection for another request


@dataclass(frozen=True)
class Received:
    """A request as it came; headers by lower-case name."""

    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Early:
    """Answers when it has read the head, and takes no body."""

    status: int

    def __call__(self, _connection: Connection, _request: Received) -> bool:
        raise AssertionError("done before the body is read")


class Connection(socketserver.StreamRequestHandler):
    server: Receiver

    def handle(self) -> None:
        self.server.connections += 1
        with suppress(OSError):  # the caller may hang up
            self._serve()

    def _serve(self) -> None:
        first = self.server.next_behaviour(peek=True)
        if first in (reset_at_once, reset_before_the_body) or isinstance(first, Early):
            self.server.next_behaviour()
            if first is not reset_at_once:
                self._read_head()
            if isinstance(first, Early):
                self._answer_before_the_body(first.status)
            else:
                self.reset()
            return
        while request := self._read_request():
            with self.server.lock:
                self.server.received.append(request)
            if not self.server.next_behaviour()(self, request):
                return

    def _read_head(self) -> tuple[str, dict[str, str]] | None:
        line = self.rfile.readline().decode()
        if not line.strip():
            return None
        headers = {}
        while (header := self.rfile.readline().decode().rstrip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        return line.split()[1], headers

    def _read_request(self) -> Received | None:
        head = self._read_head()
        if head is None:
            return None
        target, headers = head
        return Received(target, headers, self.rfile.read(int(headers.get("content-length", 0))))

    def _answer_before_the_body(self, status: int) -> None:
        self.wfile.write(f"HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n".encode())
        self.connection.shutdown(socket.SHUT_WR)
        while self.rfile.read(1):  # thrown away: a reset would take the answer with it
            pass

    def reset(self) -> None:
        """Break the connection as a crashed machine does, without a goodbye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class Receiver(socketserver.ThreadingTCPServer):
    """Takes the next behaviour from `behaviours`; when none is left, `always`."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 100

    def __init__(self, always: Behaviour, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.behaviours: list[Behaviour] = []
        self.always = always
        self.received: list[Received] = []
        self.connections = 0
        self.lock = threading.Lock()
        self._tls = tls
        super().__init__(("127.0.0.1", port), Connection)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True)
        return connection, address

    def next_behaviour(self, *, peek: bool = False) -> Behaviour:
        with self.lock:
            if not self.behaviours:
                return self.always
            return self.behaviours[0] if peek else self.behaviours.pop(0)

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that refuses our certificate is no error of the test."""


def answer(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Behaviour:
    def behave(connection: Connection, request: Received) -> bool:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        connection.wfile.write("\r\n".join([*lines, "", ""]).encode() + body)
        return True

    return behave


def late(seconds: float, then: Behaviour) -> Behaviour:
    def behave(connection: Connection, request: Received) -> bool:
        time.sleep(seconds)
        return then(connection, request)

    return behave


def held(until: threading.Event, then: Behaviour) -> Behaviour:
    def behave(connection: Connection, request: Received) -> bool:
        return until.wait(60) and then(connection, request)

    return behave


def drip(seconds_per_byte: float = 0.05) -> Behaviour:
    """A status line and headers that never end, one byte after the other."""

    def behave(connection: Connection, request: Received) -> bool:
        connection.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while True:
            connection.wfile.write(b"x")
            time.sleep(seconds_per_byte)

    return behave


def drip_body(status: int, seconds_per_byte: float = 0.05) -> Behaviour:
    """A status at once, and a body that never ends."""

    def behave(connection: Connection, request: Received) -> bool:
        connection.wfile.write(f"HTTP/1.1 {status} Whatever\r\nContent-Length: 1000000\r\n\r\n".encode())
        while True:
            connection.wfile.write(b"x")
            time.sleep(seconds_per_byte)

    return behave


def huge(status: int = 200, megabytes: int = 100) -> Behaviour:
    def behave(connection: Connection, request: Received) -> bool:
        length = megabytes * 2**20
        connection.wfile.write(f"HTTP/1.1 {status} Whatever\r\nContent-Length: {length}\r\n\r\n".encode())
        for _ in range(megabytes):
            connection.wfile.write(b"x" * 2**20)
        return True

    return behave


def silent(connection: Connection, request: Received) -> bool:
    """Takes everything and never says a word."""
    connection.rfile.read(1)
    return False


def garbage(connection: Connection, request: Received) -> bool:
    connection.wfile.write(b"220 mail.example ESMTP\r\n")
    return False


def reset_at_once(connection: Connection, request: Received) -> bool:
    raise AssertionError("done before the request is read")


def reset_before_the_body(connection: Connection, request: Received) -> bool:
    raise AssertionError("done before the body is read")


def reset_after_the_body(connection: Connection, request: Received) -> bool:
    connection.reset()
    return False


@contextmanager
def receiver(always: Behaviour | None = None, **options: object) -> Iterator[Receiver]:
    """A receiver that answers 204 unless told otherwise, for as long as the block runs."""
    with Receiver(always or answer(204), **options) as server:  # type: ignore[arg-type]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
