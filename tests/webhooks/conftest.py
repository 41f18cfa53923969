"""A receiver on loopback, an endpoint that points to it, and ways to let its messages leave."""

from __future__ import annotations

import pytest

from notifications.models import WebhookEndpoint
from notifications.webhooks import announcing
from tests import misbehaving_http as other_side


@pytest.fixture(autouse=True)
def _loopback_is_allowed(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True


@pytest.fixture(autouse=True)
def _nobody_listens_yet():
    announcing.forget_listeners()
    yield
    announcing.forget_listeners()


@pytest.fixture
def server():
    with other_side.receiver() as server:
        yield server


@pytest.fixture
def endpoint(server):
    return WebhookEndpoint.objects.create(url=server.url, description="The CRM")
