"""Slows down whoever sends more forms than a person can fill in.

Counts live in Django's cache. The default cache is per process, so with N web processes an address may send
up to N times the limit; a shared cache makes it exact.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from config import error_pages

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_LIMITED = ("/admin/", "/api/v1/providers/")  # signed-in staff, and providers that sign what they send
ENTRANCE = ("/admin/login/", "/admin/account/")  # who stands there is not signed in yet
MINUTE_SECONDS = 60


class RateLimit:
    """Middleware: at most `rate_limit_per_minute` writes per address; no limit in a demo or on loopback."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_limited(request) and self._count(request) > settings.HOLDFAST.rate_limit_per_minute:
            return error_pages.too_many(request, MINUTE_SECONDS - int(time.time()) % MINUTE_SECONDS)
        return self.get_response(request)

    def _is_limited(self, request: HttpRequest) -> bool:
        if request.method in SAFE or settings.DEMO:
            return False
        if request.path.startswith(NOT_LIMITED) and not request.path.startswith(ENTRANCE):
            return False
        address = address_of(request)
        return address is not None and not address.is_loopback

    def _count(self, request: HttpRequest) -> int:
        key = f"sent:{network_of(request)}:{int(time.time()) // MINUTE_SECONDS}"
        cache.add(key, 0, timeout=2 * MINUTE_SECONDS)
        return int(cache.incr(key))


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(request: HttpRequest) -> Address | None:
    """Who sent the request: the entry of X-Forwarded-For that the outermost trusted proxy wrote, if any."""
    text = request.META.get("REMOTE_ADDR", "")
    if count := settings.HOLDFAST.trusted_proxies_count:
        entries = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
        text = entries[-count] if len(entries) >= count else text
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def network_of(request: HttpRequest) -> str | None:
    """The address; for IPv6 the /64 that one subscriber owns; None when there is no address at all."""
    address = address_of(request)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address) if address else None
