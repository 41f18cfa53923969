"""Sockets that share one deadline, so that a server that answers drop by drop cannot hold a worker."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress
from typing import Any

from notifications.outside import addresses


class Deadline:
    """A moment that all calls together must not pass."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises TimeoutError when there are none."""
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("no time left")
        return seconds


class _Timed:
    """Gives each call on a socket only what its deadline leaves."""

    deadline: Deadline | None = None

    def arm(self) -> None:
        """Let the next call take no longer than what is left."""
        if self.deadline is not None:
            self.settimeout(self.deadline.left())  # type: ignore[attr-defined]

    def recv(self, *args: Any) -> bytes:
        self.arm()
        received: bytes = super().recv(*args)  # type: ignore[misc]
        return received

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.arm()
        count: int = super().recv_into(*args, **kwargs)  # type: ignore[misc]
        return count

    def send(self, *args: Any) -> int:
        self.arm()
        count: int = super().send(*args)  # type: ignore[misc]
        return count

    def sendall(self, *args: Any) -> None:
        self.arm()
        super().sendall(*args)  # type: ignore[misc]


class TimedSocket(_Timed, socket.socket):
    """A plain connection with a deadline."""


class TimedTLSSocket(_Timed, ssl.SSLSocket):
    """A TLS connection with a deadline."""


def dial(host: str, port: int, deadline: Deadline) -> TimedSocket:
    """Connect to the first address of the host that answers; raises NameNotFound or OSError."""
    failure: OSError = ConnectionError("no address to connect to")
    for address in addresses.resolve(host, port, deadline.left()):
        try:
            plain = socket.create_connection((address, port), timeout=deadline.left())
        except OSError as error:
            failure = error
        else:
            timed = TimedSocket(plain.family, plain.type, plain.proto, fileno=plain.detach())
            timed.deadline = deadline
            with suppress(OSError):
                timed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return timed
    raise failure


def trusting_context() -> ssl.SSLContext:
    """TLS that verifies the server's name and certificate and makes timed sockets."""
    context = ssl.create_default_context()
    context.sslsocket_class = TimedTLSSocket
    return context
