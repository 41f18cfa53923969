"""The reference as a page of its own: drawn from the OpenAPI document, without any script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from bookings.api import problems
from bookings.api.problems import Kind

BY_CODE = {kind.code: kind for kind in problems.KINDS}


@dataclass(frozen=True)
class Field:
    """One row of a table: a parameter, or a member of a body."""

    name: str
    kind: str
    is_required: bool
    description: str
    place: str = ""


@dataclass(frozen=True)
class Call:
    """One operation."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    tag: str
    parameters: list[Field]
    body: str
    is_body_required: bool
    answer: tuple[str, str]
    problems: list[Kind]


class Page(DocsBase):
    """What is at `docs`; each type of problem has its section there."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        document = api.get_openapi_schema()
        context = {
            "calls": _calls(document["paths"]),
            "schemas": {name: _fields(schema) for name, schema in document["components"]["schemas"].items()},
            "problems": problems.KINDS,
            "openapi": self.get_openapi_url(api, kwargs),
            "address": settings.HOLDFAST_URL,
            "key_days": settings.HOLDFAST.intent_retention_seconds // 86400,
        }
        return render(request, "api/docs.html", context)


def _calls(paths: dict[str, dict[str, Any]]) -> list[Call]:
    return [
        _call(method.upper(), path, operation)
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]


def _call(method: str, path: str, operation: dict[str, Any]) -> Call:
    body = operation.get("requestBody", {})
    codes = [code for answer in operation["responses"].values() for code in answer.get("x-problems", ())]
    return Call(
        id=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        tag=operation["tags"][0],
        parameters=[_parameter(each) for each in operation["parameters"]],
        body=_schema_name(body),
        is_body_required=body.get("required", False),
        answer=_success(operation["responses"]),
        problems=[BY_CODE[code] for code in codes],
    )


def _success(answers: dict[int | str, Any]) -> tuple[str, str]:
    """Status and body of the answer when all goes well."""
    for status, answer in answers.items():
        if isinstance(status, int) and status < 300:
            return str(status), _schema_name(answer)
    return "", ""


def _schema_name(described: dict[str, Any]) -> str:
    """The name of the JSON body, if there is one."""
    schema = described.get("content", {}).get("application/json", {}).get("schema", {})
    return _named(schema) or next((name for name in map(_named, schema.get("anyOf", ())) if name), "")


def _parameter(parameter: dict[str, Any]) -> Field:
    return Field(
        name=parameter["name"],
        kind=_kind(parameter["schema"]),
        is_required=parameter["required"],
        description=parameter.get("description", ""),
        place=parameter["in"],
    )


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", ())
    return [
        Field(name, _kind(member), name in required, member.get("description", ""))
        for name, member in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    """The type in a few words."""
    if name := _named(schema):
        return name
    words = str(schema.get("format") or schema.get("type") or "any")
    if choices := schema.get("anyOf"):
        words = " or ".join(dict.fromkeys(_kind(choice) for choice in choices))
    elif words == "array":
        words = f"list of {_kind(schema['items'])}"
    elif "enum" in schema:
        words = " or ".join(schema["enum"])
    return f"{words}, at most {schema['maxLength']}" if "maxLength" in schema else words


def _named(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]
