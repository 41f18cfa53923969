"""Tells Prometheus how the installation and this process are doing, and nobody else.

The gauges named holdfast_… come from the database. What counts requests is of the process that happens to
answer, unless PROMETHEUS_MULTIPROC_DIR names a folder in which all of them keep their counts.
"""

from __future__ import annotations

import os

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

from config.rate_limit import address_of
from operations.gauges import Gauges

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, to the loopback, to who has the token, and to staff who are signed in; else 403."""
    if not (_has_token(request) or is_from_here(request) or is_staff(request)):
        told = "Metrics are for the loopback, or for who sends HOLDFAST_METRICS_TOKEN as a bearer token.\n"
        return HttpResponse(told, status=403, content_type="text/plain")
    ours = CollectorRegistry()
    ours.register(Gauges())
    text = generate_latest(_process()) + generate_latest(ours)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def is_from_here(request: HttpRequest) -> bool:
    """Whether the request comes from this machine itself, not through a proxy that we were not told of."""
    address = address_of(request)
    is_forwarded = any(name in request.headers for name in FORWARDED)
    is_trusted = settings.HOLDFAST.trusted_proxies_count > 0 or not is_forwarded
    return address is not None and address.is_loopback and is_trusted


def is_staff(request: HttpRequest) -> bool:
    """Whether a member of the staff is signed in; asks the database only where there is a session."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    try:
        user: AbstractBaseUser | AnonymousUser = request.user
        return user.is_active and bool(getattr(user, "is_staff", False))
    except (DatabaseError, InterfaceError):
        return False


def _has_token(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and scheme.lower() == "bearer" and constant_time_compare(token, wanted)


def _process() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared
