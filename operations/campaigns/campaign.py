"""The campaign: what is done to which records, how far it has come, and its moves."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.recovery import Condition, Remedy, conditions
from operations.workflow import Actor, Operation, Source, Workflow, status_field, transition


class CampaignStatus(models.TextChoices):
    PREVIEWED = "previewed", _("Prepared, not started")
    SCHEDULED = "scheduled", _("Begins in a moment")
    CANARY = "canary", _("Trying the first few")
    RUNNING = "running", _("Running")
    STOPPED = "stopped", _("Stopped")
    COMPLETED = "completed", _("Done")
    CANCELLED = "cancelled", _("Called off")


S = CampaignStatus
ACTIVE = (S.SCHEDULED, S.CANARY, S.RUNNING)
ONE_RUNS = "operations_one_campaign_runs"


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def active(self) -> CampaignQuerySet:
        return self.filter(status__in=ACTIVE)

    def stalled(self) -> CampaignQuerySet:
        """Under way, and nothing has moved it for too long."""
        return self.active().filter(stale_after__lt=timezone.now())

    def forgotten(self) -> CampaignQuerySet:
        """Prepared so long ago that what was shown is old."""
        return self.filter(status=S.PREVIEWED, stale_after__lt=timezone.now())


class Campaign(Workflow):
    """One remedy over a frozen list of records; `next_at` is when it is looked at next.

    A leg begins with the first start and with each resumption: it has its own first few, and only its
    own failures count. `operation_id` ties together everything that it changes.
    """

    initial_statuses: ClassVar[frozenset[str]] = frozenset({S.PREVIEWED})
    final_statuses: ClassVar[frozenset[str]] = frozenset({S.COMPLETED, S.CANCELLED})

    status = status_field(CampaignStatus, S.PREVIEWED)
    condition = models.CharField(max_length=60)
    remedy = models.CharField(max_length=40)
    answers = models.JSONField(default=dict, blank=True)
    chosen_by = models.JSONField(default=dict, blank=True)
    location = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    user_id = models.BigIntegerField(null=True)
    operation_id = models.UUIDField(default=uuid.uuid4, editable=False)
    left_count = models.PositiveIntegerField(default=0)
    soonest_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    leg_position = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stop_text = models.TextField(blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta(Workflow.Meta):
        verbose_name, verbose_name_plural = _("campaign"), _("campaigns")
        constraints = (models.UniqueConstraint(Value(1), condition=Q(status__in=ACTIVE), name=ONE_RUNS),)
        indexes = (models.Index(fields=["-created_at"], name="operations_campaign_created"),)

    def __str__(self) -> str:
        found = self.way
        return f"{found[1].title}: {found[0].title}" if found else f"{self.condition} {self.remedy}"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def way(self) -> tuple[Condition, Remedy] | None:
        """What is done to what; None when this version of the program no longer knows it."""
        try:
            condition = conditions()[self.condition]
            return condition, condition.remedy(self.remedy)
        except KeyError:
            return None

    @property
    def operation(self) -> Operation:
        """In whose name and why it acts."""
        return Operation(
            actor=Actor.STAFF,
            source=Source.DESK,
            reason=self.reason,
            user_id=self.user_id,
            id=self.operation_id,
        )

    @transition(field="status", source=S.PREVIEWED, target=S.SCHEDULED)
    def schedule(self, *, reason: str, user_id: int | None) -> None:
        """Begin when the time to undo it is over."""
        self.reason, self.user_id = reason, user_id
        self._look_again(timezone.now() + timedelta(seconds=settings.HOLDFAST.campaign_undo_seconds))

    @transition(field="status", source=S.SCHEDULED, target=S.CANARY)
    def set_out(self) -> None:
        self.begun_at = timezone.now()
        self._look_again(self.begun_at)

    @transition(field="status", source=S.CANARY, target=S.RUNNING)
    def go_on(self) -> None:
        self._look_again(timezone.now())

    @transition(field="status", source=[S.CANARY, S.RUNNING], target=S.STOPPED)
    def stop(self, *, text: str) -> dict[str, Any]:
        self.stop_text, self.next_at, self.stale_after = text, None, None
        return {"text": text}

    @transition(field="status", source=S.STOPPED, target=S.CANARY)
    def resume(self, *, position: int) -> None:
        """Go on behind what was done, with a first few of its own."""
        self.leg_position, self.stop_text = position, ""
        self._look_again(timezone.now())

    @transition(field="status", source=[S.CANARY, S.RUNNING], target=S.COMPLETED)
    def complete(self) -> None:
        self._end()

    @transition(field="status", source=[S.PREVIEWED, S.SCHEDULED, S.STOPPED], target=S.CANCELLED)
    def call_off(self) -> None:
        self._end()

    def _look_again(self, moment: datetime) -> None:
        self.next_at, self.stale_after = moment, stale_from(moment)

    def _end(self) -> None:
        self.ended_at, self.next_at, self.stale_after = timezone.now(), None, None


def stale_from(moment: datetime) -> datetime:
    """When a campaign that is to be looked at then has stalled."""
    return moment + timedelta(seconds=settings.HOLDFAST.campaign_stalled_seconds)
