"""What the headers of a call say: which request this is, who sends it, and what the sender last saw."""

from __future__ import annotations

import hashlib
import re
import uuid

from django.http import HttpRequest
from django.utils.http import parse_etags

from bookings.api import problems
from bookings.api.problems import Problem
from operations import intents

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
VERSION = re.compile(r'(?:W/)?"(\d{1,9})(?:-[^"]*)?"')


def request_id(request: HttpRequest, route: str) -> intents.Request:
    """The Idempotency-Key within the scope of client, method and route; quoted as a string or bare.

    The header's draft standard quotes it (draft-ietf-httpapi-idempotency-key-header, section 2.1).
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not UUID.fullmatch(key):
        raise Problem(problems.BAD_KEY)
    return intents.Request(f"api:{request.auth.slug}:{request.method}:{route}", uuid.UUID(key))  # type: ignore[attr-defined]


def version_seen(request: HttpRequest) -> int:
    """The version in If-Match, whatever else the tags say and whether a proxy weakened them.

    Of several the newest counts: nobody can have seen a version that is yet to come. A tag of another
    make names no version we ever gave out, which is stale.
    """
    tags = request.headers.get("If-Match", "").strip()
    if not tags or "*" in parse_etags(tags):
        raise Problem(problems.NO_VERSION)
    return max((int(match[1]) for tag in parse_etags(tags) if (match := VERSION.fullmatch(tag))), default=0)


def tag(body: bytes, version: int | None = None) -> str:
    """`"<version>-<hash of the body>"`, or the hash alone of what has no version."""
    mark = hashlib.sha256(body).hexdigest()[:24]
    return f'"{mark}"' if version is None else f'"{version}-{mark}"'


def is_known(request: HttpRequest, own: str) -> bool:
    """Whether If-None-Match names this very representation (weak comparison, RFC 9110 section 13.1.2)."""
    if request.method != "GET":
        return False
    tags = {each.removeprefix("W/") for each in parse_etags(request.headers.get("If-None-Match", ""))}
    return own in tags or "*" in tags
