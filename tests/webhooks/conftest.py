"""A receiver on loopback, an endpoint that points to it, and ways to let its messages leave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from standardwebhooks import Webhook

from notifications import draining
from notifications.models import Delivery, WebhookEndpoint
from notifications.webhooks import announcing, sending
from tests import misbehaving_http as other_side
from tests.factories import BookingFactory


@pytest.fixture(autouse=True)
def _loopback_is_allowed(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True


@pytest.fixture(autouse=True)
def _nobody_listens_yet():
    announcing.forget_listeners()
    yield
    announcing.forget_listeners()


@pytest.fixture
def one_second(settings):
    """No call may take longer."""
    settings.HOLDFAST = replace(settings.HOLDFAST, outside_call_seconds=1)


@pytest.fixture
def server():
    with other_side.receiver() as server:
        yield server


@pytest.fixture
def endpoint(server):
    return WebhookEndpoint.objects.create(url=server.url, description="The CRM")


def leave() -> None:
    """Let everything leave that is due now, endpoint by endpoint."""
    for endpoint in WebhookEndpoint.objects.all():
        while draining.drain(endpoint.channel, sending.ROUTE):
            pass


def again(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def announced(**booking: object) -> Delivery:
    """The delivery that announces a booking just submitted."""
    made = BookingFactory(**booking)
    announcing.announce_all()
    return Delivery.objects.filter(reference=made.reference, copy_of=None).latest("pk")


def verified(server: other_side.Receiver, endpoint: WebhookEndpoint) -> list[dict[str, Any]]:
    """What the receiver got, each checked as a receiver would with the reference library."""
    webhook = Webhook(endpoint.secret)
    return [webhook.verify(request.body, request.headers) for request in server.received]
