"""What has to be true before the first page is served; each step may be repeated at every start."""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

import axes.utils
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import OperationalError, connection

from bookings.models import Location
from config import embedded, identity

DATABASE_WAIT_SECONDS = 15.0


class NotReady(RuntimeError):
    """Raised when a step cannot be done; its text says what the operator has to change."""


def database() -> None:
    """Have a database that answers."""
    if settings.EMBEDDED:
        embedded.use(settings.HOLDFAST_HOME)
        return None
    until = time.monotonic() + DATABASE_WAIT_SECONDS
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError as error:
            if time.monotonic() > until:
                raise NotReady(f"The database of DATABASE_URL does not answer: {error}".strip()) from None
            time.sleep(0.3)


def migrations() -> None:
    """Bring the tables to what the code expects."""
    call_command("migrate", interactive=False, verbosity=0)


def static_files() -> None:
    """Collect and hash the static files, unless the same were collected before."""
    files = [
        (path, storage.size(path), storage.get_modified_time(path).timestamp())
        for finder in get_finders()
        for path, storage in finder.list([])
    ]
    wanted = hashlib.sha256(repr(sorted(files)).encode()).hexdigest()
    stamp = settings.HOLDFAST_HOME / "static.collected"
    with suppress(FileNotFoundError):
        if stamp.read_text() == wanted:
            return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted)


def staff() -> str:
    """Have the user `staff`; returns the line that tells how to sign in.

    A password from the environment always holds; one made up here holds until somebody changes it.
    """
    fresh = not (settings.HOLDFAST_HOME / "staff_password").exists()
    if not (settings.STAFF_PASSWORD or settings.DEMO):
        return "staff login: make one with `manage.py createsuperuser`"
    password = settings.STAFF_PASSWORD or identity.staff_password(settings.HOLDFAST_HOME)
    users = get_user_model()
    user, made = users.objects.get_or_create(
        username="staff", defaults={"is_staff": True, "is_superuser": True}
    )
    axes.utils.reset(username=user.username)  # whoever starts the server locks nobody out
    if not user.check_password(password):
        if not (made or fresh or settings.STAFF_PASSWORD):
            return "staff login: staff / (the password you chose)"
        user.set_password(password)
        user.save(update_fields=["password"])
    return f"staff login: staff / {password}"


def demo_data() -> None:
    """Fill an empty database of a demonstration with places, bookings and a few real failures."""
    if settings.DEMO and not Location.objects.exists() and "load_demo" in get_commands():
        call_command("load_demo", verbosity=0)


def metrics(folder: Path) -> None:
    """An empty folder for the counts of the web's processes; what an earlier run counted is over."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink()
