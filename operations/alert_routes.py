"""The ways on which an alert leaves: a log line, and if set up a webhook and a mail server of its own."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.urls import reverse

from operations import alert_calls

if TYPE_CHECKING:
    from operations.alerts import Alert

log = structlog.get_logger("holdfast.alerts")
LIMIT_SECONDS = 10  # for all of one route, however slowly the other side answers
Route = Callable[["Alert"], None]


def routes() -> dict[str, Route]:
    """Every route that is set up, by name; the log always is. Each address of the mail is one of its own."""
    found: dict[str, Route] = {"log": _by_log}
    if settings.ALERT_WEBHOOK_URL:
        found["webhook"] = _by_webhook
    if settings.ALERT_EMAIL:
        for number, recipient in enumerate(settings.ALERT_EMAIL_TO, 1):
            found["email" if number == 1 else f"email {number}"] = partial(_by_mail, recipient)
    return found


def _by_log(alert: Alert) -> None:
    log.error("alert", alert=alert.key, title=alert.title, page=_url(alert.page), runbook=alert.runbook)


def _by_webhook(alert: Alert) -> None:
    """POST it as JSON; the same key for each try lets the other side know a repeat."""
    told = {
        "id": alert.pk,
        "alert": alert.key,
        "text": f"{alert.title}: {_url(alert.page)}",
        "title": alert.title,
        "page": _url(alert.page),
        "runbook": alert.runbook,
        "runbook_page": _url(_runbook_page(alert)),
        "raised_at": alert.raised_at.isoformat(),
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"holdfast-alert-{alert.pk}"}
    alert_calls.post(settings.ALERT_WEBHOOK_URL, json.dumps(told).encode(), headers, LIMIT_SECONDS)


def _by_mail(recipient: str, alert: Alert) -> None:
    text = (
        f"{alert.title}\n\nLook at it: {_url(alert.page)}\n"
        f"What to do: {_url(_runbook_page(alert))}\n({alert.runbook})\n\n"
        f"Since {alert.raised_at:%Y-%m-%d %H:%M} UTC\n"
    )
    backend = EmailBackend(timeout=LIMIT_SECONDS, **settings.ALERT_EMAIL)
    message = EmailMessage(
        f"Holdfast: {alert.title}"[:150],
        text,
        settings.DEFAULT_FROM_EMAIL,
        [recipient],
        connection=backend,
        headers={"Message-ID": f"<alert-{alert.pk}@{settings.MESSAGE_ID_DOMAIN}>"},
    )
    with alert_calls.cut_off_after(LIMIT_SECONDS, lambda: _line(backend)):
        message.send()


def _line(backend: EmailBackend) -> socket.socket | None:
    return getattr(backend.connection, "sock", None)


def _runbook_page(alert: Alert) -> str:
    return reverse("admin:desk_runbook", args=[alert.runbook.rpartition("/")[2].removesuffix(".md")])


def _url(path: str) -> str:
    return f"{settings.HOLDFAST_URL}{path}"
