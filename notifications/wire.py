"""Puts a mail into the bytes that go over the line, at a tenth of what Python's own e-mail package takes."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

from django.utils import timezone

from notifications.kinds import Attachment
from notifications.mime import Mail

BREAKS = re.compile(r"\r\n|\r|\n")
LONGEST_LINE = 998  # RFC 5322 section 2.1.1
LONGEST_TIDY_LINE = 78


def encoded(mail: Mail) -> bytes:
    """The mail with its headers (RFC 5322) and parts (RFC 2045, 2046), its lines ended by CRLF.

    Only an address may bring letters beyond ASCII into a header (RFC 6532); it then needs SMTPUTF8.
    """
    headers = [
        _text_header("Subject", mail.subject),
        _sender_header(mail.sender),
        f"To: {mail.recipient}",
        *([f"Reply-To: {mail.reply_to}"] if mail.reply_to else []),
        f"Date: {format_datetime(timezone.now())}",
        f"Message-ID: {mail.message_id}",
        "Auto-Submitted: auto-generated",  # RFC 3834: no out-of-office reply to it
        f"Content-Language: {mail.language}",
        "MIME-Version: 1.0",
    ]
    return "\r\n".join(headers).encode() + b"\r\n" + _body(mail)


def _body(mail: Mail) -> bytes:
    content = mail.content
    body = _part('text/plain; charset="utf-8"', content.text)
    if content.html:
        body = _parts("alternative", [body, _part('text/html; charset="utf-8"', content.html)])
    if content.attachments:
        body = _parts("mixed", [body, *(_attached(each) for each in content.attachments)])
    return body


def _attached(attachment: Attachment) -> bytes:
    parameters = {"charset": "utf-8", **attachment.parameters}
    kind = "; ".join([attachment.content_type, *(f'{name}="{value}"' for name, value in parameters.items())])
    return f'Content-Disposition: attachment; filename="{attachment.name}"\r\n'.encode() + _part(
        kind, attachment.text
    )


def _parts(kind: str, parts: list[bytes]) -> bytes:
    """Several parts as one, between lines that nobody can guess and no encoding brings forth."""
    boundary = f"=_{secrets.token_hex(16)}"
    line = f"\r\n--{boundary}".encode()
    begin = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'.encode()
    return begin + b"".join(line + b"\r\n" + part for part in parts) + line + b"--\r\n"


def _part(kind: str, text: str) -> bytes:
    """Text as it is where it is plain, else in the shorter of the two encodings of RFC 2045 section 6."""
    text = BREAKS.sub("\r\n", text if text.endswith("\n") else f"{text}\n")
    raw = text.encode()
    if text.isascii() and max(map(len, text.split("\r\n"))) <= LONGEST_LINE:
        encoding, body = "7bit", raw
    elif len(raw) - len(text) < len(text) // 4:
        encoding, body = "quoted-printable", binascii.b2a_qp(raw, istext=True)
    else:
        encoding, body = "base64", base64.encodebytes(raw).replace(b"\n", b"\r\n")
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def _text_header(name: str, text: str) -> str:
    line = f"{name}: {text}"
    return line if _is_plain(text) and len(line) <= LONGEST_TIDY_LINE else f"{name}: {_words(name, text)}"


@lru_cache(maxsize=1000)
def _sender_header(sender: str) -> str:
    name, address = parseaddr(sender)
    line = f"From: {formataddr((name, address))}"
    if _is_plain(name) and len(line) <= LONGEST_TIDY_LINE:
        return line
    return f"From: {_words('From', name)}\r\n <{address}>"


def _is_plain(text: str) -> bool:
    """Whether nobody could take it for encoded."""
    return text.isascii() and "=?" not in text


def _words(header: str, text: str) -> str:
    """The text in encoded words (RFC 2047), in lines of a fitting length."""
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")
