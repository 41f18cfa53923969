"""What links messages to the booking or enquiry they are about, and the enquiries themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import name_words
from bookings.booking import Booking, new_reference, new_token
from bookings.phones import PhoneField, PhoneKeyField
from bookings.places import Location
from bookings.waitlist.entry import WaitEntry
from notifications.models import Delivery
from operations.intents import Intent
from operations.workflow import Workflow, status_field, transition


class EnquiryStatus(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class Enquiry(Workflow):
    """A message from the contact form, answered by staff."""

    initial_statuses: ClassVar[frozenset[str]] = frozenset({EnquiryStatus.OPEN})
    final_statuses: ClassVar[frozenset[str]] = frozenset({EnquiryStatus.ANSWERED, EnquiryStatus.CLOSED})

    status = status_field(EnquiryStatus, EnquiryStatus.OPEN)
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    request = models.OneToOneField(Intent, on_delete=models.PROTECT, null=True, editable=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="enquiries")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    phone = PhoneField(max_length=40, blank=True)
    phone_key = PhoneKeyField()
    text = models.TextField(max_length=5000)
    language = models.CharField(max_length=12, default="en")
    answer = models.TextField(blank=True)
    forgotten_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When the customer's data were removed.")
    )

    class Meta(Workflow.Meta):
        verbose_name, verbose_name_plural = _("enquiry"), _("enquiries")
        indexes = (
            models.Index(fields=["created_at"], condition=Q(status="open"), name="bookings_enquiry_open"),
            models.Index(
                fields=["updated_at", "id"],
                condition=Q(forgotten_at__isnull=True, status__in=["answered", "closed"]),
                name="bookings_enquiry_to_forget",
            ),
            models.Index(OpClass(Lower("email"), "text_pattern_ops"), name="bookings_enquiry_email"),
            models.Index(OpClass(F("phone_key"), "text_pattern_ops"), name="bookings_enquiry_phone_key"),
            models.Index(
                OpClass(Reverse("phone_key"), "text_pattern_ops"), name="bookings_enquiry_phone_tail"
            ),
            GinIndex(name_words.words_of("name"), fastupdate=False, name="bookings_enquiry_words"),
        )

    def __str__(self) -> str:
        return self.reference

    @transition(field="status", source=EnquiryStatus.OPEN, target=EnquiryStatus.ANSWERED)
    def reply(self, *, text: str) -> None:
        self.answer, self.stale_after = text, None

    @transition(field="status", source=EnquiryStatus.OPEN, target=EnquiryStatus.CLOSED)
    def close(self) -> None:
        self.stale_after = None

    @transition(field="status", source=list(EnquiryStatus), target=None)
    def correct_email(self, *, email: str) -> None:
        self.email = email

    @transition(field="status", source=[EnquiryStatus.ANSWERED, EnquiryStatus.CLOSED], target=None)
    def forget(self) -> None:
        """Whoever asked goes, and what was written; that there was a question stays."""
        self.name = self.email = self.phone = self.text = self.answer = ""
        self.forgotten_at = timezone.now()

    def promise_answer(self) -> None:
        self.stale_after = timezone.now() + timedelta(days=1)


class Message(models.Model):
    """The one thing a delivery is about; `revision` is the booking's when it was written."""

    delivery = models.OneToOneField(
        Delivery, on_delete=models.CASCADE, primary_key=True, related_name="message"
    )
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="messages")
    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, null=True, related_name="messages")
    wait_entry = models.ForeignKey(
        WaitEntry, on_delete=models.CASCADE, null=True, related_name="messages", db_index=False
    )
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(enquiry__isnull=True, wait_entry__isnull=True, booking__isnull=False)
                | Q(booking__isnull=True, wait_entry__isnull=True, enquiry__isnull=False)
                | Q(booking__isnull=True, enquiry__isnull=True, wait_entry__isnull=False),
                name="bookings_message_is_of_one",
            ),
        )

        indexes = (
            models.Index(
                fields=["wait_entry"], condition=Q(wait_entry__isnull=False), name="bookings_message_waiting"
            ),
        )

    def __str__(self) -> str:
        return f"message {self.delivery_id}"

    @property
    def subject(self) -> Booking | Enquiry | WaitEntry:
        """What it is about; the database sees to it that there is exactly one."""
        found = self.booking or self.enquiry or self.wait_entry
        assert found is not None
        return found
