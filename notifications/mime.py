"""Builds the e-mail that carries a message; nothing that people typed can become a header of its own."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from notifications.kinds import Content
from notifications.models import Delivery
from operations.errors import PermanentError

PLAIN = SMTP.clone(cte_type="7bit", max_line_length=998)  # bodies: whole lines where they are plain text
UNQUOTABLE = re.compile(r"[\s<>()\[\]\\,;:@\"\x00-\x1f\x7f]")  # what our own pages never take either
CONTROLS = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]+")


def build(delivery: Delivery, content: Content) -> EmailMessage:
    """The message with a stable Message-ID; raises PermanentError for an address that cannot be one."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = one_line(content.subject)
    mail["From"] = _sender(content.sender_name)
    mail["To"] = _header_address(delivery.recipient)
    if content.reply_to:
        mail["Reply-To"] = _header_address(content.reply_to)
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = delivery.message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply to it
    _fill(mail, content)
    mail["Content-Language"] = delivery.language  # after the content, which clears such headers
    return mail


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


def _header_address(text: str) -> Address:
    local, _, domain = address(text).rpartition("@")
    return Address(username=local, domain=domain)


def _sender(name: str) -> Address:
    ours, spec = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return Address(display_name=one_line(name or ours), addr_spec=spec)


def _fill(mail: EmailMessage, content: Content) -> None:
    mail.policy, finished = PLAIN, mail.policy
    mail.set_content(content.text, charset="utf-8")
    if content.html:
        mail.add_alternative(content.html, subtype="html", charset="utf-8")
    for attachment in content.attachments:
        mail.add_attachment(
            attachment.text,
            subtype=attachment.content_type.partition("/")[2],
            charset="utf-8",
            filename=attachment.name,
            params=dict(attachment.parameters),
        )
    mail.policy = finished
