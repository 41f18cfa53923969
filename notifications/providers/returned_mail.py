"""Reads what mail servers send back (RFC 3464): a bounce is evidence about its message and no other."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import parsedate_to_datetime

import structlog
from django.conf import settings
from django.utils import timezone

from notifications.mime import one_line
from notifications.providers.events import ARRIVED, RETURNED, UNREADABLE, Fate, ProviderEvent
from notifications.providers.receiving import UID, store

log = structlog.get_logger("holdfast.providers")
PROVIDER = "returned mail"
LIMIT = 256 * 1024  # bytes read of a report; the returned message stands at its end
KEPT = 64 * 1024  # letters of it kept as it came
SAID = 500
STATUS = ("message/delivery-status", "message/global-delivery-status")  # RFC 3464, RFC 6533
RETURNED_PARTS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
KINDS = {"failed": "bounced", "delivered": "delivered", "delayed": "deferred"}
FAILED_FOR = "X-Failed-Recipients"  # how older mail servers say it, without the form of RFC 3464


def take(raw: bytes) -> int | None:
    """Store what a mail reports; returns how much of it was new, None for a mail that is no report."""
    events = read(raw)
    return store(events) if events else None


def read(raw: bytes) -> list[ProviderEvent]:
    """One event for each recipient that the report tells about; nothing for a mail that is no report."""
    mail = message_from_bytes(raw[:LIMIT])
    try:
        if not _is_report(mail):
            return []
        if events := list(_events(mail, raw)):
            return events
    except Exception:  # a stranger's mail may be wrong in every way
        log.exception("a returned mail was not understood")
    return [_event(raw, _id(mail, raw), UNREADABLE, None)]


def _is_report(mail: Message) -> bool:
    if mail[FAILED_FOR]:
        return True
    return mail.get_content_type() == "multipart/report" and _part(mail, STATUS) is not None


def _events(mail: Message, raw: bytes) -> Iterator[ProviderEvent]:
    uid, event_id = _original(mail, raw), _id(mail, raw)
    at = _moment(mail["Date"])
    status = _part(mail, STATUS)
    if status is None:
        recipient = str(mail[FAILED_FOR]).split(",")[0].strip()
        yield _event(raw, event_id, "bounced", uid, recipient=recipient, happened_at=at)
        return
    told = [group for group in _groups(status) if group["Action"]]
    for number, group in enumerate(told):
        action = str(group["Action"]).split("(")[0].strip().lower()
        yield _event(
            raw,
            f"{event_id}#{number}" if number else event_id,
            KINDS.get(action, action),
            uid,
            recipient=_value(group["Original-Recipient"] or group["Final-Recipient"]),
            said=_value(group["Diagnostic-Code"]) or str(group["Status"] or ""),
            happened_at=at,
        )


def _event(
    raw: bytes,
    event_id: str,
    kind: str,
    uid: uuid.UUID | None,
    *,
    recipient: str = "",
    said: str = "",
    happened_at: datetime | None = None,
) -> ProviderEvent:
    if kind == UNREADABLE:
        fate = Fate.UNREADABLE
    elif kind in ARRIVED | RETURNED or uid:
        fate = Fate.WAITING
    else:
        fate = Fate.NO_NEWS  # somebody else's message takes a while
    return ProviderEvent(
        provider=PROVIDER,
        event_id=event_id,
        kind=_clean(kind)[:30],
        uid=uid,
        recipient=_clean(recipient).strip("<>")[:254],
        said=_clean(said)[:SAID],
        raw=raw[:KEPT].decode("utf-8", "replace").replace("\0", "\ufffd"),
        happened_at=happened_at,
        fate=fate,
    )


def _original(mail: Message, raw: bytes) -> uuid.UUID | None:
    """The message of ours that it is about, by the Message-ID among the headers that came back.

    Where the headers did not come back, the report itself answers to that Message-ID.
    """
    texts = [mail["In-Reply-To"], mail["References"]]
    if returned := _part(mail, RETURNED_PARTS):
        texts.insert(0, _headers(returned)["Message-ID"])
    elif mail[FAILED_FOR]:
        texts.append(raw[:LIMIT].decode("ascii", "replace"))
    domain = re.escape(settings.MESSAGE_ID_DOMAIN)
    for text in texts:
        if found := re.search(rf"<({UID.pattern})@{domain}>", str(text or "")):
            return uuid.UUID(found[1])
    return None


def _part(mail: Message, types: tuple[str, ...]) -> Message | None:
    """The first part of such a type, among the report's own only: what came back may hold others."""
    return next((part for part in _inner(mail) if part.get_content_type() in types), None)


def _groups(status: Message) -> list[Message]:
    """The groups of fields of a delivery status: one about the message, then one for each recipient."""
    groups = _inner(status)
    if status.get_content_type() == STATUS[0]:
        return groups
    rest = str(groups[0].get_payload()) if groups else ""  # read as a mail: first group, empty line, the rest
    return groups + [message_from_string(text) for text in re.split(r"\r?\n\s*\n", rest) if text.strip()]


def _headers(returned: Message) -> Message:
    inner = _inner(returned)
    return inner[0] if inner else message_from_string(str(returned.get_payload()).lstrip())


def _inner(part: Message) -> list[Message]:
    content = part.get_payload()
    return [each for each in content if isinstance(each, Message)] if isinstance(content, list) else []


def _value(field: object) -> str:
    """What stands behind the type: "rfc822; ada@example.org", "smtp; 550 no such user"."""
    return str(field or "").partition(";")[2].strip()


def _id(mail: Message, raw: bytes) -> str:
    """What tells two copies of one report from two reports: its Message-ID, else all of it."""
    named = _clean(mail["Message-ID"] or "")
    return named if 0 < len(named) < 200 else hashlib.sha256(raw).hexdigest()


def _moment(date: object) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(date))
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if timezone.is_aware(moment) else None


def _clean(text: object) -> str:
    return one_line(str(text).encode("utf-8", "replace").decode())
