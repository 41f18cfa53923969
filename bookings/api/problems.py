"""Every way in which a call can fail, each with an address of its own where it is explained (RFC 9457)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """One type of problem; `remedy` tells a programmer what to do about it."""

    code: str
    status: int
    title: str
    remedy: str

    @property
    def uri(self) -> str:
        return f"{reverse('api-v1:openapi-view')}#{self.code}"


class Problem(Exception):
    """Raised by a view that cannot do what was asked; `members` are added to the answer's body."""

    def __init__(
        self,
        kind: Kind,
        detail: str | Promise = "",
        *,
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(kind.code)
        self.kind, self.detail, self.headers, self.members = kind, detail, headers or {}, members


def respond(problem: Problem) -> HttpResponse:
    """The problem as a response; ASCII only, so that nothing a client sent can break the encoding."""
    kind = problem.kind
    body = {"type": kind.uri, "title": kind.title, "status": kind.status}
    body["detail"] = str(problem.detail or kind.remedy)
    return HttpResponse(
        json.dumps(body | problem.members),
        status=kind.status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"} | problem.headers,
    )


def of_status(status: int) -> Kind:
    """The general kind for a status that something other than a view answered with."""
    return GENERAL.get(status, INTERNAL if status >= 500 else BAD_REQUEST)


BAD_REQUEST = Kind("bad-request", 400, "The request is malformed", "Correct the request; it cannot be read.")
MALFORMED_JSON = Kind(
    "malformed-json", 400, "The body is not JSON", "Send one JSON value in UTF-8 (RFC 8259); NaN is not JSON."
)
BAD_KEY = Kind(
    "bad-idempotency-key",
    400,
    "The Idempotency-Key is missing or malformed",
    "Send a UUID of your own in Idempotency-Key, made once per thing you want done and sent again "
    "with each repeat.",
)
BAD_SIGNATURE = Kind(
    "bad-signature",
    400,
    "The signature is missing or wrong",
    "Sign with the secret that was agreed for this address. Nothing was stored.",
)
BAD_CLIENT = Kind(
    "bad-client-key",
    401,
    "This key is not known",
    "Send Authorization: Bearer followed by your key, or no Authorization at all: public calls need none.",
)
FORBIDDEN = Kind("forbidden", 403, "This is not allowed", "Ask the organisation for access.")
NOT_FOUND = Kind("not-found", 404, "There is nothing at this address", "Check the address.")
UNKNOWN_PLACE = Kind(
    "unknown-place", 404, "There is no such location or service", "List the locations and their services."
)
UNKNOWN_BOOKING = Kind(
    "unknown-booking",
    404,
    "There is no booking with this token",
    "Use the token of the answer to POST /bookings.",
)
UNKNOWN_ENQUIRY = Kind(
    "unknown-enquiry",
    404,
    "There is no enquiry with this token",
    "Use the token of the answer to POST /enquiries.",
)
UNKNOWN_WAIT = Kind(
    "unknown-wait-entry",
    404,
    "There is no place on the wait list with this token",
    "Use the token of the answer to POST /wait-list.",
)
UNKNOWN_PROVIDER = Kind(
    "unknown-provider",
    404,
    "No such provider is set up here",
    "Send events of providers that are set up only.",
)
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed", 405, "This method is not allowed here", "Use one of the methods in Allow."
)
IN_FLIGHT = Kind(
    "in-flight",
    409,
    "The same request is still being worked on",
    "Send it again with the same Idempotency-Key after Retry-After seconds.",
)
TIME_TAKEN = Kind(
    "time-taken",
    409,
    "The time has been taken",
    "Nothing was changed. Choose one of alternatives; the key is still unused.",
)
LIKELY_DUPLICATE = Kind(
    "likely-duplicate",
    409,
    "The same person booked the same time a moment ago",
    "Nothing was changed. If it is meant, send it again with confirm_duplicate; the key is still unused.",
)
STILL_FREE = Kind(
    "still-free",
    409,
    "This can be booked now",
    "Nothing was changed. Book one of alternatives; the key is still unused.",
)
ALREADY_WAITING = Kind(
    "already-waiting",
    409,
    "The same address waits for the same already",
    "Nothing was changed. The link to that place in line goes to the address by mail.",
)
NOT_ALLOWED_NOW = Kind(
    "not-allowed-now",
    409,
    "This is not possible now",
    "Nothing was changed. allowed_actions lists what is possible.",
)
LENGTH_REQUIRED = Kind("length-required", 411, "The length of the body is missing", "Send Content-Length.")
STALE = Kind(
    "stale",
    412,
    "It has changed since you read it",
    "Nothing was changed. Look at booking (or wait_entry), the current representation, and send its ETag in "
    "If-Match.",
)
TOO_LARGE = Kind("too-large", 413, "The body is too large", "Send at most 64 KiB.")
MEDIA_TYPE_UNSUPPORTED = Kind(
    "unsupported-media-type", 415, "The body is of an unknown type", "Send Content-Type: application/json."
)
INVALID = Kind(
    "invalid",
    422,
    "Some fields are unknown or invalid",
    "Nothing was changed. errors names each field (a JSON pointer, or a parameter) and what is wrong; "
    "this call has not used the key.",
)
NOT_OFFERED = Kind(
    "not-offered",
    422,
    "This time is not offered",
    "Nothing was changed. reason says which rule forbids it; choose one of alternatives.",
)
KEY_REUSED = Kind(
    "idempotency-key-reused",
    422,
    "The Idempotency-Key was used for something else",
    "Nothing was changed. Use a new key for a new request, and the same body with the same key.",
)
NO_VERSION = Kind(
    "precondition-required",
    428,
    "If-Match is missing",
    "Send the ETag of the representation you act on in If-Match; * names no version.",
)
TOO_MANY = Kind("too-many-requests", 429, "Too many requests", "Wait for Retry-After seconds.")
INTERNAL = Kind(
    "internal-error",
    500,
    "Something went wrong on our side",
    "It may or may not have happened: send it again with the same Idempotency-Key to find out.",
)
BUSY = Kind(
    "busy",
    503,
    "Somebody else is changing this right now",
    "Nothing was changed. Send it again with the same Idempotency-Key after Retry-After seconds.",
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    "The database is away",
    "It may or may not have happened: send it again with the same Idempotency-Key after Retry-After seconds.",
)

KINDS = tuple(value for value in list(globals().values()) if isinstance(value, Kind))
GENERAL = {
    kind.status: kind
    for kind in (
        *(BAD_REQUEST, BAD_CLIENT, FORBIDDEN, NOT_FOUND, METHOD_NOT_ALLOWED, LENGTH_REQUIRED, TOO_LARGE),
        *(MEDIA_TYPE_UNSUPPORTED, TOO_MANY, INTERNAL, UNAVAILABLE),
    )
}
