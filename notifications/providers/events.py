"""What providers reported, as it came: stored before it is understood, and kept while nobody knows it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ARRIVED = frozenset({"delivered", "opened", "clicked"})
RETURNED = frozenset({"bounced", "rejected", "failed", "complained"})
UNREADABLE = "unreadable"


class Fate(models.TextChoices):
    """What became of a report."""

    WAITING = "waiting", _("to be applied")
    APPLIED = "applied", _("applied to its message")
    NO_NEWS = "no_news", _("said nothing new")
    UNMATCHED = "unmatched", _("about a message that we do not know")
    UNREADABLE = UNREADABLE, _("not understood")
    CLOSED = "closed", _("looked at by staff")


OPEN = (Fate.UNMATCHED, Fate.UNREADABLE)
CLOSED = (Fate.APPLIED, Fate.NO_NEWS, Fate.CLOSED)


class ProviderEventQuerySet(models.QuerySet["ProviderEvent"]):
    def due(self) -> ProviderEventQuerySet:
        return self.filter(fate=Fate.WAITING, next_at__lte=timezone.now())

    def open(self) -> ProviderEventQuerySet:
        """What somebody should look at: about no message of ours, or not understood."""
        return self.filter(fate__in=OPEN)

    def forgettable(self) -> ProviderEventQuerySet:
        """What nobody will need word by word any more: it was understood, applied or looked at long ago."""
        keep = timedelta(seconds=settings.HOLDFAST.report_raw_retention_seconds)
        return self.filter(fate__in=CLOSED, received_at__lt=timezone.now() - keep).exclude(raw="")


class ProviderEvent(models.Model):
    """One report. `event_id` is the provider's own, or a digest of the report where it gives none.

    `kind` is what django-anymail calls it; `uid` is our message's own id where the report names it, and
    `message_id` the provider's name for that message.
    """

    provider = models.CharField(max_length=30)
    event_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=30)
    uid = models.UUIDField(null=True, blank=True)
    message_id = models.CharField(max_length=255, blank=True)
    recipient = models.CharField(max_length=254, blank=True)
    said = models.TextField(blank=True)
    raw = models.TextField()
    happened_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    fate = models.CharField(max_length=12, choices=Fate, default=Fate.WAITING)
    next_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    evidence = models.TextField(blank=True)
    delivery = models.ForeignKey(
        "notifications.Delivery", on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )

    objects = ProviderEventQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("provider's report"), _("providers' reports")
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "event_id"], name="notifications_one_row_per_provider_event"
            ),
        )
        indexes = (
            models.Index(fields=["next_at"], condition=Q(fate=Fate.WAITING), name="notifications_report_due"),
            models.Index(fields=["id"], condition=Q(fate__in=OPEN), name="notifications_report_open"),
            models.Index(
                fields=["received_at"],
                condition=Q(fate__in=CLOSED) & ~Q(raw=""),
                name="notifications_report_raw",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider}: {self.kind}"

    @property
    def is_young(self) -> bool:
        """Whether its message may still be on its way into our records."""
        patience = timedelta(seconds=settings.HOLDFAST.report_wait_seconds)
        return self.received_at > timezone.now() - patience

    def wait(self, seconds: float) -> None:
        """Look at it again after so many seconds."""
        self.fate, self.next_at = Fate.WAITING, timezone.now() + timedelta(seconds=seconds)
        self.settled_at = None

    def settle(self, fate: Fate) -> None:
        self.fate, self.settled_at = fate, timezone.now()
