"""A mail server that says yes to everything and remembers only when; it costs as little as it can."""

from __future__ import annotations

import asyncio
import sys
import time


class Sink(asyncio.Protocol):
    """Answers each line of SMTP; writes one line per message to standard output."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer, self.in_data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        if self.in_data:
            _content, end, rest = self.buffer.partition(b"\r\n.\r\n")
            if not end:
                return False
            self.buffer, self.in_data = rest, False
            sys.stdout.write(f"{time.time()}\n")
            self.transport.write(b"250 taken\r\n")
            return True
        line, end, rest = self.buffer.partition(b"\r\n")
        if not end:
            return False
        self.buffer, verb = rest, line[:4].upper()
        self.in_data = verb == b"DATA"
        self.transport.write({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 yes\r\n"))
        return True


async def serve(port: int) -> None:
    """Serve on loopback until killed."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=False)  # type: ignore[union-attr]
    asyncio.run(serve(int(sys.argv[1])))
