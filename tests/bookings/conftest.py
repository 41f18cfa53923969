"""A misbehaving mail server in place of the installation's."""

from tests.notifications.conftest import server

__all__ = ["server"]
