"""Calls the other side of an alert's route within one total time, however slowly it answers."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import certifi


class NotTaken(Exception):
    """Raised when the other side answered anything but "taken"; the text says what."""


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> None:
    """POST it; only an answer of 2xx is a yes, and a redirection is not followed.

    Raises NotTaken, TimeoutError when the whole takes longer, OSError and HTTPException as they come.
    """
    connection = _connection(url, seconds)
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    try:
        with cut_off_after(seconds, lambda: connection.sock):
            connection.request("POST", target, body, dict(headers))
            status = connection.getresponse().status
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise NotTaken(f"It answered {status}.")


@contextmanager
def cut_off_after(seconds: float, line: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Break the line after so long: limits on single reads never end a talk that goes drop by drop.

    Raises TimeoutError in place of whatever the broken line made of it.
    """
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        if (found := line()) is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception:
        if not is_over.is_set():
            raise
    finally:
        timer.cancel()
    if is_over.is_set():
        raise TimeoutError(f"It took longer than {seconds:g} seconds.")


def _connection(url: str, seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=certifi.where())
        return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=seconds, context=context)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
