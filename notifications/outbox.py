"""Puts messages into the outbox in the transaction that makes them necessary, and takes them back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications import kinds
from notifications.models import Delivery
from operations import queue, workflow
from operations.effects import EffectStatus
from operations.errors import Refusal
from operations.transactions import require_transaction
from operations.workflow import WORKER, Operation

FORGOTTEN = _("Whom it was for was removed with all their data; nothing more is sent about it.")
OVERTAKEN = _("Overtaken: a newer message tells how things stand now.")
ONE_PER_KEY = "notifications_delivery_dedupe_key_key"


def queue_message(
    *,
    kind: str,
    recipient: str,
    dedupe_key: str,
    reference: str = "",
    location: str = "",
    language: str = "en",
    harm_at: datetime | None = None,
    not_after: datetime | None = None,
    send_at: datetime | None = None,
    is_for_staff: bool = False,
    parameters: dict[str, Any] | None = None,
    channel: str = "email",
    operation: Operation = WORKER,
    copy_of: Delivery | None = None,
    may_be_duplicate: bool = False,
) -> Delivery | None:
    """Queue a message in the caller's transaction; it leaves after the commit.

    None when there is nobody to send it to. A `dedupe_key` used before gives the message of that time,
    unchanged; keep personal data out of it (PostgreSQL logs the values of violated keys).
    """
    require_transaction()
    if not recipient:
        return None
    delivery = Delivery(
        kind=kind,
        recipient=recipient,
        dedupe_key=dedupe_key,
        reference=reference,
        location=location,
        language=language,
        harm_at=harm_at,
        not_after=not_after,
        next_at=send_at or timezone.now(),
        is_for_staff=is_for_staff,
        parameters=parameters or {},
        channel=channel,
        copy_of=copy_of,
        may_be_duplicate=may_be_duplicate,
    )
    try:
        with transaction.atomic():
            workflow.begin(delivery, operation, "queue")
    except IntegrityError as error:
        if error.__cause__ is None or error.__cause__.diag.constraint_name != ONE_PER_KEY:  # type: ignore[attr-defined]
            raise
        return Delivery.objects.get(dedupe_key=dedupe_key)
    if delivery.next_at <= timezone.now():  # else the sweep wakes the channel when its time has come
        queue.wake(channel)
    return delivery


def once_more(delivery: Delivery, operation: Operation, *, not_after: datetime | None = None) -> Delivery:
    """See to it that the message leaves (again): now if it waits, as a marked copy if it may have arrived.

    What is held or leaving just now is left alone: it will leave by itself.
    """
    delivery = workflow.fetch(Delivery, pk=delivery.pk)
    match delivery.status:
        case EffectStatus.HELD | EffectStatus.WORKING:
            return delivery
        case EffectStatus.PENDING:
            workflow.perform(delivery, "hurry", operation)
        case EffectStatus.DEAD:
            workflow.perform(delivery, "retry", operation)
        case EffectStatus.UNKNOWN:
            workflow.perform(delivery, "send_again", operation)
        case _:
            return send_copy(delivery, operation, not_after=not_after)
    queue.wake(delivery.channel)
    return delivery


def send_copy(
    original: Delivery, operation: Operation, *, recipient: str = "", not_after: datetime | None = None
) -> Delivery:
    """Queue the same message as a new one; a second one to the same person is marked as possibly double.

    Raises Refusal when its recipient was forgotten: whoever it was for is named nowhere any more.
    """
    if not original.recipient:
        raise Refusal(FORGOTTEN)
    first = original.copy_of or original
    to = recipient or original.recipient
    copy = queue_message(
        kind=original.kind,
        recipient=to,
        dedupe_key=f"{first.dedupe_key[:160]}:copy:{Delivery.objects.filter(copy_of=first).count() + 1}",
        reference=original.reference,
        location=original.location,
        language=original.language,
        harm_at=original.harm_at,
        not_after=not_after or original.not_after,
        is_for_staff=original.is_for_staff,
        parameters=original.parameters,
        channel=original.channel,
        operation=operation,
        copy_of=first,
        may_be_duplicate=to == original.recipient,
    )
    assert copy is not None
    if kind := kinds.find(original.kind):
        kind.link_copy(original, copy)
    return copy


def supersede(
    deliveries: Iterable[Delivery], operation: Operation, *, evidence: str | Promise = OVERTAKEN
) -> int:
    """Take back what has not left and close what nobody needs to follow any more; returns how many.

    What a worker has claimed but not handed over is taken from it; what was handed over stays.
    """
    ids = sorted(delivery.pk for delivery in deliveries)
    return sum(_supersede(pk, operation, str(evidence)) for pk in ids)


def digest(recipient: str) -> str:
    """A short stand-in for an address in keys and logs."""
    return hashlib.sha256(recipient.strip().lower().encode()).hexdigest()[:12]


def _supersede(pk: int, operation: Operation, evidence: str) -> bool:
    delivery = workflow.fetch(Delivery, pk=pk)
    match delivery.status:
        case EffectStatus.PENDING | EffectStatus.HELD:
            workflow.perform(delivery, "supersede", operation)
        case EffectStatus.WORKING if delivery.handover_at is None:
            workflow.perform(delivery, "supersede_unsent", operation)
        case EffectStatus.UNKNOWN | EffectStatus.DEAD | EffectStatus.BOUNCED:
            workflow.perform(delivery, "settle", operation, evidence=evidence)
        case _:
            return False
    return True
