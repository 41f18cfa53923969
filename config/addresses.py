"""Reads the addresses an operator gives in the environment into Django's settings."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

# A page must be able to say soon that the database is away, also when its machine or the network is gone.
PATIENCE = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
# What stands before the @ of a provider's address, and after it, by django-anymail's names
PROVIDER_KEYS = {
    "brevo": ("API_KEY", "", ""),
    "mailersend": ("API_TOKEN", "", ""),
    "mailgun": ("API_KEY", "", "SENDER_DOMAIN"),
    "mailjet": ("API_KEY", "SECRET_KEY", ""),
    "mandrill": ("API_KEY", "", ""),
    "postal": ("API_KEY", "", "API_URL"),
    "postmark": ("SERVER_TOKEN", "", ""),
    "resend": ("API_KEY", "", ""),
    "sendgrid": ("API_KEY", "", ""),
    "sparkpost": ("API_KEY", "", ""),
}
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


def database(url: str) -> dict[str, Any]:
    """Django's description of a PostgreSQL address, read by libpq itself: TCP, sockets, every option."""
    try:
        found = conninfo_to_dict(url)
    except ProgrammingError:  # its message may repeat the password
        raise ImproperlyConfigured("DATABASE_URL is no address of a PostgreSQL database.") from None
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {
        "ENGINE": "config.database",
        **{setting: str(found.pop(option, "")) for setting, option in named.items()},
        "OPTIONS": PATIENCE | found,
    }


def mail(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings for `smtp://user:pass@host:port`, `smtp+tls://…` or `smtp+ssl://…`."""
    parts = urlsplit(url)
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise ImproperlyConfigured(
            "A mail server is smtp://, smtp+tls:// or smtp+ssl:// and a host; "
            "EMAIL_URL may name a provider, too, like postmark://TOKEN@."
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
    }


def mail_provider(url: str) -> tuple[str, dict[str, str]]:
    """The provider that an address like `mailgun://KEY@sender.example` names, and its ANYMAIL settings.

    `("", {})` for the address of a mail server, or none. Raises ImproperlyConfigured when the key is missing.
    """
    parts = urlsplit(url)
    if parts.scheme not in PROVIDER_KEYS:
        return "", {}
    given = (unquote(parts.username or ""), unquote(parts.password or ""), parts.netloc.rpartition("@")[2])
    names = PROVIDER_KEYS[parts.scheme]
    found = {
        f"{parts.scheme.upper()}_{name}": value for name, value in zip(names, given, strict=True) if name
    }
    if missing := [
        name for name, value in found.items() if not value and not name.endswith("_SENDER_DOMAIN")
    ]:
        raise ImproperlyConfigured(f"EMAIL_URL names {parts.scheme} without its {', '.join(missing)}.")
    if "POSTAL_API_URL" in found:
        found["POSTAL_API_URL"] = f"https://{found['POSTAL_API_URL']}"
    return parts.scheme, {name: value for name, value in found.items() if value}


def second_mail(url: str) -> dict[str, Any]:
    """What Django's SMTP backend takes for another mail server than the one of EMAIL_URL; {} for none."""
    if not url:
        return {}
    found = mail(url)
    names = {"host": "HOST", "port": "PORT", "username": "HOST_USER", "password": "HOST_PASSWORD"}
    named = {name: found[f"EMAIL_{setting}"] for name, setting in names.items()}
    return {**named, "use_tls": found["EMAIL_USE_TLS"], "use_ssl": found["EMAIL_USE_SSL"]}


def mailbox(url: str) -> dict[str, Any]:
    """Where `imaps://user:pass@host:port/Folder` leads: host, port, user, password, folder; {} for none."""
    if not url:
        return {}
    parts = urlsplit(url)
    if parts.scheme != "imaps" or not (parts.hostname and parts.username and parts.password):
        raise ImproperlyConfigured("HOLDFAST_RETURNED_MAIL_URL is imaps://user:password@host/folder.")
    return {
        "host": parts.hostname,
        "port": parts.port or 993,
        "user": unquote(parts.username),
        "password": unquote(parts.password),
        "folder": unquote(parts.path.strip("/")) or "INBOX",
    }


def web(url: str) -> str:
    """The address of a webhook of the operator's own, or nothing."""
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise ImproperlyConfigured("HOLDFAST_ALERT_WEBHOOK_URL begins with http:// or https://.")
    return url


def with_prefix(prefix: str, environment: Mapping[str, str]) -> dict[str, str]:
    """What the variables of that prefix say, under the rest of their names; empty ones count as unset."""
    return {
        name.removeprefix(prefix): value
        for name, value in environment.items()
        if name.startswith(prefix) and value
    }
