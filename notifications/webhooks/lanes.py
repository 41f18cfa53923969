"""One lane per endpoint: a receiver that takes its time holds up its own messages, and nothing else."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from notifications import channels, draining
from notifications.models import Delivery
from notifications.webhooks import announcing, sending
from notifications.webhooks.announcing import TOPIC
from notifications.webhooks.endpoints import CHANNELS, WebhookEndpoint
from operations import queue, turns
from operations.effects import EffectStatus

log = structlog.get_logger("holdfast.webhooks")
PATIENCE_SECONDS = 1.0

_lanes: dict[str, threading.Thread] = {}


def drain() -> bool:
    """Announce what just happened and start a lane for each endpoint with something due.

    Waits for them a moment only: what takes longer goes on beside the next wake-ups of this worker. True
    when an endpoint waits for a lane and one has become free.
    """
    announcing.announce_recent()
    waiting = [name for _since, name in sorted(_due())]
    started = [lane for name in waiting if (lane := _start(name))]
    until = time.monotonic() + PATIENCE_SECONDS
    for lane in started:
        lane.join(max(0.0, until - time.monotonic()))
    return len(started) < len(waiting) and any(not lane.is_alive() for lane in started)


def due_since() -> datetime | None:
    """Since when the oldest message to any endpoint waits that could be treated now."""
    return min(_due(), default=(None, ""))[0]


def busy() -> list[str]:
    """The channels whose messages leave in this process right now."""
    return [name for name, lane in _lanes.items() if lane.is_alive()]


def _due() -> list[tuple[datetime, str]]:
    """One look at every endpoint by index (hence the orders), a closer one at those with something to do."""
    ours = Delivery.objects.filter(channel=Concat(Value(CHANNELS), Cast(OuterRef("pk"), CharField())))
    due = ours.due().order_by("channel", "next_at").values("pk")[:1]
    held = ours.filter(status=EffectStatus.HELD).order_by("channel", "updated_at").values("pk")[:1]
    stirring = WebhookEndpoint.objects.annotate(any=Coalesce(Subquery(due), Subquery(held)))
    names = [endpoint.channel for endpoint in stirring.filter(any__isnull=False)]
    return [(since, name) for name in names if (since := channels.due_since(name))]


def _start(name: str) -> threading.Thread | None:
    """A lane for this channel, unless it has one or all are taken."""
    for idle in _lanes.keys() - busy():
        del _lanes[idle]
    if name in _lanes or len(_lanes) >= settings.HOLDFAST.webhook_lanes_count:
        return None
    _lanes[name] = threading.Thread(target=_run, args=(name,), daemon=True, name=name)
    _lanes[name].start()
    return _lanes[name]


def _run(name: str) -> None:
    until = time.monotonic() + settings.HOLDFAST.drain_budget_seconds
    try:
        more = True
        while more and time.monotonic() < until and not turns.is_over():
            more = draining.drain(name, sending.ROUTE)
        if due_since() and not turns.is_over():  # more of its own, or another waited for a lane
            queue.wake_now(TOPIC)
    except Exception:
        log.exception("a lane broke off", channel=name)  # its leases lapse, the schedule wakes it again
    finally:
        connection.close()
