"""What is promised about messages to people and machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from notifications.models import WebhookEndpoint
from notifications.webhooks import announcing
from operations.promises import Breach, Promise, register

LOOKED_BACK = timedelta(days=7)


def untold() -> Iterator[Breach]:
    """An event that an endpoint wants and was never told."""
    for endpoint in WebhookEndpoint.objects.enabled():
        for event in announcing.forgotten(endpoint, timezone.now() - LOOKED_BACK):
            yield Breach(f"endpoint {endpoint.pk}", f"was never told event {event.pk}: {event}")


register(
    Promise(
        "webhooks.told", _("Every endpoint was told, in the last week, all that it wants to hear."), untold
    )
)
