"""Tells the desk of the channels: whether each is open, and since when something waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from notifications import channel_names
from notifications.models import Channel, Delivery, WebhookEndpoint
from notifications.webhooks.endpoints import CHANNELS
from operations.ways_out import Level, WayOut

SHOWN_COUNT = 20


def tell() -> Iterator[WayOut]:
    """The channels, those by which nothing leaves first; two queries at most."""
    due = Delivery.objects.due().filter(channel=OuterRef("name")).order_by("next_at")
    known = Channel.objects.annotate(due_since=Subquery(due.values("next_at")[:1]))
    shown = list(known.order_by("-is_paused", "open_until", "pk")[:SHOWN_COUNT])
    endpoints = _endpoints(shown)
    for channel in shown:
        state, level = _state(channel)
        yield WayOut(
            title=channel_names.title(channel, endpoints.get(channel.name)),
            state=state,
            level=level,
            page=f"{reverse('admin:desk_channels')}#{channel_names.anchor(channel)}",
            due_since=channel.due_since,
            last_success_at=channel.last_success_at,
        )


def _endpoints(channels: Iterable[Channel]) -> dict[str, WebhookEndpoint]:
    numbers = [
        channel.name.removeprefix(CHANNELS) for channel in channels if channel.name.startswith(CHANNELS)
    ]
    found = (
        WebhookEndpoint.objects.in_bulk(int(each) for each in numbers if each.isdecimal()) if numbers else {}
    )
    return {endpoint.channel: endpoint for endpoint in found.values()}


def _state(channel: Channel) -> tuple[str, Level]:
    if channel.is_paused:
        return _("paused"), Level.TROUBLE
    if channel.is_closed:
        return _("closed by its breaker"), Level.TROUBLE
    if channel.is_slow:
        return _("slowed down"), Level.WAITING
    return _("open"), Level.GOOD
