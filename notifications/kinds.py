"""The kinds of messages: declared by each app in its `messages.py`, found at start-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

from notifications.models import Delivery


@dataclass(frozen=True)
class Attachment:
    """A file of text that goes with a message; `parameters` belong to its content type."""

    name: str
    content_type: str
    text: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a message says, composed when it leaves."""

    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    sender_name: str = ""
    reply_to: str = ""


def _no_links(_original: Delivery, _copy: Delivery) -> None:
    pass


def _nothing_said(_delivery: Delivery) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of message. `title` is how people call it: "Confirmation".

    `resend_unknown`: a second, marked copy may be sent by itself when nobody knows about the first.
    `matters_when_missed`: staff should know when it could not leave in time.
    `is_courtesy`: an address that refuses it for good is nobody's concern.
    `about`: reads what `compose` needs to know of many messages at once, by their primary keys.
    `short`: says it in a text message, for kinds that may leave as one.
    `overtaken`: of one that is too late, why nobody misses it: something newer says the same; else "".
    `link_copy`: ties a copy to what the original is about, in the same transaction.
    """

    code: str
    title: str | Promise
    compose: Callable[[Delivery], Content]
    about: Callable[[Sequence[Delivery]], Mapping[int, Any]] | None = None
    short: Callable[[Delivery], str] | None = None
    resend_unknown: bool = True
    matters_when_missed: bool = True
    is_courtesy: bool = False
    overtaken: Callable[[Delivery], str] = _nothing_said
    link_copy: Callable[[Delivery, Delivery], None] = _no_links


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Declare kinds; called from an app's `messages.py` when it is imported."""
    for kind in kinds:
        _kinds[kind.code] = kind


def kinds() -> dict[str, Kind]:
    """Every declared kind by code."""
    _discover()
    return _kinds


@cache
def _discover() -> None:
    """Import each app's `messages.py`, once: a worker asks for its kind with every message."""
    autodiscover_modules("messages")


def find(code: str) -> Kind | None:
    """The kind of that code, or None when no installed app declares it (any more)."""
    return kinds().get(code)


def title(code: str) -> str:
    """How people call messages of this kind, in the active language."""
    kind = find(code)
    return str(kind.title) if kind else code.replace("_", " ")
