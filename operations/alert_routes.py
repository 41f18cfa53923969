"""The ways on which an alert leaves: a log line, and if set up a webhook and a mail server of its own."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

if TYPE_CHECKING:
    from operations.alerts import Alert

log = structlog.get_logger("holdfast.alerts")
LIMIT_SECONDS = 10
Route = Callable[["Alert"], None]


def routes() -> dict[str, Route]:
    """Every route that is set up, by name; the log always is."""
    found: dict[str, Route] = {"log": _by_log}
    if settings.ALERT_WEBHOOK_URL:
        found["webhook"] = _by_webhook
    if settings.ALERT_EMAIL and settings.ALERT_EMAIL_TO:
        found["email"] = _by_mail
    return found


def _by_log(alert: Alert) -> None:
    log.error("alert", alert=alert.key, title=alert.title, page=_page(alert), runbook=alert.runbook)


def _by_webhook(alert: Alert) -> None:
    """POST it as JSON; the same id for each try lets the other side know a repeat."""
    told = {
        "id": alert.pk,
        "alert": alert.key,
        "text": f"{alert.title}: {_page(alert)}",
        "title": alert.title,
        "page": _page(alert),
        "runbook": alert.runbook,
        "raised_at": alert.raised_at.isoformat(),
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"holdfast-alert-{alert.pk}"}
    request = urllib.request.Request(settings.ALERT_WEBHOOK_URL, json.dumps(told).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=LIMIT_SECONDS):  # noqa: S310 - the operator's own address
        pass


def _by_mail(alert: Alert) -> None:
    since = f"Since {alert.raised_at:%Y-%m-%d %H:%M} UTC"
    text = f"{alert.title}\n\nLook at it: {_page(alert)}\nWhat to do: {alert.runbook}\n\n{since}\n"
    backend = EmailBackend(timeout=LIMIT_SECONDS, **settings.ALERT_EMAIL)
    headers = {"Message-ID": f"<alert-{alert.pk}@{settings.MESSAGE_ID_DOMAIN}>"}
    for recipient in settings.ALERT_EMAIL_TO:
        EmailMessage(
            f"Holdfast: {alert.title}"[:150],
            text,
            settings.DEFAULT_FROM_EMAIL,
            [recipient],
            connection=backend,
            headers=headers,
        ).send()


def _page(alert: Alert) -> str:
    return f"{settings.HOLDFAST_URL}{alert.page}"
