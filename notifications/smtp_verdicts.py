"""What an answer or a broken line means, by the phase of the conversation and never by code alone."""

from __future__ import annotations

import re
import smtplib
import ssl
from enum import StrEnum

from notifications.outside.addresses import NameNotFound
from operations.errors import (
    ConfigurationError,
    DeliveryError,
    PermanentError,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)


class Phase(StrEnum):
    """Where the conversation stands; the value completes "… while we were"."""

    CONNECTING = "connecting"
    GREETING = "waiting for its greeting"
    HELLO = "introducing ourselves"
    SECURING = "securing the connection"
    LOGIN = "logging in"
    SENDER = "naming the sender"
    RECIPIENT = "naming the recipient"
    DATA = "asking to send the message"
    CONTENT = "sending the message"
    VERDICT = "waiting for its verdict on the message"


BEFORE_MAIL = frozenset({Phase.CONNECTING, Phase.GREETING, Phase.HELLO, Phase.SECURING, Phase.LOGIN})
CREDENTIALS_WANTED = frozenset({530, 534, 535, 538})
TOO_BIG = 552
RATE = re.compile(
    r"\brate\b|too (many|much|fast)|throttl|slow(ing)?[ -]?down"
    r"|(limit|quota)s? (was |has been )?(exceeded|reached)"
    r"|exceeded .{0,40}\b(limit|rate)|\b4\.7\.28\b",
    re.IGNORECASE,
)
MAILBOX_FULL = re.compile(r"mailbox|storage|\b4\.2\.2\b|\b4\.3\.1\b", re.IGNORECASE)


def refused(phase: Phase, code: int, text: str) -> DeliveryError:
    """The error for an answer that is not the one hoped for."""
    said, external = f"{code} {text}".strip(), str(code)
    if code in CREDENTIALS_WANTED:
        return ConfigurationError(f"The mail server refuses our login: {said}", external_code=external)
    if code == 421 or (code in (450, 451, 452) and _is_about_rate(text)):
        return ThrottledError(f"The mail server asks us to slow down: {said}", external_code=external)
    if 400 <= code < 500:
        return TransientError(f"Not accepted for now: {said}", external_code=external)
    if not 500 <= code < 600:
        return _nonsense(phase, said, external)
    if phase in BEFORE_MAIL or (phase == Phase.SENDER and code != TOO_BIG):
        return ConfigurationError(f"The mail server refuses to work for us: {said}", external_code=external)
    if phase == Phase.RECIPIENT:
        return PermanentError(
            f"The address looks wrong, the server refuses it: {said}", external_code=external
        )
    if phase == Phase.VERDICT or code >= 550:
        return PermanentError(f"The server refuses the message: {said}", external_code=external)
    return DeliveryError(
        f"The server did not understand us while we were {phase}: {said}", external_code=external
    )


def broken(phase: Phase, error: Exception) -> DeliveryError:
    """The error for a conversation that ended without an answer."""
    if phase == Phase.VERDICT:
        return UnknownOutcomeError(f"The connection was lost while we were {phase}: {_words(error)}")
    if isinstance(error, NameNotFound):
        return ConfigurationError(f"The mail server's name leads nowhere: {error}")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return ConfigurationError(f"The mail server lacks what we need: {error}")
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return ConfigurationError(f"No secure connection to the mail server: {error.reason or error}")
    if isinstance(error, smtplib.SMTPServerDisconnected | OSError):
        return TransientError(f"The connection failed while we were {phase}: {_words(error)}")
    if phase == Phase.LOGIN:
        return ConfigurationError(f"No way to log in to the mail server: {error}")
    return DeliveryError(f"The conversation failed while we were {phase}: {type(error).__name__}: {error}")


def _nonsense(phase: Phase, said: str, external: str) -> DeliveryError:
    """An answer outside the protocol: after the last dot it says nothing about the message."""
    text = f"The server answered outside the protocol while we were {phase}: {said}"
    if phase == Phase.VERDICT:
        return UnknownOutcomeError(text, external_code=external)
    return DeliveryError(text, external_code=external)


def _is_about_rate(text: str) -> bool:
    return bool(RATE.search(text)) and not MAILBOX_FULL.search(text)


def _words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        error = error.__context__  # smtplib's "Server not connected" hides why
    return "it took too long" if isinstance(error, TimeoutError) or "timed out" in str(error) else str(error)
