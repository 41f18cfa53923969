"""One POST to somebody else's machine, to an address judged beforehand and within one total time."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import certifi
import httpcore
from django.utils.encoding import iri_to_uri

from notifications.outside import addresses

RESPONSE_LIMIT = 4096  # bytes kept of an answer; the rest is not even read
BODY_SECONDS = 5
WRITE_STEP = 16 * 1024
PORTS = {"http": 80, "https": 443}
BROKEN = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)


class CallFailed(Exception):
    """The root of what can happen instead of an answer; the text is for staff and names no address."""


class AddressRefused(CallFailed):
    """Raised when the name leads to an address that must not be called; nothing was sent."""


class NotReached(CallFailed):
    """Raised when it failed before anything was sent."""


class NoAnswer(CallFailed):
    """Raised when it was sent, at least in part, and no answer came back."""


@dataclass(frozen=True)
class Answer:
    """What came back; `text` is at most its first 4 KiB."""

    status: int
    headers: Mapping[str, str]
    text: str


class Caller:
    """Calls one after the other, over one connection where the other side keeps it; use it in a `with`."""

    def __init__(self, *, seconds: float, only_public: bool = True) -> None:
        self._line = _Line(seconds, only_public)
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust(), network_backend=self._line, max_connections=1, keepalive_expiry=5
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def post(
        self, url: str, headers: Mapping[str, str], body: bytes, *, before_sending: Callable[[], None]
    ) -> Answer:
        """Send `body` and read the answer, whatever its status; redirects are answers like any other.

        `before_sending` is called once the other side is reached, just before the first byte goes out.
        Raises AddressRefused, NotReached or NoAnswer.
        """
        self._line.begin(before_sending)
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        to = httpcore.URL(
            scheme=parts.scheme, host=_ascii(parts.hostname or ""), port=parts.port, target=iri_to_uri(target)
        )
        sent = {"Host": _host_header(url), "Accept-Encoding": "identity", **headers}
        try:
            with self._pool.stream("POST", to, headers=list(sent.items()), content=body) as response:
                self._line.hurry(BODY_SECONDS)
                text = _beginning(response.iter_stream())
                return Answer(response.status, _readable(response.headers), text)
        except BROKEN as error:
            raise self._line.judge(error) from error


class _Line(httpcore.NetworkBackend):
    """Dials the very address that was judged, so that a second look-up cannot lead elsewhere."""

    def __init__(self, seconds: float, only_public: bool) -> None:
        self._seconds, self._only_public = seconds, only_public
        self._backend = httpcore.SyncBackend()
        self._until, self._is_sending = 0.0, False
        self._before_sending: Callable[[], None] = lambda: None

    def begin(self, before_sending: Callable[[], None]) -> None:
        """Start the clock of one call."""
        self._until = time.monotonic() + self._seconds
        self._before_sending, self._is_sending = before_sending, False

    def hurry(self, seconds: float) -> None:
        """Leave at most so much of the call's time."""
        self._until = min(self._until, time.monotonic() + seconds)

    @property
    def seconds_left(self) -> float:
        """Never zero: a socket would take that for "do not wait at all" and fail in another way."""
        return max(0.001, self._until - time.monotonic())

    def check_time(self) -> None:
        """Raise ReadTimeout when the call has used up its time, however busily the other side drips."""
        if time.monotonic() >= self._until:
            raise httpcore.ReadTimeout("the time of the whole call is over")

    def sending(self) -> None:
        if not self._is_sending:
            self._before_sending()
            self._is_sending = True

    def judge(self, error: Exception) -> CallFailed:
        """Which of our failures it is: what was sent may have arrived."""
        said = str(error) or type(error).__name__
        if isinstance(error, httpcore.TimeoutException):
            said = f"no answer within {self._seconds:g} seconds"
        return NoAnswer(said) if self._is_sending else NotReached(said)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - one clock for the whole call instead
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = addresses.resolve(host, port, self.seconds_left)
        except addresses.NameNotFound as error:
            raise NotReached(f"the host name was not found: {error}") from error
        if self._only_public and not all(addresses.is_public(address) for address in found):
            raise AddressRefused("the host name leads to an address inside a private network")
        return _Stream(self._dial(found, port, local_address, socket_options), self)

    def _dial(
        self, found: list[str], port: int, local_address: str | None, options: Iterable[Any] | None
    ) -> httpcore.NetworkStream:
        failure: Exception = NotReached("the host name has no address")
        for number, address in enumerate(found):
            self.check_time()
            share = self.seconds_left / (len(found) - number)
            try:
                return self._backend.connect_tcp(address, port, share, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Stream(httpcore.NetworkStream):
    """Gives each step only what is left of the call's time."""

    def __init__(self, inner: httpcore.NetworkStream, line: _Line) -> None:
        self._inner, self._line = inner, line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - as above
        self._line.check_time()
        return self._inner.read(max_bytes, self._line.seconds_left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
        self._line.sending()
        for start in range(0, len(buffer), WRITE_STEP):
            self._line.check_time()
            self._inner.write(buffer[start : start + WRITE_STEP], self._line.seconds_left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as above
    ) -> httpcore.NetworkStream:
        return _Stream(
            self._inner.start_tls(ssl_context, server_hostname, self._line.seconds_left), self._line
        )

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


@cache
def trust() -> ssl.SSLContext:
    """The system's certificate authorities (SSL_CERT_FILE names others) and the public ones we bring."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _host_header(url: str) -> str:
    parts = urlsplit(url)
    host = _ascii(parts.hostname or "")
    name = f"[{host}]" if ":" in host else host
    return name if parts.port in (None, PORTS.get(parts.scheme)) else f"{name}:{parts.port}"


def _readable(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _beginning(chunks: Iterable[bytes]) -> str:
    """As much of an answer as comes: its status is the verdict, so nothing that breaks here changes it."""
    kept = b""
    with suppress(*BROKEN):
        for chunk in chunks:
            kept += chunk
            if len(kept) >= RESPONSE_LIMIT:
                break
    return kept[:RESPONSE_LIMIT].decode("utf-8", "replace")
