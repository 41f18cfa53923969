"""Who and what serves customers at a place, and when they are away."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.places import Location


class ResourceKind(models.TextChoices):
    PERSON = "person", _("Person")
    ROOM = "room", _("Room")
    EQUIPMENT = "equipment", _("Equipment")


class Resource(models.Model):
    """A person, room or thing that can do one session at a time."""

    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="resources", verbose_name=_("location")
    )
    slug = models.SlugField(
        max_length=60,
        verbose_name=_("short name"),
        help_text=_("In web addresses: small letters, digits and hyphens."),
    )
    name = models.CharField(max_length=120, verbose_name=_("name"), help_text=_("As customers read it."))
    kind = models.CharField(
        max_length=12, choices=ResourceKind, default=ResourceKind.PERSON, verbose_name=_("kind")
    )
    hours = models.TextField(
        blank=True,
        help_text=_("Own days or hours in OpenStreetMap syntax, e.g. Tu-Sa; empty: as the location."),
        verbose_name=_("own hours"),
    )
    breaks = models.JSONField(
        default=list,
        blank=True,
        help_text=_("Daily breaks, e.g. ['12:30-13:15']"),
        verbose_name=_("daily breaks"),
    )
    position = models.PositiveSmallIntegerField(
        default=0, verbose_name=_("order"), help_text=_("Small numbers come first.")
    )
    is_active = models.BooleanField(
        default=True,
        verbose_name=_("switched on"),
        help_text=_("Off: not booked any more. Bookings to come stay, and you are shown them."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("person, room or equipment"), _("people, rooms and equipment")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=["location", "slug"], name="bookings_one_resource_per_slug"),
        )

    def __str__(self) -> str:
        return self.name


class Absence(models.Model):
    """A resource is not available from `starts_at` to `ends_at`."""

    resource = models.ForeignKey(
        Resource,
        on_delete=models.CASCADE,
        related_name="absences",
        verbose_name=_("person, room or equipment"),
    )
    starts_at = models.DateTimeField(verbose_name=_("from"))
    ends_at = models.DateTimeField(verbose_name=_("to"))
    reason = models.CharField(max_length=200, blank=True, verbose_name=_("reason"))

    class Meta:
        verbose_name, verbose_name_plural = _("absence"), _("absences")
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="bookings_absence_has_length"
            ),
        )
        indexes = (models.Index(fields=["resource", "ends_at"], name="bookings_absence_resource"),)

    def __str__(self) -> str:
        return f"{self.resource}: {self.reason or 'away'}"
