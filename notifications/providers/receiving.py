"""Takes what a mail provider reports: checks who says it, stores it, and leaves the rest to the worker."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest
from django.utils.module_loading import import_string

from notifications.mime import one_line
from notifications.providers.events import ARRIVED, RETURNED, UNREADABLE, Fate, ProviderEvent
from operations import queue

log = structlog.get_logger("holdfast.providers")
TOPIC = "reports"
OURS = "holdfast_uid"  # the name under which a message carries its id through a provider
UID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
VIEWS = {
    "brevo": "brevo.BrevoTrackingWebhookView",
    "mailersend": "mailersend.MailerSendTrackingWebhookView",
    "mailgun": "mailgun.MailgunTrackingWebhookView",
    "mailjet": "mailjet.MailjetTrackingWebhookView",
    "mandrill": "mandrill.MandrillCombinedWebhookView",
    "postal": "postal.PostalTrackingWebhookView",
    "postmark": "postmark.PostmarkTrackingWebhookView",
    "resend": "resend.ResendTrackingWebhookView",
    "sendgrid": "sendgrid.SendGridTrackingWebhookView",
    "sparkpost": "sparkpost.SparkPostTrackingWebhookView",
}
# What reading a body of somebody who need not be the provider may raise, besides the refusal itself.
MALFORMED = (SuspiciousOperation, ValueError, TypeError, LookupError, AttributeError)


class UnknownProvider(Exception):
    """Raised for a provider that is not set up here, or not so that its reports can be verified; says why."""


class BadSignature(Exception):
    """Raised when it is not the provider who calls, or nobody can tell."""


def receive(provider: str, request: HttpRequest) -> int:
    """Store each event of the request; returns how many were new. They are applied after the commit.

    Raises UnknownProvider and BadSignature, having stored nothing.
    """
    view = reader(provider)
    try:
        view.run_validators(request)
    except MALFORMED as error:
        log.warning("a provider's report was refused", provider=provider, reason=type(error).__name__)
        raise BadSignature from error
    return store(_read(provider, view, request))


def reader(provider: str) -> Any:
    """The view of django-anymail that verifies and reads this provider. Raises UnknownProvider."""
    if provider not in settings.MAIL_PROVIDERS:
        raise UnknownProvider("It is not named in HOLDFAST_MAIL_PROVIDERS.")
    try:
        return verified_reader(provider)
    except UnknownProvider as error:
        log.error("a provider's reports cannot be verified", provider=provider, reason=str(error))
        raise


def verified_reader(provider: str) -> Any:
    """As `reader`, for a provider named or not."""
    if provider not in VIEWS:
        raise UnknownProvider(f"Reports are read of {', '.join(VIEWS)}.")
    try:
        view = import_string(f"anymail.webhooks.{VIEWS[provider]}")()
    except ImproperlyConfigured as error:
        raise UnknownProvider(in_our_words(error)) from error
    if view.warn_if_no_basic_auth and not view.basic_auth:
        raise UnknownProvider("It does not sign, and HOLDFAST_ANYMAIL_WEBHOOK_SECRET is not set.")
    return view


def in_our_words(error: Exception) -> str:
    """What django-anymail says of its settings, by the name that an operator gives them."""
    missing = re.search(r"ANYMAIL = \{'(\w+)'", str(error))
    return f"HOLDFAST_ANYMAIL_{missing[1]} is not set." if missing else str(error)


def _read(provider: str, view: Any, request: HttpRequest) -> list[ProviderEvent]:
    try:
        return [_event(provider, told) for told in view.parse_events(request)]
    except Exception:
        log.exception("a provider's report was not understood", provider=provider)
        raw = request.body.decode("utf-8", "replace").replace("\0", "\ufffd")
        return [
            ProviderEvent(
                provider=provider, event_id=_digest(raw), kind=UNREADABLE, raw=raw, fate=Fate.UNREADABLE
            )
        ]


def _event(provider: str, told: Any) -> ProviderEvent:
    as_sent = told.esp_event.dict() if hasattr(told.esp_event, "dict") else told.esp_event
    raw = json.dumps(as_sent, sort_keys=True, default=str)
    matters = told.event_type in ARRIVED | RETURNED
    return ProviderEvent(
        provider=provider,
        event_id=str(told.event_id or _digest(raw))[:255],
        kind=str(told.event_type)[:30],
        uid=_our_uid(told),
        message_id=one_line(told.message_id or "")[:255],
        recipient=one_line(told.recipient or "")[:254],
        said=one_line(told.mta_response or told.description or told.reject_reason or ""),
        raw=raw,
        happened_at=told.timestamp,
        fate=Fate.WAITING if matters else Fate.NO_NEWS,
    )


def _our_uid(told: Any) -> uuid.UUID | None:
    """Our own name for the message: sent along as metadata, or kept in its Message-ID."""
    named = str((told.metadata or {}).get(OURS, ""))
    if UID.fullmatch(named):
        return uuid.UUID(named)
    local, _, domain = str(told.message_id or "").strip("<>").partition("@")
    return uuid.UUID(local) if domain == settings.MESSAGE_ID_DOMAIN and UID.fullmatch(local) else None


@transaction.atomic
def store(events: Sequence[ProviderEvent]) -> int:
    """Store what did not come before, known by its id, and wake the worker; returns how much that is."""
    ids = {(event.provider, event.event_id): event for event in events}
    before = ProviderEvent.objects.filter(event_id__in=[event_id for _provider, event_id in ids])
    known = set(before.values_list("provider", "event_id"))
    ProviderEvent.objects.bulk_create(ids.values(), ignore_conflicts=True)
    queue.wake(TOPIC)
    return len(ids.keys() - known)


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
