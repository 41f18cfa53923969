"""The booking: its status, the moves it may make, and who says so."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import name_words
from bookings.offerings import Service
from bookings.phones import PhoneField, PhoneKeyField
from bookings.places import Location
from bookings.resources import Resource
from bookings.sessions import LIVE_STATUSES, PlaceWithinCapacity, Session, SessionFollowsBookings
from bookings.waitlist.guards import OfferEndsWithItsDraft
from operations.intents import Intent
from operations.workflow import Workflow, status_field, transition

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is misread on the telephone


def new_reference() -> str:
    """HF- and eight letters or digits that are hard to confuse."""
    return "HF-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))


def new_token() -> str:
    """192 random bits for the address of a booking's page."""
    return secrets.token_urlsafe(24)


class Status(models.TextChoices):
    DRAFT = "draft", _("Begun")
    SUBMITTED = "submitted", _("Received")
    ACCEPTED = "accepted", _("Confirmed")
    IN_PROGRESS = "in_progress", _("Under way")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Not possible")


class Waiting(models.TextChoices):
    """For whom a submitted booking waits."""

    STAFF = "staff", _("the staff's answer")
    PAYMENT = "payment", _("the payment")
    PARTNER = "partner", _("a partner's answer")


class FailureCode(models.TextChoices):
    TIME_TAKEN = "time_taken", _("The time was taken")
    PAYMENT_DECLINED = "payment_declined", _("The payment was declined")
    PAYMENT_UNKNOWN = "payment_unknown", _("The payment's outcome is unknown")
    PARTNER_DECLINED = "partner_declined", _("The request was declined")
    CONFIRMATION_EXPIRED = "confirmation_expired", _("Nobody answered in time")
    PROCESSING_ERROR = "processing_error", _("Something went wrong on our side")


S = Status
OPEN = [S.SUBMITTED, S.ACCEPTED]
UNSENT = Q(status=S.DRAFT) | Q(status=S.CANCELLED, revision=0)


class BookingQuerySet(models.QuerySet["Booking"]):
    def live(self) -> BookingQuerySet:
        return self.filter(status__in=LIVE_STATUSES)

    def unprocessed(self) -> BookingQuerySet:
        return self.filter(status=S.SUBMITTED, waiting_for="")

    def due(self) -> BookingQuerySet:
        return self.unprocessed().filter(next_at__lte=timezone.now())

    def late(self) -> BookingQuerySet:
        return self.unprocessed().filter(stale_after__lt=timezone.now())

    def awaiting_staff(self) -> BookingQuerySet:
        return self.filter(status=S.SUBMITTED, waiting_for=Waiting.STAFF)

    def awaiting_confirmation(self) -> BookingQuerySet:
        return self.filter(status=S.SUBMITTED, waiting_for__in=[Waiting.PAYMENT, Waiting.PARTNER])

    def answer_overdue(self) -> BookingQuerySet:
        return self.filter(status=S.SUBMITTED, answer_until__lt=timezone.now()).exclude(waiting_for="")

    def failed(self) -> BookingQuerySet:
        return self.filter(status=S.FAILED)

    def doubled(self) -> BookingQuerySet:
        """Bookings made although the same person had made an equal one a moment before."""
        return self.live().filter(duplicate_of__isnull=False).exclude(status=S.DRAFT)

    def never_sent(self) -> BookingQuerySet:
        """What somebody began and has not sent: `revision` grows with the first word given to a customer."""
        return self.filter(UNSENT)

    def made(self) -> BookingQuerySet:
        """What was really booked, each once: neither begun and not sent nor merged into another."""
        return self.exclude(UNSENT).filter(merged_into__isnull=True)

    def drafts_run_out(self) -> BookingQuerySet:
        return self.filter(status=S.DRAFT, stale_after__lt=timezone.now())

    def not_completed(self) -> BookingQuerySet:
        return self.filter(status__in=[S.ACCEPTED, S.IN_PROGRESS], stale_after__lt=timezone.now())


class Booking(Workflow):
    """A customer's place in a session; times are UTC, with the zone and wall time they were promised in."""

    initial_statuses: ClassVar[frozenset[str]] = frozenset({S.DRAFT, S.SUBMITTED})
    final_statuses: ClassVar[frozenset[str]] = frozenset({S.COMPLETED, S.CANCELLED})

    status = status_field(Status, S.SUBMITTED)
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    request = models.OneToOneField(Intent, on_delete=models.PROTECT, null=True, editable=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="bookings")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="bookings")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bookings")
    place = models.PositiveSmallIntegerField(default=1)
    people = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text=_("How many places of the session it takes.")
    )
    series = models.ForeignKey(
        "bookings.Series", on_delete=models.PROTECT, null=True, related_name="bookings", db_index=False
    )
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, blank=True)
    wants_resource = models.BooleanField(default=False, help_text=_("The customer asked for this one."))

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=60)
    local_start = models.CharField(max_length=25, help_text=_("Wall time with offset as promised."))

    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True, help_text=_("Empty: booked by telephone."))
    phone = PhoneField(max_length=40, blank=True)
    phone_key = PhoneKeyField()
    notes = models.TextField(blank=True, max_length=2000)
    answers = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=12, default="en")
    price = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    deposit = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    source = models.CharField(max_length=12, default="web")

    waiting_for = models.CharField(max_length=12, choices=Waiting, blank=True)
    answer_until = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure_code = models.CharField(max_length=24, choices=FailureCode, blank=True)
    failure_text = models.TextField(blank=True)
    cancelled_by = models.CharField(max_length=12, blank=True)
    cancel_reason = models.TextField(blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    duplicate_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, editable=False, related_name="merged", db_index=False
    )
    revision = models.PositiveIntegerField(
        default=0, help_text=_("Grows when time or state told to people changes.")
    )
    no_show = models.BooleanField(null=True, blank=True)
    forgotten_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When the customer's data were removed.")
    )

    objects = BookingQuerySet.as_manager()

    class Meta(Workflow.Meta):
        verbose_name, verbose_name_plural = _("booking"), _("bookings")
        permissions = (
            ("attend_book", "Can book on behalf of customers"),
            ("attend_move", "Can move bookings"),
            ("attend_cancel", "Can cancel bookings"),
            ("attend_run", "Can start and complete bookings and record who did not come"),
            ("attend_override", "Can book and move against notice, horizon and opening hours"),
            ("view_reports", "Can view reports"),
            ("view_revenue", "Can view the revenue in reports"),
            ("export_everything", "Can export everything"),
            ("import_bookings", "Can import bookings and customers"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["session", "place"],
                condition=Q(status__in=LIVE_STATUSES),
                name="bookings_one_booking_per_place",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="bookings_booking_has_length"
            ),
            models.CheckConstraint(condition=Q(people__gte=1), name="bookings_booking_has_people"),
            models.CheckConstraint(
                condition=Q(status=S.FAILED) ^ Q(failure_code=""), name="bookings_failed_has_a_code"
            ),
            models.CheckConstraint(
                condition=Q(waiting_for="") | Q(status=S.SUBMITTED, answer_until__isnull=False),
                name="bookings_waiting_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status=S.CANCELLED),
                name="bookings_merged_is_cancelled",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"], condition=Q(status=S.SUBMITTED, waiting_for=""), name="bookings_due"
            ),
            models.Index(
                fields=["stale_after"],
                condition=Q(status__in=[S.DRAFT, S.SUBMITTED, S.ACCEPTED, S.IN_PROGRESS]),
                name="bookings_stale",
            ),
            models.Index(fields=["answer_until"], condition=~Q(waiting_for=""), name="bookings_awaiting"),
            models.Index(
                fields=["starts_at", "id"],
                condition=Q(status__in=[S.SUBMITTED, S.FAILED]),
                name="bookings_open",
            ),
            models.Index(
                fields=["starts_at"],
                condition=Q(status=S.CANCELLED, cancelled_by="staff"),
                name="bookings_called_off",
            ),
            models.Index(
                fields=["starts_at"], condition=Q(duplicate_of__isnull=False), name="bookings_likely_twice"
            ),
            models.Index(fields=["location", "starts_at"], name="bookings_location_starts"),
            models.Index(
                fields=["ends_at", "id"],
                condition=Q(forgotten_at__isnull=True, status__in=[S.COMPLETED, S.CANCELLED]),
                name="bookings_to_forget",
            ),
            models.Index(fields=["-starts_at", "-id"], name="bookings_starts"),
            BrinIndex(fields=["created_at"], autosummarize=True, name="bookings_made"),
            models.Index(
                fields=["series", "starts_at"], condition=Q(series__isnull=False), name="bookings_in_series"
            ),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="bookings_merged_by"
            ),
            models.Index(OpClass(Lower("email"), "text_pattern_ops"), name="bookings_email"),
            models.Index(OpClass(F("phone_key"), "text_pattern_ops"), name="bookings_phone_key"),
            models.Index(OpClass(Reverse("phone_key"), "text_pattern_ops"), name="bookings_phone_tail"),
            models.Index(OpClass(F("reference"), "text_pattern_ops"), name="bookings_reference"),
            models.Index(
                fields=["updated_at"],
                condition=Q(status=S.CANCELLED, revision=0, forgotten_at__isnull=True),
                name="bookings_never_sent",
            ),
            GinIndex(name_words.words_of("name"), fastupdate=False, name="bookings_name_words"),
        )
        triggers = (
            *Workflow.Meta.triggers,
            SessionFollowsBookings(name="session_follows"),
            PlaceWithinCapacity(name="place_within_capacity"),
            OfferEndsWithItsDraft(name="offer_ends_with_its_draft"),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def is_unsent(self) -> bool:
        """Whether somebody only began it: `never_sent` for one."""
        return self.status == S.DRAFT or (self.status == S.CANCELLED and self.revision == 0)

    # Moves

    @transition(field="status", source=S.DRAFT, target=S.SUBMITTED)
    def submit(self, *, duplicate_of: Booking | None = None) -> dict[str, bool]:
        self.duplicate_of = duplicate_of
        self._start_processing()
        return {} if self.email else {"without_email": True}

    @transition(field="status", source=S.DRAFT, target=None)
    def revise(self, *, facts: dict[str, Any], set_aside: str = "") -> dict[str, str]:
        """What had been entered was changed, perhaps the time too."""
        before = self.local_start
        for name, value in facts.items():
            setattr(self, name, value)
        changed = {"from": before, "to": self.local_start}
        return changed | ({"set_aside": set_aside} if set_aside else {})

    @transition(field="status", source=S.SUBMITTED, target=S.ACCEPTED)
    def accept(self, *, silently: bool = False) -> dict[str, bool]:
        self.waiting_for, self.answer_until, self.attempts = "", None, 0
        self.stale_after = self.ends_at + timedelta(seconds=settings.HOLDFAST.completion_grace_seconds)
        self.revision += 1
        return {"silently": True} if silently else {}

    @transition(field="status", source=S.ACCEPTED, target=S.IN_PROGRESS)
    def start(self) -> None:
        pass

    @transition(field="status", source=[S.ACCEPTED, S.IN_PROGRESS], target=S.COMPLETED)
    def complete(self) -> None:
        self.stale_after = None

    @transition(
        field="status", source=[S.DRAFT, S.SUBMITTED, S.ACCEPTED, S.IN_PROGRESS, S.FAILED], target=S.CANCELLED
    )
    def cancel(self, *, by: str, reason: str = "", silently: bool = False) -> dict[str, bool]:
        self._stop_waiting()
        self.cancelled_by, self.cancel_reason = by, reason
        self.failure_code = self.failure_text = ""
        self.revision += 1
        return {"silently": True} if silently else {}

    @transition(field="status", source=S.DRAFT, target=S.CANCELLED)
    def let_go(self, *, by: str, reason: str = "") -> None:
        """The time was held and nothing promised: nobody is told."""
        self.stale_after = None
        self.cancelled_by, self.cancel_reason = by, reason

    @transition(field="status", source=OPEN, target=S.CANCELLED)
    def merge(self, *, into: Booking) -> dict[str, str]:
        """Their customer has the other one in its place, so nobody is told of a cancellation."""
        self._stop_waiting()
        self.cancelled_by, self.merged_into = "staff", into
        self.revision += 1
        return {"into": into.reference}

    @transition(field="status", source=[S.SUBMITTED, S.ACCEPTED, S.IN_PROGRESS], target=S.FAILED)
    def fail(self, *, code: str, text: str = "") -> None:
        self._stop_waiting()
        self.failure_code, self.failure_text = code, text
        self.revision += 1

    @transition(field="status", source=S.FAILED, target=S.SUBMITTED)
    def resubmit(self) -> None:
        self.failure_code = self.failure_text = ""
        self._start_processing()

    # Changes that keep the status

    @transition(field="status", source=S.SUBMITTED, target=None)
    def ask(self, *, whom: str, until: datetime) -> None:
        self.waiting_for, self.answer_until, self.stale_after = whom, until, None

    @transition(field="status", source=S.SUBMITTED, target=None)
    def postpone(self, *, until: datetime, text: str) -> dict[str, str]:
        self.attempts += 1
        self.next_at = until
        return {"error": text}

    @transition(field="status", source=OPEN, target=None)
    def move(
        self,
        *,
        session: Session,
        place: int,
        resource: Resource | None,
        wants_resource: bool,
        local_start: str,
        silently: bool = False,
        set_aside: str = "",
    ) -> dict[str, Any]:
        before = self.local_start
        self.session, self.place = session, place
        self.resource, self.wants_resource = resource, wants_resource
        self.starts_at, self.ends_at, self.local_start = session.starts_at, session.ends_at, local_start
        return self._agreed_anew(before, silently, set_aside)

    @transition(field="status", source=[*OPEN, S.IN_PROGRESS], target=None)
    def change(
        self, *, facts: dict[str, Any], said: dict[str, str], silently: bool = False, set_aside: str = ""
    ) -> dict[str, Any]:
        """Another service, or other people, of the same booking; `said` is what it was and has become.

        What waits for an answer that its new service does not ask for is processed anew.
        """
        before = self.local_start
        if self.waiting_for and facts["service"].approval != self.service.approval:
            self.waiting_for, self.answer_until = "", None
            self._start_processing()
        for name, value in facts.items():
            setattr(self, name, value)
        return said | self._agreed_anew(before, silently, set_aside)

    @transition(field="status", source=S.FAILED, target=None)
    def take_place(self, *, session: Session, place: int, resource: Resource | None) -> None:
        """Before a retry: the time may be free with somebody else only."""
        self.session, self.place, self.resource = session, place, resource

    @transition(field="status", source=list(Status), target=None)
    def correct_email(self, *, email: str) -> None:
        self.email = email

    @transition(field="status", source=list(Status), target=None)
    def correct_phone(self, *, phone: str) -> None:
        self.phone = phone

    @transition(field="status", source=[*OPEN, S.IN_PROGRESS], target=None)
    def answer(self, *, answers: dict[str, Any]) -> dict[str, str]:
        """What the service asks was asked later; the history names the questions and not what was said."""
        self.answers = {**self.answers, **answers}
        return {"questions": ", ".join(sorted(answers))}

    @transition(field="status", source=list(Status), target=None)
    def correct_name(self, *, called: str) -> None:
        self.name = called

    @transition(field="status", source=list(Status), target=None)
    def correct_notes(self, *, notes: str) -> None:
        self.notes = notes

    @transition(field="status", source=list(Status), target=None)
    def settle_duplicate(self) -> None:
        """Staff looked: it is meant."""
        self.duplicate_of = None

    @transition(field="status", source=[*OPEN, S.IN_PROGRESS], target=None)
    def take_over(self, *, merged: Booking, taken: dict[str, Any]) -> dict[str, Any]:
        """The same person's other booking goes into this one, with what this one did not say yet."""
        for name, value in taken.items():
            setattr(self, name, value)
        if self.duplicate_of_id == merged.pk:
            self.duplicate_of = None
        return {"merged": merged.reference, "took": sorted(taken)}

    @transition(field="status", source=OPEN, target=None)
    def stay_outside(self) -> None:
        """Staff looked: it stays although the rules of its place would not offer its time any more."""

    @transition(field="status", source=[S.CANCELLED, S.COMPLETED], target=None)
    def acknowledge(self) -> None:
        """Somebody made sure that the customer knows."""
        self.acknowledged_at = timezone.now()

    @transition(field="status", source=S.COMPLETED, target=None)
    def record_no_show(self) -> None:
        self.no_show = True

    @transition(field="status", source=S.COMPLETED, target=None)
    def take_back_no_show(self) -> None:
        """They had come: somebody pressed the wrong button."""
        self.no_show = False

    @transition(field="status", source=[S.COMPLETED, S.CANCELLED], target=None)
    def forget(self) -> None:
        """The customer goes; the time, the service and what came of it stay."""
        self.name = self.email = self.phone = self.notes = ""
        self.answers = {}
        self.cancel_reason = self.failure_text = ""
        self.forgotten_at = timezone.now()

    def _agreed_anew(self, before: str, silently: bool, set_aside: str) -> dict[str, Any]:
        """The deadlines follow the time that it has now; what the history keeps of it."""
        if self.status in (S.ACCEPTED, S.IN_PROGRESS):
            self.stale_after = self.ends_at + timedelta(seconds=settings.HOLDFAST.completion_grace_seconds)
        if self.answer_until:
            self.answer_until = min(self.answer_until, self.starts_at)
        self.revision += 1
        kept: dict[str, Any] = {"from": before, "to": self.local_start}
        kept |= {"set_aside": set_aside} if set_aside else {}
        return kept | ({"silently": True} if silently else {})

    def _start_processing(self) -> None:
        now = timezone.now()
        self.next_at, self.attempts = now, 0
        self.stale_after = now + timedelta(seconds=settings.HOLDFAST.processing_late_seconds)

    def _stop_waiting(self) -> None:
        self.waiting_for, self.answer_until, self.stale_after = "", None, None
