"""The ledger of a campaign: one line for each record, from what was shown to what came of it."""

from __future__ import annotations

import re

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from operations.campaigns.campaign import Campaign

REASON_LENGTH = 200


class ItemState(models.TextChoices):
    WAITING = "waiting", _("Not yet")
    APPLIED = "applied", _("Done")
    SKIPPED = "skipped", _("Left out")
    FAILED = "failed", _("Failed")


class Outcome(models.TextChoices):
    """What became of what the remedy set off."""

    PENDING = "pending", _("On its way")
    GOOD = "good", _("Worked")
    BAD = "bad", _("Failed again")


class CampaignItem(models.Model):
    """One record in the version that was shown; `reason` groups why some were left out."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    subject_id = models.BigIntegerField()
    subject_version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=ItemState, default=ItemState.WAITING)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    message = models.TextField(blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    fingerprint = models.CharField(max_length=REASON_LENGTH, blank=True)
    acted_at = models.DateTimeField(null=True)
    outcome_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("line of a campaign"), _("lines of campaigns")
        constraints = (
            models.UniqueConstraint(fields=["campaign", "position"], name="operations_campaign_in_order"),
            models.UniqueConstraint(
                fields=["campaign", "subject_id"], name="operations_campaign_once_per_record"
            ),
        )
        indexes = (
            models.Index(
                fields=["campaign"], condition=Q(outcome=Outcome.PENDING), name="operations_campaign_pending"
            ),
        )

    def __str__(self) -> str:
        return f"campaign {self.campaign_id}, {self.position}: {self.state}"

    def leave_out(self, message: str) -> None:
        """Not to be acted on, because of this."""
        self.state, self.message, self.reason = ItemState.SKIPPED, message, first_clause(message)


def first_clause(sentence: str) -> str:
    """What sentences of one kind have in common: they differ in the moment or the name behind it."""
    return re.split(r"[:.;]", sentence, maxsplit=1)[0].strip()[:REASON_LENGTH]
