"""Django's PostgreSQL backend that has the embedded server running before it connects.

Django asks for a module of this name. `manage.py up` looks after the server itself, and its children never
start one: they say that the database is away until it is back.
"""

import os
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from config.embedded.usage import use


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL, started on first use."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if "HOLDFAST_RUN" not in os.environ:
            use(settings.HOLDFAST_HOME)
        return super().get_new_connection(conn_params)
