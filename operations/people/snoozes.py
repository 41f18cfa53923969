"""Leaves a matter alone for a while: it is out of the way, still counted, and comes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.desk import spans
from operations.errors import Refusal
from operations.people.about import About, AboutQuerySet, subject
from operations.people.notes import kept
from operations.recovery import Condition, introduction
from operations.transactions import require_transaction

REASON_LENGTH = 500


class SnoozeQuerySet(AboutQuerySet["Snooze"]):
    def in_force(self) -> SnoozeQuerySet:
        return self.filter(ended_at__isnull=True, until__gt=timezone.now())


class Snooze(About):
    """One matter left alone until a moment, or until anything about the record changes.

    It ends by itself two hours before the appointment, also one that was moved meanwhile: whether it is in
    force is asked of the record as it is now.
    """

    condition = models.CharField(max_length=60)
    version = models.PositiveIntegerField(default=0)
    until = models.DateTimeField()
    reason = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["condition", "subject_id", "until"],
                condition=Q(ended_at__isnull=True),
                name="operations_snooze_open",
            ),
            models.Index(fields=["-at"], name="operations_snooze_at"),
        )

    def __str__(self) -> str:
        return f"{self.subject_model} {self.subject_id} until {self.until:%Y-%m-%d %H:%M}"


def begin(condition: Condition, record: Any, user_id: int, until: datetime, reason: str) -> Snooze:
    """Leave the matter alone; raises Refusal beyond seven days or within two hours of the appointment."""
    require_transaction()
    now, end = timezone.now(), latest(condition, record)
    if end <= now:
        raise Refusal(_("It matters too soon to be left alone: less than two hours are left."))
    if until <= now:
        raise Refusal(_("It can only be left alone until a moment to come."))
    if until > end + timedelta(seconds=60):  # a form knows minutes only
        raise Refusal(
            _("At most seven days, and never past two hours before the appointment: until %(when)s.")
            % {"when": spans.zoned(end, introduction(type(record)).time_zone(record))}
        )
    end_all(condition, record, user_id)
    return Snooze.objects.create(
        **subject(record),
        condition=condition.code,
        version=getattr(record, "version", 0),
        user_id=user_id,
        until=min(until, end),
        reason=kept(reason, REASON_LENGTH),
    )


def end_all(condition: Condition, record: Any, user_id: int) -> bool:
    """Bring it back at once; says whether it was away."""
    require_transaction()
    open_ones = Snooze.objects.of(record).filter(condition=condition.code, ended_at__isnull=True)
    return bool(open_ones.update(ended_at=timezone.now(), ended_by_id=user_id))


def latest(condition: Condition, record: Any) -> datetime:
    """How long this matter may be left alone at most."""
    longest = timezone.now() + timedelta(seconds=settings.HOLDFAST.snooze_max_seconds)
    harm = condition.harm(record)
    return min(longest, harm - _before()) if harm else longest


def of_condition(condition: Condition) -> Q:
    """A filter for the condition's records that are left alone now."""
    resting = Snooze.objects.in_force().filter(condition=condition.code, subject_id=OuterRef("pk"))
    if any(field.name == "version" for field in condition.model._meta.concrete_fields):
        resting = resting.filter(version=OuterRef("version"))
    away = Q(Exists(resting))
    if condition.harm_at:
        column = F(condition.harm_at)
        is_far = Q(**{f"{column.name}__isnull": True}) | Q(
            **{f"{column.name}__gt": timezone.now() + _before()}
        )
        away &= is_far
    return away


def conditions_with_any() -> set[str]:
    """The conditions of which anything may be left alone now: usually none or very few."""
    return set(Snooze.objects.in_force().values_list("condition", flat=True).distinct())


def _before() -> timedelta:
    return timedelta(seconds=settings.HOLDFAST.snooze_before_harm_seconds)
