"""Opens and closes the ways out: pauses, the breaker, and slowing down when the other side asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications import outbox
from notifications.models import Channel, Delivery
from operations import holding, queue
from operations.effects import EffectStatus, HeldBy
from operations.errors import DeliveryError

log = structlog.get_logger("holdfast.channels")
LONGEST_SLOW_SECONDS = 600


@dataclass(frozen=True)
class Permit:
    """How many messages may be claimed now; a probe finds out whether a closed channel works again."""

    limit: int
    is_probe: bool = False


def find(name: str) -> Channel:
    """The channel of that name, made when first asked for."""
    return Channel.objects.get_or_create(name=name)[0]


def pause(name: str, reason: str, *, by: int | None = None) -> None:
    """Close a channel until somebody releases it; what is due is held. `by` is the id of who wants it."""
    with transaction.atomic():
        channel = _locked(name)
        channel.is_paused, channel.pause_reason, channel.paused_at = True, reason, timezone.now()
        channel.open_until, channel.paused_by_id = None, by
        _save(channel)
        queue.wake(name)
    log.warning("channel paused", channel=name, reason=reason)


def release(name: str, reason: str) -> None:
    """Open a channel, whatever closed it; what it held goes on."""
    with transaction.atomic():
        channel = _locked(name)
        _open(channel)
        _save(channel)
        queue.wake(name)
    log.warning("channel released", channel=name, reason=reason)


def permit(channel: Channel) -> Permit | None:
    """What may leave now; None while the channel is closed or, when it is slow, until the next turn."""
    now = timezone.now()
    mine = Channel.objects.filter(pk=channel.pk)
    if channel.is_closed:
        probes = mine.filter(open_until__lte=now).update(open_until=_next_probe(now))
        return Permit(1, is_probe=True) if probes else None
    if channel.is_slow:
        gap = timedelta(milliseconds=settings.HOLDFAST.slow_pace_milliseconds)
        turn = mine.filter(Q(next_claim_at__isnull=True) | Q(next_claim_at__lte=now))
        return Permit(1) if turn.update(next_claim_at=now + gap) else None
    return Permit(settings.HOLDFAST.claim_batch_count)


def per_second(name: str) -> float:
    """How many messages leave by that channel now: none while it is closed, few while it is slow."""
    channel = find(name)
    if channel.is_closed:
        return 0
    return 1000 / settings.HOLDFAST.slow_pace_milliseconds if channel.is_slow else float("inf")


def hold_due(channel: Channel) -> bool:
    """Hold back one batch of what is due on a closed channel; True when more may be due."""
    reason = channel.pause_reason or _("The channel is closed after failures in a row.")
    return holding.hold_due(Delivery, channel.name, reason) == holding.BATCH


def release_held(channel: Channel, limit: int = holding.BATCH) -> bool:
    """Let go one batch of what the channel held; True when more may be held."""
    reason = (
        _("Sent to find out whether the channel works.") if channel.is_closed else _("The channel is open.")
    )
    return holding.release_held(Delivery, channel.name, reason, limit) == limit


def take_failure(name: str, delivery: Delivery, error: DeliveryError) -> bool:
    """Note a failure; says whether the channel is still fully open.

    A configuration error closes it at once, transient ones in a row from different recipients by the
    breaker; a throttled message slows it down. One line in the log tells of it, not thousands.
    """
    with transaction.atomic():
        channel = _locked(name)
        was_closed, was_slow = channel.is_closed, channel.is_slow
        channel.last_failure_at, channel.last_failure_text = timezone.now(), str(error)
        match error.code:
            case "configuration":
                _count(channel, delivery)
                _pause_by_itself(channel, error)
            case "transient" | "held":
                _count(channel, delivery)
                _break(channel)
            case "throttled":
                _slow_down(channel, error)
        _save(channel, changed=channel.is_closed != was_closed)
    if channel.is_closed and not was_closed:
        log.error("channel closed", channel=name, failure=error.code, reason=str(error))
    elif channel.is_slow and not was_slow:
        log.warning("channel slowed down", channel=name, until=channel.slow_until, reason=str(error))
    return not (channel.is_closed or channel.is_slow)


def take_success(name: str) -> None:
    """Note that the other side works: the breaker closes and a pause made by a misconfiguration ends.

    A pause made by staff stays.
    """
    with transaction.atomic():
        channel = _locked(name)
        was_closed = channel.is_closed
        channel.last_success_at = timezone.now()
        channel.failures_in_row, channel.failing_recipients = 0, []
        if not channel.is_slow:
            channel.throttles_in_row = 0
        if channel.open_until is not None:
            _open(channel)
        _save(channel, changed=channel.is_closed != was_closed)
    if was_closed and not channel.is_closed:
        log.warning("channel open again", channel=name)


def note_successes(name: str) -> None:
    """Note when messages were last accepted; once a batch is enough."""
    Channel.objects.filter(name=name).update(last_success_at=timezone.now())


def due_since(name: str) -> datetime | None:
    """Since when the oldest row waits that the worker can do something about now, or None."""
    channel = Channel.objects.filter(name=name).first() or Channel(name=name)
    now, moments = timezone.now(), []
    due = Delivery.objects.due().filter(channel=name)
    oldest = due.not_past_use().order_by("next_at").values_list("next_at", flat=True).first()
    if channel.is_closed:
        moments.append(due.order_by("next_at").values_list("next_at", flat=True).first())
        if channel.open_until and channel.open_until <= now and (oldest or _held(name)):
            moments.append(channel.open_until)
    else:
        slot = channel.next_claim_at if channel.is_slow else None
        moments.append(oldest and max(oldest, slot or oldest))
        if _held(name):
            moments.append(channel.changed_at or now)
    return min((moment for moment in moments if moment and moment <= now), default=None)


def _held(name: str) -> bool:
    return Delivery.objects.filter(channel=name, status=EffectStatus.HELD, held_by=HeldBy.CHANNEL).exists()


def _locked(name: str) -> Channel:
    find(name)
    return Channel.objects.select_for_update().get(name=name)


def _save(channel: Channel, *, changed: bool = True) -> None:
    if changed:
        channel.changed_at = timezone.now()
    channel.save()


def _open(channel: Channel) -> None:
    channel.is_paused, channel.pause_reason, channel.paused_at = False, "", None
    channel.paused_by_id = None
    channel.open_until, channel.failures_in_row, channel.failing_recipients = None, 0, []


def _count(channel: Channel, delivery: Delivery) -> None:
    channel.failures_in_row += 1
    # One endpoint is one recipient: there, different messages show that it is not the message.
    mark = outbox.digest(delivery.dedupe_key if delivery.is_webhook else delivery.recipient)
    enough = settings.HOLDFAST.breaker_recipients_count
    if mark not in channel.failing_recipients and len(channel.failing_recipients) < enough:
        channel.failing_recipients = [*channel.failing_recipients, mark]


def _pause_by_itself(channel: Channel, error: DeliveryError) -> None:
    """A misconfiguration is probed like an outage: whoever repairs it need not press a button."""
    if channel.is_paused and channel.open_until is None:
        return  # paused by staff
    now = timezone.now()
    channel.is_paused, channel.pause_reason = True, str(error)
    channel.paused_at = channel.paused_at or now
    channel.open_until = _next_probe(now)


def _break(channel: Channel) -> None:
    figures = settings.HOLDFAST
    if (
        not channel.is_closed
        and channel.failures_in_row >= figures.breaker_failures_count
        and len(channel.failing_recipients) >= figures.breaker_recipients_count
    ):
        channel.open_until = _next_probe(timezone.now())


def _slow_down(channel: Channel, error: DeliveryError) -> None:
    """Message by message for a while, twice as long each time it happens again."""
    first = settings.HOLDFAST.backoff_first_seconds
    seconds = min(first * 2 ** min(channel.throttles_in_row, 10), LONGEST_SLOW_SECONDS)
    seconds = max(seconds, min(error.retry_after_seconds or 0, LONGEST_SLOW_SECONDS))
    channel.throttles_in_row = min(channel.throttles_in_row + 1, 10)
    channel.slow_until = timezone.now() + timedelta(seconds=seconds)


def _next_probe(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.HOLDFAST.breaker_probe_seconds)
