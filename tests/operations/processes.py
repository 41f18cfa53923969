"""Another process that does something with what it shares with this one, until it is told to end."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connections


@contextmanager
def in_another_process(enter: Callable[[], AbstractContextManager[object]]) -> Iterator[int]:
    """Hold what `enter` gives in a forked process, which is killed at the end; its pid."""
    ready, has_entered = os.pipe()
    child = os.fork()
    if child == 0:
        for connection in connections.all():
            connection.connection = None  # the parent's: closing it here would end it there
        with enter():
            os.write(has_entered, b".")
            signal.pause()
    os.read(ready, 1)
    try:
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(has_entered)
