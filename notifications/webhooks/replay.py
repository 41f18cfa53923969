"""Sends an endpoint what it was sent before, from any point on: its receiver lost it, or never had it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models import Delivery
from notifications.webhooks import announcing
from notifications.webhooks.announcing import BATCH, TOPIC
from notifications.webhooks.endpoints import TEST, Announcement, WebhookEndpoint
from operations import queue, workflow
from operations.effects import EffectStatus
from operations.errors import Refusal
from operations.workflow import Operation

ON_THEIR_WAY = (EffectStatus.PENDING, EffectStatus.WORKING, EffectStatus.HELD)


class EndpointDisabled(Refusal):
    """Raised for an endpoint that is not told anything now."""

    code = "endpoint_disabled"
    message = _("This endpoint is disabled. Enable it first.")


def replay(endpoint: WebhookEndpoint, since: datetime, operation: Operation) -> int:
    """Send everything since then (once more); returns how many messages leave. Raises EndpointDisabled.

    What waits or is held goes on as it is, what was given up is tried again, what was accepted leaves as
    a copy with the id of the first, and what was never announced is announced. The same operation may be
    repeated when it broke off.
    """
    _check(endpoint)
    count = _repeat_all(endpoint, since, operation)
    return count + announcing.announce(endpoint, since=since, operation=operation)


def send_test(endpoint: WebhookEndpoint, operation: Operation) -> Delivery:
    """Queue a test event for this endpoint, whatever it wants to hear. Raises EndpointDisabled."""
    _check(endpoint)
    with transaction.atomic():
        delivery = Delivery(
            kind=TEST,
            recipient=endpoint.host,
            dedupe_key=f"{endpoint.channel}:test:{operation.id}",
            channel=endpoint.channel,
            is_for_staff=True,
        )
        workflow.begin(delivery, operation, "queue")
        Announcement.objects.create(delivery=delivery, endpoint=endpoint)
        queue.wake(TOPIC)
    return delivery


def _check(endpoint: WebhookEndpoint) -> None:
    if not WebhookEndpoint.objects.enabled().filter(pk=endpoint.pk).exists():
        raise EndpointDisabled


def _repeat_all(endpoint: WebhookEndpoint, since: datetime, operation: Operation) -> int:
    """Batch by batch; only what was announced before we began, so that copies are not copied."""
    told = Announcement.objects.filter(endpoint=endpoint, event__at__gte=since)
    told = told.filter(delivery__created_at__lte=timezone.now()).order_by("delivery_id")
    count, last = 0, 0
    while pks := list(told.filter(delivery_id__gt=last).values_list("delivery_id", flat=True)[:BATCH]):
        count, last = count + _repeat(pks, operation), pks[-1]
    return count


@transaction.atomic
def _repeat(pks: Sequence[int], operation: Operation) -> int:
    deliveries = Delivery.objects.select_for_update(of=("self",)).in_bulk(pks)
    dead = [delivery for delivery in deliveries.values() if delivery.status == EffectStatus.DEAD]
    for delivery in dead:
        workflow.perform(delivery, "retry", operation)
    over = [delivery for delivery in deliveries.values() if delivery.status not in ON_THEIR_WAY]
    copies = {copy.dedupe_key: copy for copy in (_copy(delivery, operation) for delivery in over)}
    for known in Delivery.objects.filter(dedupe_key__in=copies).values_list("dedupe_key", flat=True):
        del copies[known]  # of this very operation, broken off and repeated
    announcing.queue_all(list(copies.values()), operation)
    queue.wake(TOPIC)
    return len(dead) + len(copies)


def _copy(original: Delivery, operation: Operation) -> Delivery:
    return Delivery(
        kind=original.kind,
        recipient=original.recipient,
        dedupe_key=f"{original.dedupe_key}:replay:{operation.id}",
        reference=original.reference,
        location=original.location,
        channel=original.channel,
        is_for_staff=True,
        copy_of=original,
        may_be_duplicate=True,
    )
