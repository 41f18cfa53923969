"""Who calls: anybody, or a program with a key, whose requests then live in a scope of their own."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security import HttpBearer

from bookings.api import problems
from bookings.api.problems import Problem
from bookings.clients import PUBLIC, ApiClient


@dataclass(frozen=True)
class Caller:
    """Whose scope a call belongs to."""

    slug: str


class ClientKey(HttpBearer):
    """Lets everybody in who sends no key, and nobody who sends a wrong one."""

    def __call__(self, request: HttpRequest) -> Caller:
        if "Authorization" not in request.headers:
            return Caller(PUBLIC)
        caller: Caller | None = super().__call__(request)
        if caller is None:
            raise Problem(problems.BAD_CLIENT, headers={"WWW-Authenticate": "Bearer"})
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:  # noqa: ARG002
        client = ApiClient.of_key(token)
        return Caller(client.slug) if client else None
