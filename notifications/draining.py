"""Sends what is due on one channel, one batch at a time, in the way that the channel's state allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.utils import timezone

from notifications import channels
from notifications.delivery import ChannelWatch, as_probe
from notifications.models import Channel, Delivery
from operations import engine
from operations.engine import Act

LONGEST_NAP_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Route:
    """How messages leave: `acts` opens what one batch shares, e.g. a connection.

    `prepare` is given a batch before the first of it leaves.
    """

    acts: Callable[[], AbstractContextManager[Act[Delivery]]]
    probe: Callable[[Act[Delivery]], Act[Delivery]] = as_probe
    prepare: Callable[[Sequence[Delivery]], None] | None = None
    watch: Callable[[Channel], ChannelWatch] = ChannelWatch


def drain(name: str, route: Route) -> bool:
    """Send one batch, or hold it back while the channel is closed; True when more is left to do."""
    channel = channels.find(name)
    permit = channels.permit(channel)
    if permit is None:
        return channels.hold_due(channel) if channel.is_closed else _await_turn(channel)
    more_held = channels.release_held(channel, **({"limit": 1} if permit.is_probe else {}))
    more_due = _send(channel, permit, route)
    if permit.is_probe:
        return channels.due_since(name) is not None
    return more_due or more_held


def _send(channel: Channel, permit: channels.Permit, route: Route) -> bool:
    watch = route.watch(channel)
    with route.acts() as act:
        more = engine.work_through(
            Delivery,
            channel.name,
            route.probe(act) if permit.is_probe else act,
            watch,
            prepare=route.prepare,
            limit=permit.limit,
        )
    if watch.saw_success:
        channels.note_successes(channel.name)
    return more


def _await_turn(channel: Channel) -> bool:
    """A slow channel sends message by message: wait for the next turn, if there is anything to send."""
    due = Delivery.objects.due().not_past_use().filter(channel=channel.name)
    if channel.next_claim_at and due.exists():
        pause = (channel.next_claim_at - timezone.now()).total_seconds()
        time.sleep(min(max(pause, 0), LONGEST_NAP_SECONDS))
        return True
    return False
