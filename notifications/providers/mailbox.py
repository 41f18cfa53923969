"""Reads the mailbox that bounces return to; a mail is marked as seen once its report is stored."""

from __future__ import annotations

import imaplib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from typing import Any

import structlog
from django.conf import settings

from notifications.outside.addresses import NameNotFound
from notifications.providers import returned_mail
from notifications.timed_sockets import Deadline, TimedTLSSocket, dial, trusting_context
from operations.errors import HoldfastError

log = structlog.get_logger("holdfast.providers")
BATCH = 200
SPARE_SECONDS = 5  # for one mail
# The other mails of the mailbox are left as they are, for whoever reads it.
REPORTS = f'UNSEEN OR HEADER Content-Type "multipart/report" HEADER {returned_mail.FAILED_FOR} ""'
BROKEN = (OSError, imaplib.IMAP4.error, NameNotFound)


class MailboxAway(HoldfastError):
    """Raised when the mailbox cannot be read; the words say at which step, and hold no credentials."""


def read_returned_mail() -> int:
    """Store what the unread reports of the mailbox say; returns how many mails were read.

    Safe to repeat: a report that was stored but not yet marked is known by its own id. Takes at most the
    time of an outside call; what is left then waits for the next run. Raises MailboxAway.
    """
    if not settings.RETURNED_MAIL:
        return 0
    deadline = Deadline(settings.HOLDFAST.outside_call_seconds)
    with _opened(deadline) as box:
        with _step("looking for reports"):
            _status, found = box.uid("SEARCH", REPORTS)
        numbers = found[0].split()[:BATCH] if found and found[0] else []
        in_time = takewhile(lambda _: deadline.left() > SPARE_SECONDS, numbers)
        return sum(_take(box, number.decode()) for number in in_time)


def _take(box: imaplib.IMAP4, number: str) -> bool:
    """Store one mail's report, then mark it; one that cannot be stored stays unread and holds up no other."""
    with _step("fetching a report"):
        _status, parts = box.uid("FETCH", number, f"(BODY.PEEK[]<0.{returned_mail.LIMIT}>)")
    raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
    try:
        returned_mail.take(raw)
    except Exception:
        log.exception("a returned mail could not be stored", mail=number)
        return False
    with _step("marking a report"):
        box.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)")
    return True


@contextmanager
def _opened(deadline: Deadline) -> Iterator[imaplib.IMAP4]:
    place: dict[str, Any] = settings.RETURNED_MAIL
    with _step("connecting"):
        box = _Box(place["host"], place["port"], deadline)
    try:
        with _step("logging in"):
            box.login(place["user"], place["password"])
        with _step("opening the folder"):
            status, _said = box.select(box._quote(place["folder"]))
            if status != "OK":
                raise MailboxAway("The mailbox has no folder of that name.")
        yield box
    finally:
        with suppress(*BROKEN):
            box.logout()


class _Box(imaplib.IMAP4):
    """A mailbox over TLS, all calls under one deadline."""

    def __init__(self, host: str, port: int, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:  # noqa: ARG002 - one deadline
        plain = dial(self.host, self.port, self._deadline)
        plain.arm()
        secured = trusting_context().wrap_socket(plain, server_hostname=self.host)
        assert isinstance(secured, TimedTLSSocket)
        secured.deadline = self._deadline
        return secured


@contextmanager
def _step(doing: str) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        said = re.sub(r"\s+", " ", str(error))[:200]
        for secret in (settings.RETURNED_MAIL["password"], settings.RETURNED_MAIL["user"]):
            said = said.replace(secret, "…")
        raise MailboxAway(f"The mailbox of returned mail failed while we were {doing}: {said}") from None
