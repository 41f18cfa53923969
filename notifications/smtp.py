"""Hands messages to the mail server and always knows how far the conversation had come."""

from __future__ import annotations

import re
import select
import smtplib
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from django.conf import settings

from notifications import smtp_verdicts, wire
from notifications.mail_server import MailServer, Security, our_name
from notifications.mime import Mail
from notifications.outside.addresses import NameNotFound
from notifications.smtp_verdicts import Phase
from notifications.timed_sockets import Deadline, TimedSocket, TimedTLSSocket, dial, trusting_context
from operations.engine import Receipt
from operations.errors import DeliveryError, PermanentError

QUIT_SECONDS = 2
TEXT_LIMIT = 500
QUEUED_AS = re.compile(r"queued as (\S+)|\bid=(\S+)", re.IGNORECASE)


class Mailer:
    """One connection for a batch of messages, opened when first needed; use it in a `with`.

    Connecting and sending one message together take at most `outside_call_seconds`.
    """

    def __init__(self, server: MailServer | None = None) -> None:
        self._server = server or MailServer.configured()
        self._line: _Line | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line:
            self._line.part()

    def send(self, mail: Mail, sender: str, recipient: str, handover: Callable[[], None]) -> Receipt:
        """Send one message to one recipient; `handover` is called just before its content goes out.

        Raises a DeliveryError of the class that the phase and the answer call for. Once the server has
        said 250, nothing that happens to the connection changes the outcome.
        """
        deadline = Deadline(settings.HOLDFAST.outside_call_seconds)
        if self._line:
            try:
                return self._converse(mail, sender, recipient, handover, deadline)
            except _WentStale:
                pass  # the server had closed the idle connection; nothing was sent yet
        return self._converse(mail, sender, recipient, handover, deadline)

    def _converse(
        self,
        mail: Mail,
        sender: str,
        recipient: str,
        handover: Callable[[], None],
        deadline: Deadline,
    ) -> Receipt:
        line = self._line or _Line(self._server)
        is_reused, self._line = self._line is not None, None
        try:
            line.begin(deadline)
            receipt = line.hand_in(mail, sender, recipient, handover)
        except DeliveryError as error:
            if line.is_usable_after(error):
                self._line = line
            else:
                line.close()
            if is_reused and line.phase == Phase.SENDER and line.is_gone_by(error):
                raise _WentStale from error
            raise
        except BaseException:
            line.close()  # never leave half a message on a connection that is used again
            raise
        self._line = line
        return receipt


class _WentStale(Exception):
    """A reused connection turned out to be closed before the message began."""


class _Line(smtplib.SMTP):
    """A conversation with the server, step by step, under a deadline."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(local_hostname=our_name(), timeout=settings.HOLDFAST.outside_call_seconds)
        self._server = server
        self._host = server.host
        self.phase = Phase.CONNECTING
        self._deadline = Deadline(settings.HOLDFAST.outside_call_seconds)
        self._refused_login: smtplib.SMTPAuthenticationError | None = None

    def begin(self, deadline: Deadline) -> None:
        """Start the clock of a message; connect, secure and log in unless that is done."""
        self._set_deadline(deadline)
        if self.sock is None:
            self._open()

    def hand_in(self, mail: Mail, sender: str, recipient: str, handover: Callable[[], None]) -> Receipt:
        """Name sender and recipient, send the content, and return what the server said to it."""
        content = _stuffed(wire.encoded(mail))
        needs_utf8 = not recipient.isascii()
        if needs_utf8 and not self.has_extn("smtputf8"):
            raise PermanentError("The mail server cannot reach addresses with letters beyond ASCII.")
        with self._step(Phase.SENDER):
            self._expect({250}, *self.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if needs_utf8 else []))
        with self._step(Phase.RECIPIENT):
            self._expect({250, 251, 252}, *self.rcpt(recipient))
        with self._step(Phase.DATA):
            self._expect({354}, *self.docmd("DATA"))
        handover()
        with self._step(Phase.CONTENT):
            self.send(content)
            self._check_that_somebody_listens()
        with self._step(Phase.VERDICT):
            self.send(b".\r\n")
            code, answer = self.getreply()
            self._expect({250}, code, answer)
        text = self._text(answer)
        queued = QUEUED_AS.search(text)
        return Receipt(external_id=next(filter(None, queued.groups())) if queued else "", text=f"250 {text}")

    def part(self) -> None:
        """Say goodbye; whatever comes of it changes nothing."""
        with suppress(OSError, smtplib.SMTPException):
            self._set_deadline(Deadline(QUIT_SECONDS))
            self.quit()
        self.close()

    def is_usable_after(self, error: DeliveryError) -> bool:
        """Whether the next message may use this connection: a recipient was refused and all is reset."""
        if self.phase != Phase.RECIPIENT or self.is_gone_by(error) or self.sock is None:
            return False
        with suppress(OSError, smtplib.SMTPException):
            return bool(self.rset()[0] == 250)
        return False

    def is_gone_by(self, error: DeliveryError) -> bool:
        """Whether the server ended the conversation, by 421 or without a word."""
        return error.external_code in ("", "421")

    def auth(self, mechanism: str, authobject: Any, *, initial_response_ok: bool = True) -> tuple[int, bytes]:
        try:
            return super().auth(mechanism, authobject, initial_response_ok=initial_response_ok)
        except smtplib.SMTPAuthenticationError as error:
            self._refused_login = error
            raise

    def _open(self) -> None:
        with self._step(Phase.CONNECTING):
            self.sock = self._connected()
        with self._step(Phase.GREETING):
            self._expect({220}, *self.getreply())
        with self._step(Phase.HELLO):
            self.ehlo_or_helo_if_needed()
        if self._server.security == Security.STARTTLS:
            with self._step(Phase.SECURING):
                if isinstance(self.sock, TimedSocket):
                    self.sock.arm()
                self.starttls(context=trusting_context())
                self._set_deadline(self._deadline)
                self.ehlo_or_helo_if_needed()
        if self._server.user:
            with self._step(Phase.LOGIN):
                self._log_in()

    def _connected(self) -> TimedSocket | TimedTLSSocket:
        plain = dial(self._server.host, self._server.port, self._deadline)
        if self._server.security != Security.TLS:
            return plain
        plain.arm()
        secured = trusting_context().wrap_socket(plain, server_hostname=self._server.host)
        assert isinstance(secured, TimedTLSSocket)
        secured.deadline = self._deadline
        return secured

    def _log_in(self) -> None:
        try:
            self.login(self._server.user, self._server.password)
        except smtplib.SMTPServerDisconnected:
            if self._refused_login:  # it refused one way to log in and hung up on the next
                raise self._refused_login from None
            raise

    def _set_deadline(self, deadline: Deadline) -> None:
        self._deadline = deadline
        if isinstance(self.sock, TimedSocket | TimedTLSSocket):
            self.sock.deadline = deadline

    @contextmanager
    def _step(self, phase: Phase) -> Iterator[None]:
        self.phase = phase
        try:
            yield
        except smtplib.SMTPResponseException as error:
            if phase == Phase.VERDICT:  # no answer to the message but a garbled line
                raise smtp_verdicts.broken(phase, error) from error
            raise smtp_verdicts.refused(phase, error.smtp_code, self._text(error.smtp_error)) from None
        except (OSError, smtplib.SMTPException, NameNotFound) as error:
            raise smtp_verdicts.broken(phase, error) from error

    def _expect(self, codes: set[int], code: int, answer: bytes) -> None:
        if code not in codes:
            raise smtp_verdicts.refused(self.phase, code, self._text(answer))

    def _check_that_somebody_listens(self) -> None:
        """Raise when the server has hung up already: without its last dot the message is void."""
        assert self.sock is not None
        waiting = select.poll()
        waiting.register(self.sock, select.POLLIN)
        # Below TLS, and without taking anything: only the end of the stream is of interest.
        if waiting.poll(0) and not socket.socket.recv(self.sock, 1, socket.MSG_PEEK):
            raise smtplib.SMTPServerDisconnected("the server hung up before the end of the message")

    def _text(self, answer: bytes | str) -> str:
        """The server's words on one line, without our credentials should it repeat them."""
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        user, password = self._server.user, self._server.password
        for secret in filter(None, (f"\0{user}\0{password}" if user else "", password, user)):
            text = text.replace(secret, "…").replace(b64encode(secret.encode()).decode(), "…")
        return " ".join(text.split())[:TEXT_LIMIT]


def _stuffed(content: bytes) -> bytes:
    """The content with its leading dots doubled (RFC 5321 section 4.5.2)."""
    return content.replace(b"\n.", b"\n..")
