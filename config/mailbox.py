"""Reads the messages that the local inbox has kept, however odd they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_binary_file, policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesHeaderParser
from functools import cached_property
from itertools import islice
from pathlib import Path

NAME = re.compile(r"\d{20}-[0-9a-f]{8}")
PAGE_LENGTH = 50


@dataclass(frozen=True)
class Attachment:
    """A part of a message that is neither its text nor its HTML."""

    number: int
    name: str
    content_type: str
    content_id: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One kept message; `message` has headers only when it comes from a list."""

    name: str
    message: EmailMessage

    @property
    def arrived_at(self) -> datetime:
        """When the inbox took it."""
        return datetime.fromtimestamp(int(self.name.partition("-")[0]) / 1e9, UTC)

    @property
    def recipients(self) -> list[str]:
        """Whom it was delivered to, which its own To header need not say."""
        return self.headers("Delivered-To")

    @property
    def sender(self) -> str:
        """Whom it says it is from."""
        return next(iter(self.headers("From")), "")

    @property
    def subject(self) -> str:
        """Its subject."""
        return next(iter(self.headers("Subject")), "")

    def headers(self, name: str) -> list[str]:
        """All headers of that name, decoded."""
        return [str(value) for value in self.message.get_all(name, [])]

    @cached_property
    def text(self) -> str:
        """Its plain text; empty when it has none."""
        return _text(self.message.get_body(("plain",)))

    @cached_property
    def html(self) -> str:
        """Its HTML; empty when it has none."""
        return _text(self.message.get_body(("html",)))

    @cached_property
    def attachments(self) -> list[Attachment]:
        """All its other parts."""
        bodies = (self.message.get_body(("plain",)), self.message.get_body(("html",)))
        leaves = (part for part in self.message.walk() if not part.is_multipart() and part not in bodies)
        return [_attachment(number, part) for number, part in enumerate(leaves)]


def newest(folder: Path, recipient: str = "", before: str = "") -> list[Letter]:
    """A page of letters, latest first: those to an address containing `recipient`, older than `before`."""
    return list(islice(_matching(folder, recipient.strip().lower(), before), PAGE_LENGTH))


def read(folder: Path, name: str) -> Letter | None:
    """The whole letter of that name."""
    if not NAME.fullmatch(name):
        return None
    try:
        with source(folder, name).open("rb") as file:
            return Letter(name, message_from_binary_file(file, policy=policy.default))
    except FileNotFoundError:
        return None


def source(folder: Path, name: str) -> Path:
    """The file as it arrived."""
    return folder / f"{name}.eml"


def _matching(folder: Path, recipient: str, before: str) -> Iterator[Letter]:
    names = (path.stem for path in folder.glob("*.eml") if NAME.fullmatch(path.stem))
    for name in sorted(names, reverse=True):
        if before and name >= before:
            continue
        with source(folder, name).open("rb") as file:
            headers = BytesHeaderParser(policy=policy.default).parse(file)
        letter = Letter(name, headers)
        if recipient in " ".join(letter.recipients).lower():
            yield letter


def _text(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a charset nobody knows
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _attachment(number: int, part: MIMEPart) -> Attachment:
    return Attachment(
        number=number,
        name=part.get_filename() or f"part-{number}",
        content_type=part.get_content_type(),
        content_id=str(part.get("Content-ID", "")).strip("<>"),
        content=bytes(part.get_payload(decode=True) or b""),
    )
