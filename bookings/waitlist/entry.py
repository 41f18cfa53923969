"""Somebody on the wait list: what they want, for how long, and what came of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.booking import Booking, new_reference, new_token
from bookings.offerings import Service
from bookings.places import Location
from bookings.resources import Resource
from bookings.waitlist.guards import OfferHasItsDraft
from operations.intents import Intent
from operations.workflow import Workflow, status_field, transition


class WaitStatus(models.TextChoices):
    WAITING = "waiting", _("On the wait list")
    OFFERED = "offered", _("Offered a time")
    TAKEN = "taken", _("Took the time")
    DECLINED = "declined", _("Let the time go")
    EXPIRED = "expired", _("Over without an answer")
    LEFT = "left", _("Left the list")


W = WaitStatus
OPEN = (W.WAITING, W.OFFERED)


class WaitEntryQuerySet(models.QuerySet["WaitEntry"]):
    def waiting(self) -> WaitEntryQuerySet:
        return self.filter(status=W.WAITING)

    def due(self) -> WaitEntryQuerySet:
        """Those for whom somebody should look for a free time now."""
        return self.waiting().filter(look_at__lte=timezone.now())

    def in_line(self, service: int, day: date) -> WaitEntryQuerySet:
        """Who waits for a time of this service on this date, the first in line first."""
        return self.waiting().filter(service=service, day=day).order_by("pk")

    def around(self, location: int, day: date) -> WaitEntryQuerySet:
        """Who waits at a place on this date or beside it: what is freed at midnight touches both."""
        days = day - timedelta(days=1), day + timedelta(days=1)
        return self.waiting().filter(location=location, day__range=days)

    def out_of_time(self) -> WaitEntryQuerySet:
        return self.waiting().filter(until__lte=timezone.now())

    def late(self) -> WaitEntryQuerySet:
        """Nobody looked for them, or their offer did not end, when it should have."""
        return self.filter(status__in=OPEN, stale_after__lt=timezone.now())


class WaitEntry(Workflow):
    """One place in the line for a start, or without one for any time of a day.

    `until` is the last moment at which an offer would be of use, `look_at` when somebody looks next.
    """

    initial_statuses: ClassVar[frozenset[str]] = frozenset({W.WAITING})
    final_statuses: ClassVar[frozenset[str]] = frozenset({W.TAKEN, W.DECLINED, W.EXPIRED, W.LEFT})

    status = status_field(WaitStatus, W.WAITING)
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    request = models.OneToOneField(Intent, on_delete=models.PROTECT, null=True, editable=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="wait_list")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="waiting")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, blank=True)
    day = models.DateField(help_text=_("By the clock of the place."))
    starts_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: any time of that day."))
    until = models.DateTimeField()
    booking = models.OneToOneField(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="wait_entry"
    )
    look_at = models.DateTimeField(default=timezone.now)

    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    notes = models.TextField(blank=True, max_length=2000)
    answers = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=12, default="en")
    source = models.CharField(max_length=12, default="web")
    forgotten_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When the customer's data were removed.")
    )

    objects = WaitEntryQuerySet.as_manager()

    class Meta(Workflow.Meta):
        verbose_name = _("wait list entry")
        verbose_name_plural = _("wait list")
        constraints = (
            models.CheckConstraint(
                condition=Q(booking__isnull=False) | Q(status__in=[W.WAITING, W.EXPIRED, W.LEFT]),
                name="bookings_offer_has_its_booking",
            ),
        )
        indexes = (
            models.Index(fields=["look_at"], condition=Q(status="waiting"), name="bookings_wait_look"),
            models.Index(
                fields=["service", "day", "id"], condition=Q(status="waiting"), name="bookings_wait_line"
            ),
            models.Index(
                fields=["location", "day"], condition=Q(status="waiting"), name="bookings_wait_place"
            ),
            models.Index(
                fields=["stale_after"],
                condition=Q(status__in=["waiting", "offered"]),
                name="bookings_wait_stale",
            ),
            models.Index(fields=["-until", "-id"], name="bookings_wait_until"),
            models.Index(Lower("email"), name="bookings_wait_email"),
        )
        triggers = (*Workflow.Meta.triggers, OfferHasItsDraft(name="offer_has_its_draft"))

    def __str__(self) -> str:
        return self.reference

    @transition(field="status", source=W.WAITING, target=W.OFFERED)
    def offer(self, *, booking: Booking, until: datetime) -> dict[str, str]:
        self.booking = booking
        self.stale_after = until + timedelta(seconds=settings.HOLDFAST.wait_late_seconds)
        return {"booking": booking.reference}

    @transition(field="status", source=W.OFFERED, target=W.TAKEN)
    def take(self) -> None:
        self.stale_after = None

    @transition(field="status", source=W.OFFERED, target=W.DECLINED)
    def decline(self) -> None:
        self.stale_after = None

    @transition(field="status", source=list(OPEN), target=W.EXPIRED)
    def expire(self) -> None:
        self.stale_after = None

    @transition(field="status", source=list(OPEN), target=W.LEFT)
    def leave(self) -> None:
        self.stale_after = None

    @transition(field="status", source=[W.TAKEN, W.DECLINED, W.EXPIRED, W.LEFT], target=None)
    def forget(self) -> None:
        """Whoever waited goes; what they waited for, and what came of it, stays."""
        self.name = self.email = self.phone = self.notes = ""
        self.answers = {}
        self.forgotten_at = timezone.now()


class FreedDayQuerySet(models.QuerySet["FreedDay"]):
    def due(self) -> FreedDayQuerySet:
        """Those around which somebody should look now."""
        return self.filter(at__lte=timezone.now())


class FreedDay(models.Model):
    """A booking left its time on this date of a place: somebody has to look who waits around it.

    Written by whoever frees the time, without touching an entry that a worker has in hand. `at` is when it
    was left, or when somebody looks again because not everyone could be served.
    """

    location = models.ForeignKey(Location, on_delete=models.CASCADE)
    day = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    objects = FreedDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("time that was left")
        verbose_name_plural = _("times that were left")
        indexes = (models.Index(fields=["at"], name="bookings_freed_at"),)

    def __str__(self) -> str:
        return f"{self.location_id} on {self.day}"


def late_from(moment: datetime) -> datetime:
    """When it is late to look for somebody who should be looked for at this moment."""
    return moment + timedelta(seconds=settings.HOLDFAST.wait_late_seconds)
