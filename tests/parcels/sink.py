"""The other side: a real server on loopback that remembers every parcel it was handed, and when."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Sink(socketserver.ThreadingTCPServer):
    """Answers each line after `pause` seconds, or never while `is_silent`."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 100
    pause, is_silent = 0.0, False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.received: list[tuple[str, float]] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def names(self) -> list[str]:
        return [name for name, _ in self.received]


class _Line(socketserver.StreamRequestHandler):
    server: Sink

    def handle(self) -> None:
        if name := self.rfile.readline().decode().strip():
            is_silent = self.server.is_silent  # asked before the test sees it and changes its mind
            self.server.received.append((name, time.time()))
            time.sleep(self.server.pause)
            if is_silent:
                self.rfile.read()  # until the other side has had enough
            else:
                self.wfile.write(b"250 taken\n")


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink for as long as the block runs."""
    with Sink() as sink:
        threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield sink
        sink.shutdown()
