"""What can be rehearsed with the mail server of a demonstration."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from operations.rehearsals import Drill, NotPossible, Staged, register

DOWN_SECONDS = 180
CLOSES_WITHIN_SECONDS = 3


def close_inbox() -> Staged:
    """Let the local inbox refuse every connection for a while: nothing listens at its port."""
    if not settings.LOCAL_INBOX:
        raise NotPossible("Mail goes to the server of EMAIL_URL; stop that one to see the same.")
    until = time.time() + DOWN_SECONDS
    _closed_until().parent.mkdir(parents=True, exist_ok=True)
    _closed_until().write_text(str(until))
    _await_silence()
    return Staged(
        f"For {DOWN_SECONDS} seconds nobody can hand in mail. Book something and look at its page: "
        "the booking stands, its message is tried again. After some failures the channel closes (on the "
        "desk under notifications.channel_closed), and opens by itself when a probe gets through.",
        until=datetime.fromtimestamp(until, UTC),
    )


def open_inbox() -> None:
    """The mail server is back."""
    _closed_until().unlink(missing_ok=True)


def _closed_until() -> Path:
    return Path(settings.HOLDFAST_HOME, "inbox", "closed_until")


def _await_silence() -> None:
    until = time.monotonic() + CLOSES_WITHIN_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", settings.INBOX_PORT), timeout=1).close()
        except OSError:
            return
        time.sleep(0.1)


register(
    Drill(
        code="mail_down",
        title=_("The mail server is down"),
        says=_(
            "For three minutes nothing listens where mail is handed in, and three customers book. "
            "Then it is back by itself. Find out who has got no mail yet, and whether you must do anything."
        ),
        run=close_inbox,
        where=("notifications.channel_closed", "notifications.held", "notifications.late"),
        customers=3,
        end=open_inbox,
    )
)
