"""One try of an effect, kept as the proof of what was done and what the other side answered."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from operations.workflow import Workflow

OUTCOMES = {
    "": gettext_noop("no end recorded: still running, or its worker vanished"),
    "done": gettext_noop("accepted"),
    "transient": gettext_noop("failed, may work later"),
    "throttled": gettext_noop("asked to slow down"),
    "permanent": gettext_noop("refused for good"),
    "configuration": gettext_noop("our own set-up is wrong"),
    "unknown": gettext_noop("no verdict; it may have happened"),
    "bug": gettext_noop("failed by an error of ours"),
    "overtaken": gettext_noop("not needed any more; nothing was sent"),
    "interrupted": gettext_noop("the worker vanished"),
    "handed_back": gettext_noop("handed back unused"),
    "late": gettext_noop("answered after the lease was over; ignored"),
}


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def of(self, effect: Workflow) -> "AttemptQuerySet":
        return self.filter(effect_model=effect._meta.label_lower, effect_id=effect.pk).order_by(
            "started_at", "id"
        )


class Attempt(models.Model):
    """Begun when the effect was claimed; `outcome` stays empty while it runs or when its worker vanished.

    What failed bears the fingerprint of its incident and the moment of the failure.
    """

    effect_model = models.CharField(max_length=60)
    effect_id = models.BigIntegerField()
    lease_token = models.UUIDField()
    worker = models.UUIDField()
    started_at = models.DateTimeField(default=timezone.now)
    handover_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    external_code = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=16, null=True, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("attempt"), _("attempts")
        constraints = (
            models.UniqueConstraint(
                fields=["effect_model", "effect_id", "lease_token"], name="operations_one_attempt_per_lease"
            ),
        )
        indexes = (
            models.Index(fields=["-started_at"], name="operations_attempt_started"),
            # Both stay NULL for what succeeds: its row is then written without touching this index.
            models.Index(
                fields=["fingerprint", "failed_at"],
                condition=models.Q(fingerprint__isnull=False),
                name="operations_attempt_fingerprint",
            ),
        )

    def __str__(self) -> str:
        return f"attempt on {self.effect_model} {self.effect_id}: {self.outcome or 'open'}"
