"""The mail server that takes our messages, as the installation's settings name it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from django.conf import settings


class Security(StrEnum):
    PLAIN = "plain"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class MailServer:
    """Where to connect and how; its credentials appear in no text that this class makes."""

    host: str
    port: int
    security: Security = Security.PLAIN
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def configured(cls) -> Self:
        """The one that EMAIL_URL names: the local inbox when it names none."""
        security = Security.PLAIN
        if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL:
            security = Security.TLS if settings.EMAIL_USE_SSL else Security.STARTTLS
        return cls(
            settings.EMAIL_HOST,
            settings.EMAIL_PORT,
            security,
            settings.EMAIL_HOST_USER,
            settings.EMAIL_HOST_PASSWORD,
        )


def our_name() -> str:
    """How we introduce ourselves: a name, or an address literal (RFC 5321 section 4.1.3)."""
    try:
        address = ipaddress.ip_address(settings.MESSAGE_ID_DOMAIN)
    except ValueError:
        return settings.MESSAGE_ID_DOMAIN
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
