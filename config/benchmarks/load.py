"""A load generator small enough to leave the two cores to what is measured."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What came back: answers by status code, and how long all of it took in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return sum(self.statuses.values()) / self.seconds


def fire(address: tuple[str, int], clients: int, requests: Callable[[int], list[bytes]]) -> Tally:
    """Send each client's requests over one kept connection, all clients at once."""
    prepared = [requests(client) for client in range(clients)]
    tally, lock, barrier = Tally(), threading.Lock(), threading.Barrier(clients + 1)

    def run(batch: list[bytes]) -> None:
        connection = _Connection(address)
        barrier.wait()
        seen = Counter(connection.ask(request) for request in batch)
        with lock:
            tally.statuses += seen

    threads = [threading.Thread(target=run, args=(batch,)) for batch in prepared]
    for thread in threads:
        thread.start()
    barrier.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    tally.seconds = time.perf_counter() - began
    return tally


class _Connection:
    """HTTP/1.1 over one socket, just enough of it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self._open()

    def ask(self, request: bytes) -> int:
        self.socket.sendall(request)
        buffer = b""
        while b"\r\n\r\n" not in buffer:
            if not (more := self.socket.recv(65536)):
                raise ConnectionError("the server closed the connection")
            buffer += more
        head, _, body = buffer.partition(b"\r\n\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        missing = int(headers.get(b"content-length", b"0")) - len(body)
        while missing > 0:
            missing -= len(self.socket.recv(65536))
        if headers.get(b"connection") == b"close":
            self.socket.close()
            self._open()
        return int(head[9:12])

    def _open(self) -> None:
        self.socket = socket.create_connection(self.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
