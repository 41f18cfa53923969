"""Whether this visitor owes a second factor, and where it is given."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from config import rate_limit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
METHOD = "mfa"


def is_satisfied(request: HttpRequest) -> bool:
    """Whether the session has shown a second factor, or none is asked for here."""
    return is_given(request) or not is_forced(request)


def is_forced(request: HttpRequest) -> bool:
    """Always, but in a demo, and where the installation and its visitor are both on this machine.

    The visitor's address alone would not do: behind a proxy that nobody told us of, everybody has the
    loopback's.
    """
    if settings.DEMO:
        return False
    is_public = urlsplit(settings.HOLDFAST_URL).hostname not in LOOPBACK
    is_relayed = "X-Forwarded-For" in request.headers and not settings.HOLDFAST.trusted_proxies_count
    address = rate_limit.address_of(request)
    return is_public or is_relayed or address is None or not address.is_loopback


def is_given(request: HttpRequest) -> bool:
    """Whether a second factor was shown in this session, by the person who is logged in now."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == METHOD for record in records)


def has_one(user: Any) -> bool:
    """Whether this person has set up an authenticator."""
    authenticators = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP)
    return bool(authenticators.exists())


def ask(request: HttpRequest) -> HttpResponse:
    """To the page that takes the second factor, or to the one that sets it up the first time."""
    name = "mfa_reauthenticate" if has_one(request.user) else "mfa_activate_totp"
    back = request.GET.get("next") or reverse("admin:index")
    return redirect(f"{reverse(name)}?{urlencode({'next': back})}")


def protected(view: Callable[..., Any]) -> Callable[..., Any]:
    """Keep who has a second factor and has not shown it from changing how that person logs in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not is_given(request) and has_one(request.user):
            target = urlencode({"next": request.path})
            return redirect(f"{reverse('mfa_reauthenticate')}?{target}")
        return view(request, *args, **kwargs)

    return guarded


def count_as_given(request: HttpRequest, authenticator: Authenticator, **_signal: Any) -> None:
    """Setting up an authenticator proves that it is at hand: its first code was right."""
    if authenticator.type == Authenticator.Type.TOTP:
        record_authentication(request, request.user, METHOD, id=authenticator.pk, type=authenticator.type)
