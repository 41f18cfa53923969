"""Programs of partners that call with a key of their own."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings import secret_keys

PUBLIC = "public"


class ApiClient(models.Model):
    """A partner's program; its key is shown once and kept as a hash only."""

    slug = models.SlugField(max_length=40, unique=True, help_text=_("Stands in the record of each call."))
    name = models.CharField(max_length=120)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("API client")
        permissions = (
            ("renew_apiclient", _("Can give API clients new keys")),
            ("revoke_apiclient", _("Can shut API clients out")),
        )
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=~Q(slug=PUBLIC), name="bookings_no_client_is_public"),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of_key(cls, key: str) -> ApiClient | None:
        """The active client that was given this key."""
        return cls.objects.filter(key_hash=secret_keys.digest(key), is_active=True).first()

    def renew_key(self) -> str:
        """A new key, to be shown once; the old one stops working when the client is saved."""
        key = f"hf_{secrets.token_urlsafe(32)}"
        self.key_hash = secret_keys.digest(key)
        return key
