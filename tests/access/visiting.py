"""What a person of the staff does at the door, with nothing but the pages' own forms."""

import base64
import re
import threading
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from config.entrance import adapters

PASSWORD = "a long secret of hers"
LOGIN = "/admin/login/"
SET_UP = reverse("mfa_activate_totp")
GIVE = reverse("mfa_authenticate")
CODES = reverse("mfa_view_recovery_codes")
AWAY = {
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
}  # through the proxy on this machine


def visitor(**headers: Any) -> Client:
    defaults: dict[str, Any] = AWAY | headers
    return Client(**defaults)


def log_in(client: Client, password: str = PASSWORD, to: str = "/admin/", name: str = "anna") -> Any:
    return client.post(LOGIN, {"username": name, "password": password, "next": to})


def code(secret: str, later: int = 0) -> str:
    """What the authenticator shows, or will show so many half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later)))


def secret_on(page: Any) -> str:
    """The secret that the page of the set-up shows."""
    found = re.search(r'value="([A-Z2-7]{32})"', page.content.decode())
    assert found
    assert base64.b32decode(found[1])
    return found[1]


def set_up(client: Client) -> str:
    """Set up an authenticator; returns its secret."""
    secret = secret_on(client.get(SET_UP))
    answer = client.post(SET_UP, {"code": code(secret)})
    assert answer["Location"] == CODES
    return secret


def letters() -> list[EmailMessage]:
    """What was mailed about accounts, when nothing is on its way any more."""
    for thread in threading.enumerate():
        if thread.name == adapters.MAIL_THREAD:
            thread.join(timeout=10)
    return list(mail.outbox)


def addresses_of_the_admin() -> list[str]:
    """Every address below /admin/ that is built from the admin site, each with made-up arguments."""
    resolver = next(
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLResolver) and each.namespace == "admin"
    )
    return sorted({_filled(pattern) for pattern in _flat(resolver, "/admin/")})


def _flat(resolver: URLResolver, prefix: str) -> list[str]:
    found: list[str] = []
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern)
        found += _flat(each, path) if isinstance(each, URLResolver) else [path]
    return found


def _filled(pattern: str) -> str:
    path = re.sub(r"<path:\w+>|<int:\w+>|<str:\w+>|<\w+>", "1", pattern)
    return re.sub(r"\(\?P<\w+>.*?\)", "anything", path).replace("^", "").replace("$", "")
