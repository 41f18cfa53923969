"""Why nobody has to install PostgreSQL first: a real, durable one from a wheel, in the data folder.

It listens on a socket in that folder only, asks for a password kept there, and gives Holdfast an ordinary
role that owns its database: no superuser, as anywhere else.
"""

from config.embedded.cluster import DatabaseFailed, address, database_url
from config.embedded.server import ensure_running, postmaster, stop
from config.embedded.usage import use

__all__ = ["DatabaseFailed", "address", "database_url", "ensure_running", "postmaster", "stop", "use"]
