"""Completes the OpenAPI document with what the framework cannot see: headers, tags and problems."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from bookings.api import problems
from bookings.api.problems import Kind
from bookings.api.schemas import ProblemOut

REF = "#/components/schemas/{model}"
PROBLEM = {problems.MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}}


def _header(name: str, description: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": required,
        "description": description,
        "schema": {"type": "string"} | schema,
    }


def _answered(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


KEY = _header(
    "Idempotency-Key",
    "A UUID of your own, one per thing you want done; send it again with each repeat. It is kept for at "
    "least 30 days, and as long as what it made.",
    format="uuid",
)
VERSION = _header(
    "If-Match",
    "The ETag of the representation you act on; only its version counts.",
    pattern=r'^(W/)?"[0-9]{1,9}(-[0-9a-f]*)?"$',
)
SEEN = _header("If-None-Match", "The ETag you have; 304 while it is still right.", required=False)
TAG = {"ETag": _answered('"<version>-<hash of the body>", or the hash alone of what has no version.')}
REPLAYED = {"Idempotency-Replayed": _answered("true when this very request had been received before.")}
LOCATION = {"Location": _answered("Where its present state is.")}

WRITES = (problems.BAD_KEY, problems.IN_FLIGHT, problems.INVALID, problems.KEY_REUSED)
BODY = (problems.MALFORMED_JSON, problems.TOO_LARGE, problems.MEDIA_TYPE_UNSUPPORTED)
ACTS = (problems.NOT_ALLOWED_NOW, problems.STALE, problems.NO_VERSION)


def read(*kinds: Kind) -> dict[str, Any]:
    """What is read, under a tag."""
    not_modified = {304: {"description": "Not Modified", "headers": TAG}}
    return {"parameters": [SEEN], "responses": {200: {"headers": TAG}} | not_modified | _failures(kinds)}


def creation(*kinds: Kind) -> dict[str, Any]:
    """What makes something new, once per key."""
    made = {201: {"headers": TAG | REPLAYED | LOCATION}}
    return {"parameters": [KEY], "responses": made | _failures((*WRITES, *BODY, *kinds))}


def act(*kinds: Kind, of: Kind = problems.UNKNOWN_BOOKING) -> dict[str, Any]:
    """What acts on a record, once per key and on the version that was seen; `of` is what is said without."""
    acted = {200: {"headers": TAG | REPLAYED}}
    failed = _failures((*WRITES, *BODY, *ACTS, of, *kinds))
    return {"parameters": [KEY, VERSION], "responses": acted | failed}


def failures(*kinds: Kind) -> dict[str, Any]:
    """What can fail only."""
    return {"responses": _failures(kinds)}


def _failures(kinds: tuple[Kind, ...]) -> dict[int | str, Any]:
    """By status; every answer that is not listed is a problem too."""
    by_status: dict[int | str, Any] = {}
    for status, same in groupby(sorted(kinds, key=lambda kind: kind.status), key=lambda kind: kind.status):
        found = list(same)
        titles = "; ".join(kind.title for kind in found)
        by_status[status] = {
            "description": titles,
            "content": PROBLEM,
            "x-problems": [kind.code for kind in found],
        }
    return by_status | {"default": {"description": "Any other problem", "content": PROBLEM}}


class DocumentedAPI(NinjaAPI):
    """The API whose document says everything that its answers do."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:  # noqa: ARG002 - there is one prefix
        return self._document

    @cached_property
    def _document(self) -> OpenAPISchema:
        document = super().get_openapi_schema()
        problem = ProblemOut.model_json_schema(ref_template=REF, mode="serialization")
        document["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
        for operations in document["paths"].values():
            for operation in operations.values():
                operation.setdefault("security", []).append({})  # a key is never needed
        return document
