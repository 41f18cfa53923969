"""What the worker does for messages: one topic for each channel."""

from __future__ import annotations

import time
from datetime import datetime

from django.utils import timezone

from notifications import channels, delivery
from notifications.models import Channel, Delivery
from notifications.smtp import Mailer
from operations import engine
from operations.queue import Work, register

EMAIL = "email"
LONGEST_NAP_SECONDS = 1.0


def drain() -> bool:
    """Send one batch of due e-mails, or hold it back while the channel is closed; True when more is left."""
    channel = channels.find(EMAIL)
    permit = channels.permit(channel)
    if permit is None:
        return channels.hold_due(channel) if channel.is_closed else _await_turn(channel)
    more_held = channels.release_held(channel, **({"limit": 1} if permit.is_probe else {}))
    more_due = _send(channel, permit)
    if permit.is_probe:
        return channels.due_since(EMAIL) is not None
    return more_due or more_held


def due_since() -> datetime | None:
    """Since when the oldest e-mail waits that could be treated now."""
    return channels.due_since(EMAIL)


def _send(channel: Channel, permit: channels.Permit) -> bool:
    watch = delivery.ChannelWatch(channel)
    with Mailer() as mailer:
        act = delivery.by_mail(mailer)
        more = engine.work_through(
            Delivery, EMAIL, delivery.as_probe(act) if permit.is_probe else act, watch, limit=permit.limit
        )
    if watch.saw_success:
        channels.note_successes(EMAIL)
    return more


def _await_turn(channel: Channel) -> bool:
    """A slow channel sends message by message: wait for the next turn, if there is anything to send."""
    if channel.next_claim_at and Delivery.objects.due().not_past_use().filter(channel=EMAIL).exists():
        pause = (channel.next_claim_at - timezone.now()).total_seconds()
        time.sleep(min(max(pause, 0), LONGEST_NAP_SECONDS))
        return True
    return False


register(Work(topic=EMAIL, drain=drain, due_since=due_since, is_outside=True))
