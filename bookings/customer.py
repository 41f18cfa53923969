"""A customer: an e-mail address, or a telephone number where there is none, for the whole organisation."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import name_words


class CustomerQuerySet(models.QuerySet["Customer"]):
    def blocked(self) -> CustomerQuerySet:
        """Those who are blocked themselves, and those who are the same person as one who is."""
        return self.filter(Q(blocked_at__isnull=False) | Q(merged_into__blocked_at__isnull=False))

    def to_be_erased(self) -> CustomerQuerySet:
        return self.filter(erase_asked_at__isnull=False, forgotten_at__isnull=True)


class Customer(models.Model):
    """Found in bookings by the key alone: no booking names its customer's row, so none is written twice.

    `email` is lower case, `phone` as it was typed and only where there is no address, `phone_key` the same
    however it is typed (phones.py); `name` is the last one given. `presses` grows with each thing that staff
    do, so that a page can tell whether it is out of date.
    """

    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    phone_key = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, help_text=_("When the last booking was noticed."))
    last_booking_id = models.BigIntegerField(default=0, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_reason = models.TextField(blank=True)
    erase_asked_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)
    presses = models.PositiveIntegerField(default=0, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("customer"), _("customers")
        permissions = (
            ("attend_block", "Can block customers"),
            ("merge_customer", "Can merge customers"),
            ("erase_customer", "Can erase customers"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["email"], condition=~Q(email=""), name="bookings_one_customer_per_address"
            ),
            models.UniqueConstraint(
                fields=["phone"], condition=~Q(phone=""), name="bookings_one_customer_per_phone"
            ),
        )
        indexes = (
            models.Index(OpClass(F("email"), "text_pattern_ops"), name="bookings_customer_email"),
            models.Index(OpClass(F("phone_key"), "text_pattern_ops"), name="bookings_customer_phone_key"),
            models.Index(
                OpClass(Reverse("phone_key"), "text_pattern_ops"), name="bookings_customer_phone_tail"
            ),
            GinIndex(name_words.words_of("name"), fastupdate=False, name="bookings_customer_words"),
            models.Index(fields=["-last_booking_id"], name="bookings_customer_last"),
            models.Index(
                fields=["erase_asked_at", "id"],
                condition=Q(erase_asked_at__isnull=False, forgotten_at__isnull=True),
                name="bookings_customer_to_erase",
            ),
            models.Index(
                fields=["seen_at", "id"],
                condition=Q(forgotten_at__isnull=True),
                name="bookings_customer_seen",
            ),
        )

    def __str__(self) -> str:
        if self.forgotten_at:
            return str(_("somebody forgotten"))
        return self.name or self.email or self.phone

    @property
    def key(self) -> str:
        """By what they are known."""
        return self.email or self.phone
