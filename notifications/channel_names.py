"""What channels are called wherever staff meet them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.channel_switches import EMAIL
from notifications.models import Channel, WebhookEndpoint
from notifications.sms import SMS

TITLES = {EMAIL: gettext_lazy("E-mail"), SMS: gettext_lazy("Text messages")}


def title(channel: Channel, endpoint: WebhookEndpoint | None) -> str:
    """The name of a channel; one of an endpoint's own is called by its endpoint."""
    if endpoint:
        return _("Webhooks: %(name)s") % {"name": endpoint}
    return str(TITLES.get(channel.name, channel.name))


def anchor(channel: Channel) -> str:
    """Where the page of channels tells of it."""
    return channel.name.replace(":", "-")
