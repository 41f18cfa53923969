"""Calls as a program makes them: JSON, a key of its own for each write, the tag of what it saw."""

import json
import uuid

from django.test import Client

V1 = "/api/v1"


def get(path, **headers):
    return Client(raise_request_exception=False).get(f"{V1}{path}", headers=headers)


def post(path, body=None, *, key=None, seen=None, **headers):
    """POST `body` (JSON unless bytes) under `key`: a fresh one when None, no header when False."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
    if key is not False:
        headers["Idempotency-Key"] = str(key or uuid.uuid4())
    if seen is not None:
        headers["If-Match"] = seen
    headers = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
    content_type = headers.pop("Content-Type")
    client = Client(raise_request_exception=False)
    return client.post(f"{V1}{path}", content, content_type=content_type, headers=headers)


def wish(service, start, **more):
    """The body of a booking."""
    return {
        "location": service.location.slug,
        "service": service.slug,
        "start": start.isoformat(),
        "name": "Ada Lovelace",
        "email": "ada@example.com",
    } | more


def book(service, start, **more):
    """A booking made by the API, as it was answered."""
    response = post("/bookings", wish(service, start, **more))
    assert response.status_code == 201, response.content
    return response


def assert_problem(response, status, code):
    """The answer is a problem of this type, and its type is explained."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["type"], body["status"]) == (f"{V1}/docs#{code}", status)
    assert body["title"]
    assert body["detail"]
    return body
