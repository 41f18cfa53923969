"""Hands out the case file of a record, and keeps who took it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from operations import intents
from operations.casefile import gathering, sealing
from operations.casefile.gathering import Variant
from operations.casefile.sealing import Sealed
from operations.history import Operation
from operations.people.notes import kept
from operations.transactions import require_transaction, use_case

REASON_LENGTH = 500
SCOPE = "desk:export"
PERMISSION = "operations.export_history"
WITH_NOTES = "operations.view_note"  # the complete file has what staff wrote to each other


class Export(models.Model):
    """One case file that was handed out; the file itself is not kept, its checksum is."""

    subject_model = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    variant = models.CharField(max_length=12, choices=Variant)
    reason = models.TextField()
    user_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=12)
    request_id = models.UUIDField(null=True)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("case file handed out"), _("case files handed out")
        permissions = (("export_history", "Can export everything known about a record"),)
        indexes = (
            models.Index(fields=["subject_model", "subject_id", "-at"], name="operations_export_subject"),
            models.Index(fields=["-at"], name="operations_export_at"),
        )

    def __str__(self) -> str:
        at = date_format(self.at, "DATETIME_FORMAT")
        return f"{self.subject_model} {self.subject_id}, {self.variant}, {at}"


@dataclass(frozen=True)
class Wanted:
    """Whose case file in which variant, and why."""

    record: Any
    variant: Variant
    reason: str

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "record": f"{self.record._meta.label_lower} {self.record.pk}",
            "variant": self.variant,
            "reason": self.reason,
        }


@use_case
def press(request: intents.Request, wanted: Wanted, operation: Operation) -> Sealed:
    """The case file for a press at the desk; pressed again, the same one unless something has happened.

    Raises Refusal without a reason and what `intents.claim` raises.
    """
    claim = intents.claim(request, wanted.payload)
    earlier = None if claim.won else Export.objects.filter(pk=claim.intent.subject_id or 0).first()
    if earlier:
        again = seal(wanted, earlier)
        if again.sha256 == earlier.sha256:
            return again
    export, sealed = hand_out(wanted, operation)
    if claim.won:
        claim.intent.settle(export, "exported")
    return sealed


@use_case
def by_command(wanted: Wanted, operation: Operation) -> Sealed:
    """The case file for somebody at the command line."""
    return hand_out(wanted, operation)[1]


def hand_out(wanted: Wanted, operation: Operation) -> tuple[Export, Sealed]:
    """The case file as it is now, and the line that says who took it; raises Refusal without a reason."""
    require_transaction()
    export = Export(
        subject_model=wanted.record._meta.label_lower,
        subject_id=wanted.record.pk,
        variant=wanted.variant,
        reason=kept(wanted.reason, REASON_LENGTH),
        user_id=operation.user_id,
        source=operation.source,
        request_id=operation.request_id,
    )
    sealed = seal(wanted, export)
    export.sha256 = sealed.sha256
    export.save()
    return export, sealed


def seal(wanted: Wanted, export: Export) -> Sealed:
    """The document of this export, from what the rows say now."""
    return sealing.seal(gathering.gather(wanted.record, wanted.variant, export.at))


def of(record: Any) -> models.QuerySet[Export]:
    """Who has taken the record's case file, newest first."""
    label = record._meta.label_lower
    return Export.objects.filter(subject_model=label, subject_id=record.pk).order_by("-at")
