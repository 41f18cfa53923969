"""manage.py take_returned_mail: where a mail server's pipe alias puts the bounces of our messages."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from notifications.providers import returned_mail

TEMPFAIL = 75  # sysexits.h: the mail server keeps the mail and tries again


class Command(BaseCommand):
    help = "Reads one returned mail from standard input and keeps what it reports about a message."
    requires_system_checks = ()  # a wrong setting elsewhere is no reason to lose a mail

    def handle(self, **_options: Any) -> None:
        raw = sys.stdin.buffer.read(returned_mail.LIMIT)
        while sys.stdin.buffer.read(returned_mail.LIMIT):
            pass  # whoever writes must not find the pipe closed
        try:
            new = returned_mail.take(raw)
        except (OperationalError, InterfaceError) as error:
            raise CommandError("The database is away; try again later.", returncode=TEMPFAIL) from error
        if new is None:
            self.stdout.write("This is not a report of a mail server; nothing is kept of it.")
        else:
            self.stdout.write(f"Kept {new} new.")
