"""Turns what happened into one delivery per endpoint; the history is the authority on what happened."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from notifications.models import Delivery
from notifications.webhooks.endpoints import Announcement, WebhookEndpoint
from notifications.webhooks.subjects import Subject, subjects
from operations import queue, turns, workflow
from operations.transactions import limit_lock_waits
from operations.workflow import WORKER, Event, Operation, Workflow

TOPIC = "webhook"
BATCH = 500
JUST_NOW = timedelta(seconds=5)
OVERLAP = timedelta(minutes=10)  # longer than any transaction, and than clocks differ between hosts
LISTENERS_KNOWN_SECONDS = 60.0

_listeners: tuple[float, bool] = (float("-inf"), False)


def observe() -> None:
    """Listen to every subject; called once, at start-up."""
    for subject in subjects().values():
        workflow.observe(subject.model, _hasten)


def forget_listeners(**_signal: Any) -> None:
    """Look again whether anybody listens: an endpoint was saved in this process."""
    global _listeners
    _listeners = (float("-inf"), False)


def announce_recent() -> None:
    """Announce what happened in the last seconds, right after a wake-up; `announce_all` misses nothing."""
    for endpoint in WebhookEndpoint.objects.enabled():
        announce(endpoint, since=max(endpoint.told_from, timezone.now() - JUST_NOW))


def announce_all() -> int:
    """Announce to each enabled endpoint whatever it has not been told yet; returns how many."""
    return sum(_catch_up(endpoint) for endpoint in WebhookEndpoint.objects.enabled())


def announce(endpoint: WebhookEndpoint, *, since: datetime, operation: Operation = WORKER) -> int:
    """Queue a delivery for each event since then that this endpoint wants and was not told; returns how many.

    The events of one batch are committed together, so that it may be stopped and repeated at any time.
    """
    told, position = 0, (since, 0)
    while not turns.is_over() and _untold(endpoint, *position).exists():
        with transaction.atomic():
            limit_lock_waits()
            # Under lock: two workers would announce the same events, and one of them fail.
            locked = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
            events = list(_untold(locked, *position)[:BATCH]) if locked.is_enabled else []
            told += _queue(locked, events, operation)
            if told:
                queue.wake(TOPIC)
        if not events:
            break
        position = events[-1].at, events[-1].pk
    return told


def forgotten(endpoint: WebhookEndpoint, since: datetime) -> Iterator[Event]:
    """Events since then that this endpoint should have been told by now, and was not."""
    until = endpoint.told_until - OVERLAP
    untold = _untold(endpoint, max(since, endpoint.told_from), 0).filter(at__lt=until)
    for event in untold.iterator():
        subject = subjects()[event.subject_model]
        record = subject.records().filter(pk=event.subject_id).first()
        if record and endpoint.location in ("", subject.location(record)):
            yield event


def queue_all(deliveries: Sequence[Delivery], operation: Operation) -> None:
    """Insert new deliveries and the first event of each, in two statements."""
    Delivery.objects.bulk_create(deliveries)
    Event.objects.bulk_create(
        Event(
            subject_model=Delivery._meta.label_lower,
            subject_id=delivery.pk,
            sequence=delivery.version,
            to_status=delivery.status,
            transition="queue",
            actor=operation.actor,
            source=operation.source,
            user_id=operation.user_id,
            operation_id=operation.id,
            reason=operation.reason,
        )
        for delivery in deliveries
    )


def _hasten(_record: Workflow, event: Event) -> None:
    if event.transition in subjects()[event.subject_model].event_types and _somebody_listens():
        queue.wake(TOPIC)


def _somebody_listens() -> bool:
    """Known for a minute, because every change of every booking asks; the schedule makes up for the rest."""
    global _listeners
    asked_at, answer = _listeners
    if time.monotonic() - asked_at > LISTENERS_KNOWN_SECONDS:
        answer = WebhookEndpoint.objects.enabled().exists()
        _listeners = (time.monotonic(), answer)
    return answer


def _catch_up(endpoint: WebhookEndpoint) -> int:
    begun = timezone.now()
    told = announce(endpoint, since=max(endpoint.told_from, endpoint.told_until - OVERLAP))
    if not turns.is_over():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(told_until=begun)
    return told


def _untold(endpoint: WebhookEndpoint, since: datetime, after: int) -> QuerySet[Event]:
    told = Announcement.objects.filter(endpoint=endpoint, event=OuterRef("pk"))
    events = Event.objects.filter(_wanted(endpoint), ~Exists(told), at__gte=since)
    return events.exclude(at=since, pk__lte=after).order_by("at", "pk")


def _wanted(endpoint: WebhookEndpoint) -> Q:
    wanted = Q(pk__in=[])
    for label, subject in subjects().items():
        moves = [move for move, told in subject.event_types.items() if endpoint.wants(told)]
        wanted |= Q(subject_model=label, transition__in=moves)
    return wanted


def _queue(endpoint: WebhookEndpoint, events: Sequence[Event], operation: Operation) -> int:
    chosen: list[tuple[Event, Delivery]] = []
    for label, subject in subjects().items():
        ours = [event for event in events if event.subject_model == label]
        records = subject.records().in_bulk([event.subject_id for event in ours]) if ours else {}
        for event in ours:
            record = records.get(event.subject_id)
            if record and endpoint.location in ("", subject.location(record)):
                chosen.append((event, _delivery(endpoint, event, subject, record)))
    if chosen:
        queue_all([delivery for _event, delivery in chosen], operation)
        Announcement.objects.bulk_create(
            Announcement(delivery=delivery, endpoint=endpoint, event=event) for event, delivery in chosen
        )
    return len(chosen)


def _delivery(endpoint: WebhookEndpoint, event: Event, subject: Subject, record: Any) -> Delivery:
    return Delivery(
        kind=subject.type_of(event),
        recipient=endpoint.host,
        dedupe_key=f"{endpoint.channel}:{event.pk}",
        reference=subject.reference(record),
        location=subject.location(record),
        channel=endpoint.channel,
        is_for_staff=True,
    )
