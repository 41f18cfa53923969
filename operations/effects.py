"""One action on one outside party: claimed by lease, marked before hand-over, acknowledged by its owner."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.workflow import Workflow, status_field, transition

E = TypeVar("E", bound=models.Model)


class EffectStatus(models.TextChoices):
    PENDING = "pending", _("Waiting to leave")
    WORKING = "working", _("Leaving now")
    DONE = "done", _("Accepted by the other side")
    CONFIRMED = "confirmed", _("Seen by the recipient")
    BOUNCED = "bounced", _("Returned")
    UNKNOWN = "unknown", _("Handed over, no verdict")
    DEAD = "dead", _("Gave up")
    HELD = "held", _("Held back")
    CANCELLED = "cancelled", _("Overtaken by events")
    EXPIRED = "expired", _("Too late to matter")
    SETTLED = "settled", _("Settled by staff")


class HeldBy(models.TextChoices):
    """Who may release a held effect: its channel by itself, or only the staff who held it."""

    CHANNEL = "channel", _("Its channel is closed")
    STAFF = "staff", _("Held by staff")


S = EffectStatus


class EffectQuerySet(models.QuerySet[E]):
    def due(self) -> Self:
        return self.filter(status=S.PENDING, next_at__lte=timezone.now())

    def lapsed(self) -> Self:
        """Leases that ran out: their worker is gone or far too slow."""
        return self.filter(status=S.WORKING, lease_until__lt=timezone.now())

    def past_use(self) -> Self:
        return self.filter(status__in=[S.PENDING, S.HELD], not_after__lt=timezone.now())

    def not_past_use(self) -> Self:
        return self.filter(Q(not_after__isnull=True) | Q(not_after__gt=timezone.now()))

    def unsent(self) -> Self:
        return self.filter(status__in=[S.PENDING, S.HELD])


class Effect(Workflow):
    """The record of the action; a subclass adds what is to be done and to whom."""

    initial_statuses: ClassVar[frozenset[str]] = frozenset({S.PENDING, S.HELD})
    final_statuses: ClassVar[frozenset[str]] = frozenset(
        {S.DONE, S.CONFIRMED, S.CANCELLED, S.EXPIRED, S.SETTLED}
    )

    status = status_field(EffectStatus, S.PENDING)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dedupe_key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(max_length=40)
    next_at = models.DateTimeField(default=timezone.now)
    not_after = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    worker = models.UUIDField(null=True, editable=False)
    handover_at = models.DateTimeField(null=True, editable=False)
    held_by = models.CharField(
        max_length=12, choices=HeldBy, blank=True, editable=False, default="", db_default=""
    )
    failure_class = models.CharField(max_length=20, blank=True)
    failure_text = models.TextField(blank=True)
    external_id = models.CharField(max_length=255, blank=True)
    external_text = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, editable=False)
    may_be_duplicate = models.BooleanField(default=False)
    evidence = models.TextField(blank=True)

    class Meta(Workflow.Meta):
        abstract = True
        indexes: ClassVar[tuple[models.Index, ...]] = (
            models.Index(fields=["channel", "next_at"], condition=Q(status=S.PENDING), name="%(class)s_due"),
            models.Index(fields=["lease_until"], condition=Q(status=S.WORKING), name="%(class)s_leased"),
            models.Index(
                fields=["status", "id"],
                condition=Q(status__in=[S.UNKNOWN, S.DEAD, S.HELD, S.BOUNCED]),
                name="%(class)s_open",
            ),
        )

    @property
    def is_repeat_safe(self) -> bool:
        """Whether the other side knows a repeat by its id: then nothing is unknown, only tried again."""
        return False

    # What the engine does

    @transition(field="status", source=S.PENDING, target=S.WORKING)
    def lease(self, *, token: uuid.UUID, worker: uuid.UUID) -> None:
        self.attempts += 1
        self.lease_token, self.worker, self.handover_at = token, worker, None
        self.lease_until = timezone.now() + timedelta(seconds=settings.HOLDFAST.lease_seconds)

    @transition(field="status", source=S.WORKING, target=S.DONE)
    def acknowledge(self, *, external_id: str = "", external_text: str = "") -> None:
        self._release()
        self.external_id, self.external_text = external_id[:255], external_text
        self.failure_class = self.failure_text = ""
        self.done_at = timezone.now()

    @transition(field="status", source=S.WORKING, target=S.PENDING)
    def postpone(
        self, *, until: datetime, failure_class: str, failure_text: str, give_back: bool = False
    ) -> None:
        self._release()
        self.next_at, self.failure_class, self.failure_text = until, failure_class, failure_text
        self.attempts -= give_back

    @transition(field="status", source=S.WORKING, target=S.DEAD)
    def give_up(self, *, failure_class: str, failure_text: str) -> None:
        self._release()
        self.failure_class, self.failure_text = failure_class, failure_text

    @transition(field="status", source=S.WORKING, target=S.UNKNOWN)
    def lose_verdict(self, *, failure_text: str) -> None:
        self._release(keep_handover=True)
        self.failure_class, self.failure_text = "unknown", failure_text
        self.stale_after = timezone.now() + timedelta(seconds=settings.HOLDFAST.unknown_after_seconds)

    @transition(field="status", source=[S.PENDING, S.HELD], target=S.EXPIRED)
    def expire(self) -> None:
        self.stale_after, self.held_by = None, ""

    @transition(field="status", source=[S.PENDING, S.HELD], target=S.CANCELLED)
    def supersede(self) -> None:
        self.stale_after, self.held_by = None, ""

    @transition(field="status", source=[S.WORKING], target=S.CANCELLED)
    def supersede_unsent(self) -> None:
        """Claimed but not handed over when it was overtaken."""
        self._release()

    # What evidence says

    @transition(field="status", source=[S.DONE, S.UNKNOWN], target=S.CONFIRMED)
    def confirm(self, *, evidence: str) -> None:
        self.evidence, self.stale_after = evidence, None

    @transition(field="status", source=[S.DONE, S.CONFIRMED, S.UNKNOWN], target=S.BOUNCED)
    def bounce(self, *, evidence: str) -> None:
        self.failure_class, self.failure_text, self.evidence = "permanent", evidence, evidence
        self.stale_after = None

    # What staff and policies do

    @transition(field="status", source=[S.DEAD, S.HELD], target=S.PENDING)
    def retry(self) -> None:
        self.attempts, self.next_at, self.stale_after, self.held_by = 0, timezone.now(), None, ""

    @transition(field="status", source=S.PENDING, target=None)
    def hurry(self) -> None:
        """Do not wait for the next try."""
        self.next_at = timezone.now()

    @transition(field="status", source=S.HELD, target=S.PENDING)
    def release(self) -> None:
        """Let it go on where it stood, with the attempts it has left."""
        self.next_at, self.held_by = timezone.now(), ""

    @transition(field="status", source=S.UNKNOWN, target=S.PENDING)
    def send_again(self) -> None:
        """The marked second copy: the first may have arrived."""
        self.attempts, self.next_at, self.stale_after = 0, timezone.now(), None
        self.may_be_duplicate, self.handover_at = True, None

    @transition(field="status", source=S.PENDING, target=S.HELD)
    def hold(self, *, by: str = HeldBy.STAFF) -> None:
        self.held_by = by

    @transition(field="status", source=S.WORKING, target=S.HELD)
    def hold_leased(self, *, failure_class: str, failure_text: str) -> None:
        self._release()
        self.attempts -= 1
        self.held_by = HeldBy.CHANNEL
        self.failure_class, self.failure_text = failure_class, failure_text

    @transition(field="status", source=[S.DEAD, S.UNKNOWN, S.BOUNCED, S.HELD], target=S.SETTLED)
    def settle(self, *, evidence: str) -> None:
        self.evidence, self.stale_after, self.held_by = evidence, None, ""

    def _release(self, *, keep_handover: bool = False) -> None:
        self.lease_token = self.lease_until = self.worker = self.stale_after = None
        if not keep_handover:
            self.handover_at = None


def backoff(attempts: int) -> timedelta:
    """The pause after the n-th attempt: min(30 * 4^(n-1), 6 h) seconds, spread by a fifth either way."""
    figures = settings.HOLDFAST
    seconds = min(
        figures.backoff_first_seconds * figures.backoff_factor ** max(0, attempts - 1),
        figures.backoff_max_seconds,
    )
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - spreading load, not secrecy
