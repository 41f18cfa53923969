"""One message to one recipient on one channel, and the channels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.providers.answers import KNOWS_REPEATS
from notifications.providers.events import ProviderEvent
from notifications.webhooks.endpoints import CHANNELS, Announcement, WebhookEndpoint
from operations.effects import Effect, EffectQuerySet, EffectStatus
from operations.workflow import transition

__all__ = ["Announcement", "Channel", "Delivery", "DeliveryQuerySet", "ProviderEvent", "WebhookEndpoint"]

S = EffectStatus
KEPT_PARAMETERS = ("time_zone", "hours")  # they tell of the message, not of its recipient
OPEN_STATUSES = (S.PENDING, S.WORKING, S.HELD, S.UNKNOWN, S.DEAD, S.BOUNCED)


class Channel(models.Model):
    """A way out. It is closed while staff or a misconfiguration pause it, or its breaker is open.

    `open_until` is when a closed channel is next probed with one message; without it only staff open it
    again. `slow_until` is the end of a time in which messages leave one by one, `next_claim_at` apart.
    """

    name = models.CharField(max_length=40, unique=True)
    is_paused = models.BooleanField(default=False)
    pause_reason = models.TextField(blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by_id = models.BigIntegerField(null=True, blank=True)  # none: a misconfiguration, or a command
    failures_in_row = models.PositiveIntegerField(default=0)
    failing_recipients = models.JSONField(default=list, blank=True)
    open_until = models.DateTimeField(null=True, blank=True)
    slow_until = models.DateTimeField(null=True, blank=True)
    throttles_in_row = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_claim_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_failure_text = models.TextField(blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("channel"), _("channels")
        permissions = (("switch_channel", _("Can pause and release channels, and send test messages")),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.is_paused or self.open_until is not None

    @property
    def is_slow(self) -> bool:
        return self.slow_until is not None and self.slow_until > timezone.now()

    @property
    def status(self) -> str:
        if self.is_paused:
            return "paused"
        return "closed" if self.is_closed else "slow" if self.is_slow else "open"


class DeliveryQuerySet(EffectQuerySet["Delivery"]):
    def late(self) -> DeliveryQuerySet:
        limit = timedelta(seconds=settings.HOLDFAST.effect_late_seconds)
        return self.filter(status=S.PENDING, next_at__lt=timezone.now() - limit)

    def missed(self) -> DeliveryQuerySet:
        """What could not leave in time and nobody has looked at yet."""
        return self.filter(status=S.EXPIRED, acknowledged_at__isnull=True)

    def overtakable(self) -> DeliveryQuerySet:
        """What a newer message makes pointless: not left yet, or left and in need of somebody."""
        return self.filter(status__in=OPEN_STATUSES)

    def undelivered(self) -> DeliveryQuerySet:
        """Whatever a person cannot be assumed to have got."""
        return self.filter(status__in=[S.UNKNOWN, S.DEAD, S.HELD, S.BOUNCED])


class Delivery(Effect):
    """A message; its text is composed when it leaves, from what is true then."""

    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=254)
    reference = models.CharField(max_length=12, blank=True, db_index=True)
    location = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=12, default="en")
    harm_at = models.DateTimeField(null=True, blank=True)
    is_for_staff = models.BooleanField(default=False)
    parameters = models.JSONField(default=dict, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    copy_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()
    gathered: tuple[float, Any] = (0.0, None)  # when and what was read about it, see gathering.py

    class Meta(Effect.Meta):
        verbose_name, verbose_name_plural = _("message"), _("messages")
        indexes = (
            *Effect.Meta.indexes,
            models.Index(
                fields=["harm_at", "id"],
                condition=Q(status=S.EXPIRED, acknowledged_at__isnull=True),
                name="notifications_missed",
            ),
            models.Index(
                fields=["channel", "updated_at"], condition=Q(status=S.HELD), name="notifications_held"
            ),
            models.Index(fields=["next_at"], condition=Q(status=S.PENDING), name="notifications_next"),
            models.Index(
                fields=["status", "harm_at", "id"],
                condition=Q(status__in=[S.UNKNOWN, S.DEAD, S.HELD, S.BOUNCED]),
                name="notifications_by_harm",
            ),
            models.Index(fields=["recipient"], name="notifications_recipient"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def message_id(self) -> str:
        """The Message-ID of every attempt of this message (RFC 5322 section 3.6.4); a copy has its own."""
        return f"<{self.uid}@{settings.MESSAGE_ID_DOMAIN}>"

    @property
    def is_webhook(self) -> bool:
        return self.channel.startswith(CHANNELS)

    @property
    def is_repeat_safe(self) -> bool:
        """Receivers of webhooks know a repeat by its webhook-id, and so do some providers by our key."""
        return self.is_webhook or (self.channel == "email" and settings.EMAIL_PROVIDER in KNOWS_REPEATS)

    @property
    def copy_is_in_time(self) -> bool:
        """Whether the second copy of an unknown message would leave while it is of use."""
        if self.stale_after is None:
            return False
        return self.not_after is None or self.not_after > max(self.stale_after, timezone.now())

    @transition(field="status", source=[S.DONE, S.CONFIRMED, S.CANCELLED, S.EXPIRED, S.SETTLED], target=None)
    def forget(self, *, clean: Callable[[str], str]) -> None:
        """To whom it went, and their words, go; that it went, when and how it ended stay."""
        if not self.is_for_staff:
            self.recipient = ""
        self.dedupe_key = f"forgotten:{self.uid}"
        self.parameters = {name: self.parameters[name] for name in KEPT_PARAMETERS if name in self.parameters}
        self.failure_text, self.external_text = clean(self.failure_text), clean(self.external_text)
        by_staff = self.status in (S.SETTLED, S.EXPIRED)
        self.evidence = "" if by_staff else clean(self.evidence)

    @transition(field="status", source=S.EXPIRED, target=None)
    def note_missed(self, *, evidence: str) -> None:
        """Somebody saw that it did not leave in time, and made sure that the person knows."""
        self.acknowledged_at, self.evidence = timezone.now(), evidence
