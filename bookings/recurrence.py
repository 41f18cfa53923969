"""When a series takes place: every so often at the same wall time, whatever clocks do."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from bookings.booking import new_reference, new_token
from bookings.offerings import Service
from bookings.places import Location
from operations.intents import Intent

WEEK = timedelta(weeks=1)


class Every(models.TextChoices):
    WEEK = "week", _("every week")
    TWO_WEEKS = "two_weeks", _("every two weeks")
    MONTH = "month", _("every month, on the same weekday")


class Series(models.Model):
    """Bookings that were asked for together; each is a record of its own and lives its own life.

    `missed` keeps the wanted dates that were not booked, as {"start", "code"}; `left_out` those that were not
    asked for in the end, as {"day", "start", "why"}, with the reason that whoever asked was shown.
    """

    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    request = models.OneToOneField(Intent, on_delete=models.PROTECT, editable=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="series")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="series")
    every = models.CharField(max_length=12, choices=Every)
    missed = models.JSONField(default=list)
    left_out = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")

    def __str__(self) -> str:
        return self.reference


def days(first: date, every: str, count: int) -> list[date]:
    """The dates of a series, the first included; a month without a fifth Tuesday is left out."""
    if every == Every.MONTH:
        return _months(first, count)
    step = WEEK * (2 if every == Every.TWO_WEEKS else 1)
    return [first + step * number for number in range(count)]


def at(day: date, first: datetime, zone: ZoneInfo) -> datetime | None:
    """The same wall time as `first` on this date; None where clocks skip it (PEP 495)."""
    local = first.astimezone(zone)
    moment = datetime.combine(day, local.time(), tzinfo=zone).replace(fold=local.fold)
    there_and_back = datetime.fromtimestamp(moment.timestamp(), zone)
    return moment if there_and_back.time() == local.time() else None


def _months(first: date, count: int) -> list[date]:
    """The same weekday of the month: the second Tuesday, for instance."""
    nth, found, month = (first.day - 1) // 7, list[date](), first.replace(day=1)
    while len(found) < count:
        offset = (first.weekday() - month.weekday()) % 7 + nth * 7
        if offset < calendar.monthrange(month.year, month.month)[1]:
            found.append(month + timedelta(days=offset))
        month = (month + timedelta(days=31)).replace(day=1)
    return found
