"""Turns stored reports into evidence, each about its own message, in whatever order they come."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from notifications import evidence
from notifications.models import Delivery
from notifications.providers.events import ARRIVED, RETURNED, Fate, ProviderEvent
from operations import turns
from operations.effects import EffectStatus
from operations.transactions import limit_lock_waits

log = structlog.get_logger("holdfast.providers")
EMAIL = "email"
BATCH = 100
LEAVING_SECONDS, UNMATCHED_SECONDS, FAILED_SECONDS = 5, 30, 300


def drain() -> bool:
    """Apply one batch of what was reported; True when more is left."""
    due = list(ProviderEvent.objects.due().order_by("next_at", "pk").values_list("pk", flat=True)[:BATCH])
    for pk in due:
        if turns.is_over():
            return True
        _apply_alone(pk)
    return len(due) == BATCH


def due_since() -> datetime | None:
    """Since when the oldest report waits that could be treated now."""
    return ProviderEvent.objects.due().order_by("next_at").values_list("next_at", flat=True).first()


def _apply_alone(pk: int) -> None:
    """One report that cannot be applied never holds up the others."""
    try:
        with transaction.atomic():
            limit_lock_waits()
            if event := ProviderEvent.objects.due().select_for_update(skip_locked=True).filter(pk=pk).first():
                apply(event)
                event.save()
    except Exception:
        log.exception("a report could not be applied", report=pk)
        with transaction.atomic():
            broken = ProviderEvent.objects.select_for_update().get(pk=pk)
            broken.wait(FAILED_SECONDS)
            broken.save(update_fields=["next_at"])


def apply(event: ProviderEvent) -> None:
    """Note what it says about its message, inside the caller's transaction, which saves the event.

    A message that is just leaving is waited for, and so is one that our records do not know yet.
    """
    delivery = event.delivery = _message_of(event)
    if delivery is None:
        return event.wait(UNMATCHED_SECONDS) if event.is_young else event.settle(Fate.UNMATCHED)
    if delivery.status == EffectStatus.WORKING:
        return event.wait(LEAVING_SECONDS)
    return event.settle(Fate.APPLIED if _is_news(event, delivery) else Fate.NO_NEWS)


def _is_news(event: ProviderEvent, delivery: Delivery) -> bool:
    said = f"{event.provider}: {event.kind}. {event.said}".strip()
    if event.kind in ARRIVED:
        return evidence.note_arrival(delivery, said, evidence.BY_MAIL_SERVER)
    return event.kind in RETURNED and evidence.note_return(delivery, said, evidence.BY_MAIL_SERVER)


def _message_of(event: ProviderEvent) -> Delivery | None:
    """By our own id, else by the provider's and the recipient (of whom there is an index); mail only.

    Other channels' ids are known to whoever receives there.
    """
    locked = Delivery.objects.select_for_update(of=("self",)).filter(channel=EMAIL)
    if event.uid:
        return locked.filter(uid=event.uid).first()
    if not event.message_id:
        return None
    return locked.filter(recipient=event.recipient, external_id=event.message_id).order_by("-pk").first()
