"""Says of two failures whether they are the same one, without keeping anything that names a person."""

from __future__ import annotations

import hashlib
import re

from operations.technical_words import WORDS

TEXT_LENGTH = 200
TOKEN_CAP = 60  # a page of HTML says no more than its beginning
READ_LENGTH = 4000

# In this order: what is more special first.
_REPLACED = (
    (re.compile(r"<?[^\s<>\"'(),;:]+@[^\s<>\"'(),;]+>?"), " <address> "),
    (re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE), " <link> "),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), " <id> "),
    (re.compile(r"\bHF-[0-9A-Z]{4,12}\b"), " <id> "),  # our references, with or without a digit in them
    (re.compile(r"(?<![\w.])\d+(?:\.\d+){3}(?::\d+)?(?![\w.])"), " <host> "),
    (re.compile(r"(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,}(?![\w:])", re.IGNORECASE), " <host> "),
    (re.compile(r"\b[2-5]\.\d{1,3}\.\d{1,3}\b"), " # "),  # enhanced status codes, RFC 3463
    (re.compile(r"\b(?:[\w-]+\.)+[a-z]{2,}\b", re.IGNORECASE), " <host> "),
)
_TOKEN = re.compile(r"<address>|<link>|<id>|<host>|\w+(?:'\w+)?")
_OUR_ERROR = re.compile(r"^[A-Z][A-Za-z]{2,40}(?:Error|Exception|Timeout|Refused)$")


def of(model: str, failure_class: str, channel: str, code: str, text: str) -> str:
    """16 hexadecimal digits, the same for failures of the same kind; `text` is normalised already."""
    spelled = "\x1f".join((model, failure_class, channel, code, text))
    return hashlib.sha256(spelled.encode()).hexdigest()[:16]


def normalised(text: str) -> str:
    """The text with only technical words left in it.

    Addresses, links, ids, hosts and numbers become marks. Any other word that is not in our list becomes
    "…": a server may repeat a person's name, and only a list of what is kept can promise that it is not.
    """
    for pattern, mark in _REPLACED:
        text = pattern.sub(mark, text[:READ_LENGTH])
    told: list[str] = []
    for token in _TOKEN.findall(text)[:TOKEN_CAP]:
        said = _said(token, is_first=not told)
        if not told or said != told[-1]:
            told.append(said)
    return " ".join(told)[:TEXT_LENGTH]


def normalised_code(code: str) -> str:
    """A server's own code if it is one (three digits or a technical word), otherwise nothing."""
    code = code.strip()
    return code if re.fullmatch(r"\d{3}|[2-5]\.\d{1,3}\.\d{1,3}", code) else normalised(code)[:60]


def _said(token: str, *, is_first: bool) -> str:
    if token.startswith("<"):
        return token
    if any(sign.isdigit() for sign in token):
        return "#" if token.isdecimal() else "<id>"
    if is_first and _OUR_ERROR.match(token):
        return token
    lowered = token.lower()
    return lowered if lowered in WORDS else "…"
