"""Django's PostgreSQL backend with two habits of ours; Django asks for a module of this name.

A connection is kept by its thread (six times the speed of a new one per request, a fifth over a pool) and
closed with it: a web server ends idle threads, and their connections would otherwise stay open until Python
happens to collect them. And the embedded server is running before anybody connects to it.
"""

import os
import threading
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from psycopg import Connection

from config import embedded

_mine = threading.local()


class _Kept:
    """Lives and dies with the thread that stores it."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection, self.process = connection, os.getpid()

    def __del__(self) -> None:
        if self.process == os.getpid():  # a fork must not say goodbye on its parent's line
            self.connection.close()


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL, its connections tidied up, the embedded one started on first use."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        # `manage.py up` looks after the server itself, and its children wait until it is back.
        if settings.EMBEDDED and "HOLDFAST_RUN" not in os.environ:
            embedded.use(settings.HOLDFAST_HOME)
        connection = super().get_new_connection(conn_params)
        setattr(_mine, self.alias, _Kept(connection))
        return connection

    def init_connection_state(self) -> None:
        """Every query of ours is small: helpers and compilers take longer to start than it does to answer.

        Among a million rows the planner expects more than the partial indexes give, and asked for both: it
        cost the desk's lists 20 ms each on a busy machine.
        """
        super().init_connection_state()
        self.connection.execute("SET max_parallel_workers_per_gather = 0")
        self.connection.execute("SET jit = off")
        if not self.get_autocommit():
            self.connection.commit()
