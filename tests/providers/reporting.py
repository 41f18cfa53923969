"""Reports as Mailgun and Postmark send them: the bodies of their documentation, about a message of ours."""

import hashlib
import hmac
import json
import time
import uuid

from django.test import Client

from notifications.providers import applying

KEY = "key-for-signing-webhooks"


def mailgun(event, delivery, /, *, token=None, key=KEY, **data):
    """One signed event; `token` is what makes it the same event when it comes again."""
    token, timestamp = token or uuid.uuid4().hex, str(int(time.time()))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    headers = {"message-id": delivery.message_id.strip("<>"), "to": delivery.recipient, "subject": "Yours"}
    told = {
        "id": "Ase7i2zsRYeDXztHGENqRA",
        "event": event,
        "timestamp": time.time(),
        "log-level": "info",
        "message": {"headers": headers, "attachments": [], "size": 19302},
        "recipient": delivery.recipient,
        "recipient-domain": "example.com",
        "delivery-status": {"code": 250, "message": "OK", "attempt-no": 1},
        "tags": [],
        "user-variables": {},
    }
    signed = {"timestamp": timestamp, "token": token, "signature": signature}
    return {"signature": signed, "event-data": told | data}


def failed(delivery, *, event="failed", severity="permanent", token=None):
    status = {"code": 550, "message": "5.1.1 no such user", "attempt-no": 1}
    why = {"severity": severity, "reason": "bounce", "delivery-status": status}
    return mailgun(event, delivery, token=token, **why)


def report(body, provider="mailgun", **headers):
    """What our side answers to it."""
    return Client().post(
        f"/api/v1/providers/{provider}/events",
        body if isinstance(body, bytes) else json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


def report_and_apply(*bodies, **more):
    for body in bodies:
        assert report(body, **more).status_code == 204
    while applying.drain():
        pass
