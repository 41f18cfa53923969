"""`manage.py up`: everything one machine needs, from nothing to a page that answers."""

import fcntl
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config import embedded, identity, kin, parts, preparation, supervision

READY_WAIT_SECONDS = 30.0
T = TypeVar("T")


class Command(BaseCommand):
    help = "Start database, web, worker and local inbox; keep them alive until Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        self.started_at = time.monotonic()
        home: Path = settings.HOLDFAST_HOME
        supervision.listen()
        kin.adopt_orphans()
        group = supervision.Group(home, settings.BASE_DIR, settings.EMBEDDED, self.say)
        try:
            with self._only_one(home):
                self._settle(home)
                try:
                    self._start(group)
                    while True:
                        group.keep_alive()
                finally:
                    connection.close()
                    group.stop()
        except supervision.Stopped:
            self.say(f"Stopped. The data stay in {home}.")
        except (preparation.NotReady, embedded.DatabaseFailed) as failure:
            raise CommandError(str(failure)) from None

    def say(self, text: str) -> None:
        """Tell the terminal, if it still listens."""
        with suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()

    @contextmanager
    def _only_one(self, home: Path) -> Iterator[None]:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (home / "up.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError(f"Holdfast already runs in {home}.") from None
            yield

    def _settle(self, home: Path) -> None:
        """Decide what the settings depend on; if they were read with something else in mind, begin again."""
        self._step("leftovers", lambda: kin.end(kin.of(home), 2))
        if not identity.is_free(settings.PORT):
            raise CommandError(
                f"Port {settings.PORT} is taken. Choose another, for example: PORT=8001 make run"
            )
        demo = identity.choose_demo(home, settings.DEMO if "HOLDFAST_DEMO" in os.environ else None)
        inbox_taken = settings.LOCAL_INBOX and not identity.is_free(settings.INBOX_PORT)
        if inbox_taken and "HOLDFAST_INBOX_PORT" in os.environ:
            raise CommandError(f"HOLDFAST_INBOX_PORT {settings.INBOX_PORT} is taken.")
        if inbox_taken:
            identity.forget_inbox_port(home)
        if inbox_taken or demo != settings.DEMO:
            os.execv(sys.executable, sys.orig_argv)  # noqa: S606

    def _start(self, group: supervision.Group) -> None:
        self._step("database", preparation.database)
        self._step("migrations", preparation.migrations)
        self._step("static files", preparation.static_files)
        preparation.metrics(parts.metrics_folder())
        login = self._step("staff user", preparation.staff)
        if settings.LOCAL_INBOX:
            group.start(parts.inbox())
        self._step("demo data", preparation.demo_data)
        connection.close()
        group.start(parts.web())
        group.start(parts.worker())
        self._step("web", lambda: self._wait_until_ready(group))
        self._announce(login)

    def _step(self, name: str, run: Callable[[], T]) -> T:
        began_at = time.monotonic()
        result = run()
        self.say(f"  {name:<14}{time.monotonic() - began_at:5.1f} s")
        return result

    def _wait_until_ready(self, group: supervision.Group) -> None:
        until = time.monotonic() + READY_WAIT_SECONDS
        while time.monotonic() < until:
            group.keep_alive()
            with suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"http://127.0.0.1:{settings.PORT}/readyz", timeout=2).close()
                return
        self.say("The web server does not answer yet; still trying.")

    def _announce(self, login: str) -> None:
        local = f"http://127.0.0.1:{settings.PORT}"
        addresses = {"booking": f"{local}/", "staff": f"{local}/admin/desk/"}
        if settings.LOCAL_INBOX:
            addresses["inbox"] = f"{local}/inbox/  (mail server on 127.0.0.1:{settings.INBOX_PORT})"
        else:
            addresses["mail"] = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        if settings.EMBEDDED:
            addresses["database"] = embedded.address(settings.HOLDFAST_HOME)
        addresses["data"] = str(settings.HOLDFAST_HOME)
        self.say(f"\nHoldfast is ready after {time.monotonic() - self.started_at:.1f} s.")
        for name, address in addresses.items():
            self.say(f"  {name:<14}{address}")
        self.say(f"{login}\n")
