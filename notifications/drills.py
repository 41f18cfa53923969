"""What can be rehearsed with the mail server of a demonstration."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

from operations.rehearsals import Drill, NotPossible, register

DOWN_SECONDS = 90


def close_inbox() -> str:
    """Let the local inbox refuse every connection for a while."""
    if not settings.LOCAL_INBOX:
        raise NotPossible("Mail goes to the server of EMAIL_URL; stop that one to see the same.")
    inbox = Path(settings.HOLDFAST_HOME, "inbox")
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "closed_until").write_text(str(time.time() + DOWN_SECONDS))
    return (
        f"For {DOWN_SECONDS} seconds nobody can hand in mail. Book something and look at its page:\n"
        "the booking stands, its message is tried again. After some failures the channel closes (on the\n"
        "desk under notifications.channel_closed), and opens by itself when a probe gets through."
    )


register(Drill("mail_down", "The mail server is down", close_inbox))
