"""Calendars of a place, a person or a room that a phone subscribes to by a secret address."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import secret_keys
from bookings.booking import Booking, BookingQuerySet, Status
from bookings.places import Location
from bookings.resources import Resource

PAST = timedelta(days=31)
MOST = 5000


class CalendarFeed(models.Model):
    """One subscription; its address is shown once and kept as a hash only, so it can be taken back alone."""

    name = models.CharField(_("name"), max_length=120, help_text=_("Whose phone or screen reads it."))
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="feeds")
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="feeds", null=True, blank=True
    )
    key_hash = models.CharField(max_length=64, editable=False)
    is_active = models.BooleanField(_("can be read"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ("location__name", "name", "id")
        permissions = (
            ("renew_calendarfeed", _("Can give calendar feeds new addresses")),
            ("revoke_calendarfeed", _("Can shut calendar feeds")),
        )
        constraints = (models.UniqueConstraint(fields=["key_hash"], name="bookings_one_feed_per_key"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of_key(cls, key: str) -> CalendarFeed | None:
        """The feed that has this secret and may still be read."""
        found = cls.objects.select_related("location", "resource")
        return found.filter(key_hash=secret_keys.digest(key), is_active=True).first()

    def renew_address(self) -> str:
        """A new address, to be shown once; the old one stops working when the feed is saved."""
        key = secrets.token_urlsafe(32)
        self.key_hash = secret_keys.digest(key)
        return f"{settings.HOLDFAST_URL}/calendar/{key}.ics"

    def bookings(self) -> BookingQuerySet:
        """What stands in it: live bookings from a month ago on, at most 5,000, soonest first.

        What is only held comes and goes while no telephone looks.
        """
        booked = Booking.objects.live().exclude(status=Status.DRAFT)
        found = booked.filter(location=self.location, ends_at__gt=timezone.now() - PAST)
        if self.resource:
            found = found.filter(session__allocations__resource=self.resource)
        return found.select_related("location", "service", "resource").order_by("starts_at", "id")[:MOST]
