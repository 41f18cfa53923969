"""What an endpoint is sent: composed when it leaves, signed so that the receiver can trust it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from standardwebhooks import Webhook

from notifications.models import Delivery
from notifications.webhooks.endpoints import Announcement, WebhookEndpoint
from notifications.webhooks.subjects import subjects


def original(delivery: Delivery) -> Delivery:
    """The first delivery of this message: copies carry its id, so that the receiver knows them again."""
    while delivery.copy_of:
        delivery = delivery.copy_of
    return delivery


def announcement_of(delivery: Delivery) -> Announcement:
    """What a delivery, or the one it is a copy of, announces."""
    return Announcement.objects.select_related("endpoint", "event").get(delivery=original(delivery))


def compose(delivery: Delivery, announcement: Announcement) -> bytes:
    """The body; `sequence` orders the events of one record, whatever order they arrive in."""
    payload: dict[str, Any] = {
        "type": delivery.kind,
        "timestamp": _utc(delivery.created_at),
        "data": {"is_test": True},
    }
    if event := announcement.event:
        subject = subjects()[event.subject_model]
        record = subject.records().get(pk=event.subject_id)
        about = subject.describe(record, announcement.endpoint.includes_customer)
        payload["timestamp"] = _utc(event.at)
        payload["data"] = {"sequence": event.sequence, subject.name: about | {"version": record.version}}
    if delivery.copy_of_id:
        payload["is_replay"] = True
    return json.dumps(payload, cls=DjangoJSONEncoder, separators=(",", ":")).encode()


def headers(endpoint: WebhookEndpoint, message_id: str, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks 1.0; during a rotation both secrets sign."""
    now = timezone.now().astimezone(UTC)
    signatures = [Webhook(secret).sign(message_id, now, body.decode()) for secret in endpoint.secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Holdfast",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def message_id(delivery: Delivery) -> str:
    """The id of every attempt and every copy of one message."""
    return f"msg_{original(delivery).uid.hex}"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
