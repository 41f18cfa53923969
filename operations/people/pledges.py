"""What staff have promised to a customer, and by when: it shows up when it is due, before all else."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations.errors import Refusal
from operations.people.about import About, AboutQuerySet, subject
from operations.people.notes import kept
from operations.transactions import require_transaction

TEXT_LENGTH = 500
LONGEST = timedelta(days=365)


class PledgeQuerySet(AboutQuerySet["Pledge"]):
    def open(self) -> PledgeQuerySet:
        return self.filter(kept_at__isnull=True)

    def due(self) -> PledgeQuerySet:
        return self.open().filter(due_at__lte=timezone.now())


class Pledge(About):
    """A promise to the customer; it outlives the condition in which it was given."""

    condition = models.CharField(max_length=60)
    text = models.TextField()
    due_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    kept_by_id = models.BigIntegerField(null=True)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["due_at"], condition=Q(kept_at__isnull=True), name="operations_pledge_due"),
            models.Index(fields=["subject_model", "subject_id"], name="operations_pledge_subject"),
            models.Index(fields=["-at"], name="operations_pledge_at"),
        )

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_due(self) -> bool:
        return self.kept_at is None and self.due_at <= timezone.now()


def give(record: models.Model, condition: str, user_id: int, text: str, due_at: datetime) -> Pledge:
    """Write down what was promised; raises Refusal for a time that is over or more than a year away."""
    require_transaction()
    now = timezone.now()
    if not now < due_at < now + LONGEST:
        raise Refusal(_("Promise it for a moment to come, within a year."))
    return Pledge.objects.create(
        **subject(record), condition=condition, user_id=user_id, text=kept(text, TEXT_LENGTH), due_at=due_at
    )


def keep(record: models.Model, number: int, user_id: int) -> bool:
    """It has been done; says whether it was still open."""
    require_transaction()
    found = Pledge.objects.of(record).open().filter(pk=number)
    return bool(found.update(kept_at=timezone.now(), kept_by_id=user_id))
