"""Turns endpoints off and on, and with each the channel by which its messages leave."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from notifications import channels
from notifications.webhooks.endpoints import WebhookEndpoint


def disable(endpoint: WebhookEndpoint, reason: str, *, is_gone: bool = False) -> None:
    """Tell it nothing more until it is enabled; what waits is held, what happens is told later.

    `is_gone`: its receiver asked for that (410), so staff should know.
    """
    with transaction.atomic():
        locked = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        if locked.is_enabled:
            locked.disable(reason, is_gone=is_gone)
            channels.pause(endpoint.channel, reason)


def enable(endpoint: WebhookEndpoint) -> None:
    """Tell it again: what was held goes on, and what happened meanwhile is announced within a minute."""
    with transaction.atomic():
        locked = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        locked.enable()
        channels.release(endpoint.channel, _("The endpoint was enabled."))


def leave_off(endpoint: WebhookEndpoint) -> None:
    """Somebody has seen that its receiver is gone, and it stays disabled."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_gone=False)
