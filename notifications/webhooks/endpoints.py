"""Who is told: the endpoints of other systems, what each wants to hear, and the secrets they verify with."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.webhooks import subjects
from operations import reach
from operations.workflow import Event

CHANNELS = "webhook:"
TEST = "webhook.test"
SECRET_BYTES = 32
SECRET_LENGTHS = range(24, 65)  # bytes, as the specification recommends


def new_secret() -> str:
    """A fresh signing secret, serialised as the specification says."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def validate_secret(secret: str) -> None:
    """Accept what `new_secret` makes and what other senders of the specification made."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith("whsec_") or len(key) not in SECRET_LENGTHS:
        raise ValidationError(_("A secret is “whsec_” and 24 to 64 bytes in base64."))


def validate_url(url: str) -> None:
    """Accept an address that can be called safely; where its name leads is judged at each call."""
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise ValidationError(_("This is not an address: %(why)s"), params={"why": error}) from error
    if not is_whole or parts.scheme not in ("http", "https") or any(ord(sign) <= 32 for sign in url):
        raise ValidationError(_("Give a whole address, e.g. https://example.com/hooks"))
    if parts.scheme == "http" and not settings.WEBHOOK_ALLOW_PRIVATE:
        raise ValidationError(_("Only https:// keeps what is sent from being read on its way."))
    if parts.username is not None or parts.password is not None:
        raise ValidationError(_("A user name or password in the address would end up in logs."))


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def enabled(self) -> WebhookEndpointQuerySet:
        return self.filter(is_enabled=True)

    def turned_away(self) -> WebhookEndpointQuerySet:
        """Those whose receiver said that it is gone, and nobody has looked at that yet."""
        return self.filter(is_enabled=False, is_gone=True)


class WebhookEndpoint(models.Model):
    """One address of another system. Its messages leave by a channel of their own.

    `event_types` empty: all; `location` empty: all. What happened from `told_from` to `told_until` has been
    announced. After a rotation both secrets sign until `previous_until`.
    """

    url = models.CharField(max_length=500, validators=[validate_url])
    description = models.CharField(max_length=200, blank=True)
    event_types = models.JSONField(default=list, blank=True)
    location = models.SlugField(max_length=60, blank=True)
    includes_customer = models.BooleanField(
        default=False, help_text=_("Send the customer's name, e-mail address, telephone and notes along.")
    )
    secret = models.CharField(max_length=100, default=new_secret, validators=[validate_secret])
    previous_secret = models.CharField(max_length=100, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_enabled = models.BooleanField(default=True)
    is_gone = models.BooleanField(default=False, editable=False)
    disabled_reason = models.TextField(blank=True, editable=False)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    told_from = models.DateTimeField(default=timezone.now, editable=False)
    told_until = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("webhook endpoint"), _("webhook endpoints")
        ordering = ("id",)
        permissions = (
            ("rotate_webhookendpoint", _("Can make new secrets of webhook endpoints")),
            ("switch_webhookendpoint", _("Can enable and disable webhook endpoints")),
            ("replay_webhookendpoint", _("Can send webhook endpoints tests and everything again")),
        )

    def __str__(self) -> str:
        return self.description or self.host

    def clean(self) -> None:
        """Refuse a type of event or a place that there is none of: it would be waited for in vain."""
        wanted, known = self.event_types, subjects.event_types()
        if not isinstance(wanted, list) or not {str(told) for told in wanted} <= set(known):
            known_types = {"known": ", ".join(known)}
            raise ValidationError({"event_types": _("Give a list of these: %(known)s") % known_types})
        if self.location and self.location not in reach.names():
            unknown = _("There is no location “%(slug)s”.") % {"slug": self.location}
            raise ValidationError({"location": unknown})

    @property
    def channel(self) -> str:
        return f"{CHANNELS}{self.pk}"

    @property
    def host(self) -> str:
        """The part of the address that may be shown; its path can be a secret."""
        return urlsplit(self.url).hostname or ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Those that sign now, the newest first."""
        if self.previous_secret and self.previous_until and self.previous_until > timezone.now():
            return (self.secret, self.previous_secret)
        return (self.secret,)

    def rotate(self, *, overlap: timedelta) -> None:
        """Sign with a fresh secret, and with the old one too until the receiver has changed it."""
        self.previous_secret, self.previous_until = self.secret, timezone.now() + overlap
        self.secret = new_secret()
        self.save(update_fields=["secret", "previous_secret", "previous_until"])

    def disable(self, reason: str, *, is_gone: bool = False) -> None:
        self.is_enabled, self.is_gone = False, is_gone
        self.disabled_reason, self.disabled_at = reason, timezone.now()
        self.save(update_fields=["is_enabled", "is_gone", "disabled_reason", "disabled_at"])

    def enable(self) -> None:
        """Tell it again, and tell it what happened meanwhile."""
        self.is_enabled, self.is_gone, self.disabled_reason, self.disabled_at = True, False, "", None
        self.save(update_fields=["is_enabled", "is_gone", "disabled_reason", "disabled_at"])

    def wants(self, event_type: str) -> bool:
        return not self.event_types or event_type in self.event_types


class Announcement(models.Model):
    """One event told to one endpoint; without an event it is a test. Copies hang on its delivery."""

    delivery = models.OneToOneField(
        "notifications.Delivery", on_delete=models.CASCADE, primary_key=True, related_name="announcement"
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="announcements", db_index=False
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="announcements")

    objects: ClassVar[models.Manager[Announcement]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["endpoint", "event"], name="notifications_one_announcement_per_event"
            ),
        )

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.event or TEST}"
