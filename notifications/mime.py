"""The e-mail that carries a message; nothing that people typed can become a header of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from notifications.kinds import Content
from notifications.models import Delivery
from operations.errors import PermanentError

UNQUOTABLE = re.compile(r"[\s<>()\[\]\\,;:@\"\x00-\x1f\x7f]")  # what our own pages never take either
CONTROLS = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]+")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A message to one recipient; the subject is one line, and addresses have their domains in ASCII.

    The sender is a name and an address as in a header; the Message-ID is the same at every attempt.
    """

    message_id: str
    subject: str
    sender: str
    recipient: str
    reply_to: str
    language: str
    content: Content


def build(delivery: Delivery, content: Content) -> Mail:
    """The mail for a message; raises PermanentError for an address that cannot be one."""
    return Mail(
        message_id=delivery.message_id,
        subject=one_line(content.subject),
        sender=_sender(content.sender_name, settings.DEFAULT_FROM_EMAIL),
        recipient=address(delivery.recipient),
        reply_to=address(content.reply_to) if content.reply_to else "",
        language=delivery.language,
        content=content,
    )


@lru_cache(maxsize=1000)
def address(text: str) -> str:
    """The address with its domain in ASCII (RFC 5890); raises PermanentError when it cannot be one."""
    local, _, domain = text.strip().rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode()}"
        validate_email(plain if local.isascii() else f"x@{plain.rpartition('@')[2]}")
    except (ValidationError, UnicodeError, IndexError):
        plain = ""
    if not plain or UNQUOTABLE.search(local):
        raise PermanentError("The address is not a valid e-mail address; it looks mistyped.")
    return plain


def envelope_sender() -> str:
    """The address that bounces return to."""
    return settings.BOUNCE_ADDRESS or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def one_line(text: str) -> str:
    """Text that fits into a header: control characters and line breaks become spaces."""
    return " ".join(CONTROLS.sub(" ", text).split())


@lru_cache(maxsize=1000)
def _sender(name: str, ours: str) -> str:
    our_name, spec = parseaddr(ours)
    return str(Address(display_name=one_line(name or our_name), addr_spec=spec))
