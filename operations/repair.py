"""The one path by which staff, sweeps and commands recover a record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import structlog
from django.db import OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from operations.errors import HoldfastError, Refusal, StaleRecord, in_words
from operations.history import Actor, Operation
from operations.recovery import Condition, Remedy
from operations.transactions import limit_lock_waits

log = structlog.get_logger("holdfast.repair")
DENIED = "permission denied"


class Result(StrEnum):
    APPLIED = gettext_noop("applied")
    ALREADY_RESOLVED = gettext_noop("already resolved")
    REFUSED = gettext_noop("refused")
    STALE = gettext_noop("stale")
    FAILED = gettext_noop("failed")


class RecoveryAttempt(models.Model):
    """One press of a remedy on one record, with what came of it; refused and stale ones are kept too."""

    condition = models.CharField(max_length=60)
    remedy = models.CharField(max_length=40)
    subject_model = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    result = models.CharField(max_length=20)
    message = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    actor = models.CharField(max_length=12)
    source = models.CharField(max_length=12)
    user_id = models.BigIntegerField(null=True)
    operation_id = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = (
            gettext_lazy("recovery by staff"),
            gettext_lazy("recoveries by staff"),
        )
        permissions = (
            ("recover", "Can apply remedies to stuck records"),
            ("operate", "Can act on what serves all locations: jobs, proofs, reports of providers"),
        )
        indexes = (
            models.Index(fields=["subject_model", "subject_id"], name="operations_recovery_subject"),
            models.Index(fields=["-at"], name="operations_recovery_at"),
            models.Index(fields=["-at"], condition=models.Q(actor="staff"), name="operations_recovery_staff"),
        )

    def __str__(self) -> str:
        return f"{self.condition}/{self.remedy} on {self.subject_model} {self.subject_id}: {self.result}"


@dataclass(frozen=True)
class Outcome:
    """What came of one press; `message` is for the person who pressed, `is_repeat`: once more."""

    id: int
    result: Result
    message: str = ""
    is_repeat: bool = False


@dataclass(frozen=True)
class Seen:
    """What the page showed: the record's version, and the other records that the remedy changes."""

    version: int | None
    others: str | None


def apply(
    condition: Condition,
    remedy: Remedy,
    ids: Iterable[int],
    operation: Operation,
    *,
    version: int | None = None,
    others: str | None = None,
    answers: dict[str, str] | None = None,
) -> list[Outcome]:
    """Apply a remedy to each record in a transaction of its own; one bad row never stops the rest.

    The condition is checked again under lock, so that of many presses one is applied and the others
    are told "already resolved". `version`, and `others` as `Remedy.marks` writes it, refuse a press made
    from a page that is out of date.
    """
    seen = Seen(version, others)
    return [_apply_to_one(condition, remedy, pk, operation, seen, answers or {}) for pk in ids]


def record_denial(condition: Condition, remedy: str, pk: int, operation: Operation) -> None:
    """Keep that somebody without the permission tried."""
    _keep(condition.code, condition.model, remedy, operation, Outcome(pk, Result.REFUSED, DENIED))


def record_trespass(record: models.Model, wanted: str, operation: Operation) -> None:
    """Keep that somebody wanted what is not theirs to see, outside of any condition."""
    assert record.pk is not None
    _keep("", type(record), wanted, operation, Outcome(record.pk, Result.REFUSED, DENIED))


def record_press(
    record: models.Model, pressed: str, operation: Operation, result: Result, message: str = ""
) -> None:
    """Keep a press of a button that belongs to no condition."""
    assert record.pk is not None
    _keep("", type(record), pressed, operation, Outcome(record.pk, result, message))


def record_refused_making(
    model: type[models.Model], pressed: str, operation: Operation, message: str
) -> None:
    """Keep that somebody wanted to make a new record and could not; there is none that it could be about."""
    _keep("", model, pressed, operation, Outcome(0, Result.REFUSED, message))


def _apply_to_one(
    condition: Condition,
    remedy: Remedy,
    pk: int,
    operation: Operation,
    seen: Seen,
    answers: dict[str, str],
) -> Outcome:
    try:
        with transaction.atomic():
            limit_lock_waits()
            _lock_and_apply(condition, remedy, pk, operation, seen, answers)
            outcome = Outcome(pk, Result.APPLIED, _("Done."))
            _keep(condition.code, condition.model, remedy.code, operation, outcome)
            return outcome
    except AlreadyResolved as error:
        outcome = Outcome(pk, Result.ALREADY_RESOLVED, str(error))
    except StaleRecord as error:
        outcome = Outcome(pk, Result.STALE, str(error))
    except (Refusal, HoldfastError) as error:
        outcome = Outcome(pk, Result.REFUSED, str(error))
    except OperationalError:
        outcome = Outcome(pk, Result.FAILED, _("The record is locked or the database is away. Try again."))
    except Exception as error:
        log.exception("remedy failed", condition=condition.code, remedy=remedy.code, record=pk)
        outcome = Outcome(pk, Result.FAILED, in_words(error))
    if operation.actor != Actor.SCHEDULE or _is_news(condition, remedy, outcome):
        _keep(condition.code, condition.model, remedy.code, operation, outcome)
    return outcome


class AlreadyResolved(Refusal):
    """Raised inside `apply` when the record has left the condition meanwhile."""

    code = "already_resolved"
    message = gettext_lazy("Already resolved: somebody or something else was faster. Nothing was done twice.")


def _lock_and_apply(
    condition: Condition,
    remedy: Remedy,
    pk: int,
    operation: Operation,
    seen: Seen,
    answers: dict[str, str],
) -> None:
    # Lock first, judge afterwards: the condition must be read after the lock was granted.
    locked = condition.model._base_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    record: Any = condition.records().filter(pk=pk).first() if locked else None
    if record is None:
        raise AlreadyResolved
    if seen.version is not None and seen.version != getattr(record, "version", seen.version):
        raise StaleRecord
    if _lock_others(remedy, record):
        record = condition.records().get(pk=pk)  # what it knows of them was read before they were locked
        if seen.others is not None and seen.others != remedy.marks(record):
            raise StaleRecord
    if why := remedy.refuses(record):
        raise Refusal(why)
    remedy.apply(record, operation, **answers)


def _lock_others(remedy: Remedy, record: Any) -> list[Any]:
    """Lock what the remedy changes besides, younger ones first, as a record is younger than what it names."""
    others = sorted(remedy.also(record), key=lambda other: other.pk, reverse=True)
    for other in others:
        type(other)._base_manager.select_for_update(of=("self",)).filter(pk=other.pk).first()
    return others


def _is_news(condition: Condition, remedy: Remedy, outcome: Outcome) -> bool:
    """A sweep that comes every minute tells the same about the same record once an hour."""
    if outcome.result == Result.ALREADY_RESOLVED:
        return False
    said = RecoveryAttempt.objects.filter(
        subject_model=condition.model._meta.label_lower, subject_id=outcome.id, remedy=remedy.code
    )
    recent = said.filter(at__gt=timezone.now() - timedelta(hours=1))
    return not recent.filter(result=outcome.result, message=outcome.message).exists()


def _keep(
    condition: str, model: type[models.Model], remedy: str, operation: Operation, outcome: Outcome
) -> None:
    RecoveryAttempt.objects.create(
        condition=condition,
        remedy=remedy,
        subject_model=model._meta.label_lower,
        subject_id=outcome.id,
        result=outcome.result,
        message=outcome.message,
        reason=operation.reason,
        actor=operation.actor,
        source=operation.source,
        user_id=operation.user_id,
        operation_id=operation.id,
    )
