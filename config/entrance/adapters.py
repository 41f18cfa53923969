"""What allauth asks us: addresses in mails, how mail leaves, how secrets are kept."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_str

from config import rate_limit

log = structlog.get_logger("holdfast.entrance")
RECENT_SECONDS = 300
MAIL_THREAD = "account-mail"


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the owner; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address behind our own proxies, by the one rule for all limits."""
        return rate_limit.network_of(request) or "unknown"

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:  # noqa: ARG002
        """Whether the last proof of who this is, the log-in included, is older than five minutes."""
        records = get_authentication_records(self.request, self.request.user)
        return not records or time.time() - records[-1]["at"] > RECENT_SECONDS

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On our own public address, whatever host name the request was sent to."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.HOLDFAST_URL}{path.replace('UID-KEY', key)}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Beside the request: how long the answer takes must not tell whether the address is known."""
        told = {"request": self.request, "email": email, "url": settings.HOLDFAST_URL, **context}
        message = self.render_mail(template_prefix, email, told)
        threading.Thread(target=_send, args=(message,), name=MAIL_THREAD).start()


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Authenticator secrets are encrypted: a copy of the database alone opens no door."""

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; kept under a key that we no longer have, it becomes one that no code fits."""
        try:
            return _cipher().decrypt(encrypted_text).decode()
        except InvalidToken:
            log.warning("a second factor was set up under another SECRET_KEY and fits no more")
            return str(generate_totp_secret())


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    seeds = [f"holdfast.second-factor:{force_str(key)}".encode() for key in keys]
    digests = [hashlib.sha256(seed).digest() for seed in seeds]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception:  # whoever waits for it asks again
        log.exception("a mail about an account could not be sent")
