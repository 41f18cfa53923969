"""Records what came of an attempt, each time only if the lease is still the one it was made under."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from operations import incidents, workflow
from operations.attempts import Attempt, AttemptQuerySet
from operations.effects import Effect, EffectStatus
from operations.engine import failures
from operations.errors import DeliveryError
from operations.history import WORKER

E = TypeVar("E", bound=Effect)


@dataclass(frozen=True)
class Receipt:
    """What the other side said when it accepted."""

    external_id: str = ""
    text: str = ""


def acknowledge(effect: Effect, receipt: Receipt) -> bool:
    """Record success in one statement, but only if the lease is still ours; says whether it was."""
    values = {
        "label": effect._meta.label_lower,
        "id": effect.pk,
        "token": effect.lease_token,
        "now": timezone.now(),
        "handover": effect.handover_at,
        "external_id": receipt.external_id[:255],
        "text": receipt.text,
        "operation": uuid.uuid4(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACKNOWLEDGE.format(table=effect._meta.db_table), values)
        if cursor.fetchone() is not None:
            return True
    if _was_recorded(effect, "done"):
        return True
    _close_attempt(effect, "late", text=receipt.text)
    return False


def record_failure(effect: Effect, error: DeliveryError) -> bool:
    """Record a failure by its class, but only if the lease is still ours; says whether it was."""
    with transaction.atomic():
        record = _ours(effect)
        if record is None:
            if not _was_recorded(effect, error.code):
                _close_attempt(effect, "late", error.external_code, str(error))
                return False
            return True
        record.handover_at = effect.handover_at
        name, kwargs = failures.verdict(record, error)
        workflow.perform(record, name, WORKER, **kwargs)
        _close_attempt(effect, error.code, error.external_code, str(error))
    return True


def hand_back(effect: Effect) -> None:
    """Give back what the lease leaves no time for, at no cost."""
    with transaction.atomic():
        if record := _ours(effect):
            workflow.perform(
                record,
                "postpone",
                WORKER,
                until=timezone.now(),
                give_back=True,
                failure_class=record.failure_class,
                failure_text=record.failure_text,
            )
            _close_attempt(effect, "handed_back")


def reclaim(record: Effect, operation: workflow.Operation) -> None:
    """Decide about a lapsed lease by its hand-over mark; the record is locked by the caller."""
    _close_attempt(record, "interrupted", text="The worker vanished.")
    vanished = Attempt.objects.of(record).filter(outcome="interrupted").count()
    if vanished >= settings.HOLDFAST.effect_max_attempts:
        text = f"{vanished} workers stopped while they treated it."
        workflow.perform(record, "give_up", operation, failure_class="bug", failure_text=text)
    elif record.handover_at is None or record.is_repeat_safe:
        when = "before" if record.handover_at is None else "while"
        workflow.perform(
            record,
            "postpone",
            operation,
            until=timezone.now(),
            give_back=True,
            failure_class="interrupted",
            failure_text=f"The worker stopped {when} it was sent.",
        )
    else:
        workflow.perform(
            record, "lose_verdict", operation, failure_text="The worker stopped while it was being sent."
        )


def first_handover(effect: Effect) -> datetime | None:
    """When an earlier try was first handed over, whatever came of it; None when none was."""
    earlier = Attempt.objects.of(effect).filter(handover_at__isnull=False)
    if effect.lease_token:
        earlier = earlier.exclude(lease_token=effect.lease_token)
    return earlier.values_list("handover_at", flat=True).first()


def _ours(effect: E) -> E | None:
    if effect.lease_token is None:
        return None
    mine = type(effect)._base_manager.select_for_update(of=("self",))
    return mine.filter(pk=effect.pk, status=EffectStatus.WORKING, lease_token=effect.lease_token).first()


def _close_attempt(effect: Effect, outcome: str, external_code: str = "", text: str = "") -> None:
    """Write what became of this attempt; what is done stays done. A failure joins its incident."""
    now, mark = timezone.now(), None
    if outcome in incidents.FAILED:
        mark = incidents.meet(effect, effect.channel, outcome, external_code, text)
    _this_attempt(effect).exclude(outcome="done").update(
        outcome=outcome,
        finished_at=now,
        handover_at=effect.handover_at,
        external_code=external_code[:60],
        text=text,
        fingerprint=mark,
        failed_at=now if mark else None,
    )


def _was_recorded(effect: Effect, outcome: str) -> bool:
    """Whether this very attempt has that outcome already: its commit came through, the answer did not."""
    return _this_attempt(effect).filter(outcome=outcome).exists()


def _this_attempt(effect: Effect) -> AttemptQuerySet:
    assert effect.lease_token is not None
    return Attempt.objects.of(effect).filter(lease_token=effect.lease_token)


# As with the mark (see leases), the token alone says that the row is leased.
_ACKNOWLEDGE = """
    WITH done AS (
        UPDATE {table} SET status = 'done', version = version + 1, lease_token = NULL, lease_until = NULL,
            worker = NULL, handover_at = NULL, stale_after = NULL, failure_class = '', failure_text = '',
            external_id = %(external_id)s, external_text = %(text)s, done_at = %(now)s, updated_at = %(now)s
        WHERE id = %(id)s AND lease_token = %(token)s RETURNING id, version
    ), tried AS (
        UPDATE operations_attempt SET outcome = 'done', finished_at = %(now)s, handover_at = %(handover)s,
            text = %(text)s
        FROM done WHERE effect_model = %(label)s AND effect_id = done.id AND lease_token = %(token)s
    )
    INSERT INTO operations_event
        (subject_model, subject_id, sequence, from_status, to_status, transition,
         actor, source, operation_id, reason, details, at)
    SELECT %(label)s, id, version, 'working', 'done', 'acknowledge', 'worker', 'queue',
        %(operation)s, '', '{{}}', %(now)s FROM done
    RETURNING subject_id"""
