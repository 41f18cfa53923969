"""What can be booked at a place, and which people and rooms it needs."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.places import Location
from bookings.resources import Resource, ResourceKind

LONGEST_REMINDER_HOURS, MOST_REMINDERS = 720, 6


def validate_reminder_hours(hours: list[int]) -> None:
    """Accept a few different hours before the start, none too far ahead to be of use."""
    if not all(1 <= each <= LONGEST_REMINDER_HOURS for each in hours):
        raise ValidationError(
            _("Reminders leave from 1 to %(longest)d hours before the start."),
            params={"longest": LONGEST_REMINDER_HOURS},
        )
    if len(set(hours)) < len(hours):
        raise ValidationError(_("Two reminders at one time are one too many."))


def usual_reminder_hours() -> list[int]:
    """A day and two hours ahead."""
    return [24, 2]


MOST_TO_PAY = Decimal("9999999999.99")  # what the price of a booking can hold, as many as come


class Approval(models.TextChoices):
    AUTOMATIC = "automatic", _("At once")
    STAFF = "staff", _("By staff")
    PAYMENT = "payment", _("When paid")
    PARTNER = "partner", _("By a partner")


class Service(models.Model):
    """Something that can be booked; prices are in the location's currency, in its major unit."""

    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="services", verbose_name=_("location")
    )
    slug = models.SlugField(
        max_length=60,
        verbose_name=_("web address"),
        help_text=_(
            "The last part of its address: small letters, digits and hyphens. Links break when it changes."
        ),
    )
    name = models.CharField(max_length=120, verbose_name=_("name"), help_text=_("As customers read it."))
    description = models.TextField(blank=True, verbose_name=_("description"))
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)],
        verbose_name=_("minutes"),
        help_text=_("How long it takes. Bookings to come keep the time that they have."),
    )
    hours = models.TextField(
        blank=True,
        default="",
        db_default="",
        verbose_name=_("own hours"),
        help_text=_("Own days or hours in OpenStreetMap syntax, e.g. Tu-Sa; empty: as the location."),
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        default=0,
        verbose_name=_("minutes kept free before"),
        help_text=_("To prepare; nobody else can have this time."),
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        default=0, verbose_name=_("minutes kept free after"), help_text=_("To clean up or to travel.")
    )
    price = models.DecimalField(max_digits=12, decimal_places=2, default=0, verbose_name=_("price"))
    deposit = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        verbose_name=_("deposit"),
        help_text=_("A part of the price that is paid when booking; empty: none."),
    )
    capacity = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1)],
        verbose_name=_("places"),
        help_text=_("How many customers can book the same time, e.g. 12 in a class; 1: one at a time."),
    )
    max_people = models.PositiveSmallIntegerField(
        default=1,
        db_default=1,
        validators=[MinValueValidator(1)],
        verbose_name=_("people in one booking"),
        help_text=_("How many of the places one customer can book at once; each pays the price."),
    )
    approval = models.CharField(
        max_length=12,
        choices=Approval,
        default=Approval.AUTOMATIC,
        verbose_name=_("confirmed"),
        help_text=_("At once, or after somebody agreed."),
    )
    answer_within_hours = models.PositiveSmallIntegerField(
        default=24,
        help_text=_("How soon staff promise to answer a request."),
        verbose_name=_("hours to answer"),
    )
    reminder_hours = ArrayField(
        models.PositiveSmallIntegerField(),
        size=MOST_REMINDERS,
        default=usual_reminder_hours,
        db_default=[24, 2],
        blank=True,
        validators=[validate_reminder_hours],
        help_text=_("How many hours before the start, e.g. 24, 2: a day and two hours before. Empty: never."),
        verbose_name=_("reminders"),
    )
    wait_list = models.BooleanField(
        default=False,
        verbose_name=_("wait list"),
        help_text=_("Customers can wait for a time that is taken."),
    )
    takes_place_online = models.BooleanField(
        default=False,
        db_default=False,
        verbose_name=_("takes place online"),
        help_text=_(
            "Nobody has to come: customers read “Online” in place of your address, and their own time beside"
            " yours."
        ),
    )
    how_to_join = models.TextField(
        max_length=1000,
        blank=True,
        default="",
        db_default="",
        verbose_name=_("how to join"),
        help_text=_(
            "Of a service that takes place online, e.g. the link of the meeting or “We call you”. Customers"
            " read it once their booking is confirmed, on its page, in their messages and in their calendar."
        ),
    )
    requires_phone = models.BooleanField(default=False, verbose_name=_("telephone number needed"))
    requires_notes = models.BooleanField(
        default=False,
        verbose_name=_("notes needed"),
        help_text=_("Customers must write something, e.g. which car."),
    )
    position = models.PositiveSmallIntegerField(
        default=0, verbose_name=_("order"), help_text=_("Small numbers come first.")
    )
    is_active = models.BooleanField(
        default=True,
        verbose_name=_("switched on"),
        help_text=_("Off: customers do not see it any more. Bookings to come stay, and you are shown them."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("service"), _("services")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=["location", "slug"], name="bookings_one_service_per_slug"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="bookings_service_has_length"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="bookings_service_has_places"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def most_people(self) -> int:
        """How many one booking can be for: never more than a session has places."""
        return min(self.max_people, self.capacity)

    @property
    def party_sizes(self) -> range:
        """The numbers of people that one booking can be for."""
        return range(1, self.most_people + 1)


class Requirement(models.Model):
    """A service needs one resource of this kind: any of the location's, or one of `resources` if named."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="requirements", verbose_name=_("service")
    )
    kind = models.CharField(max_length=12, choices=ResourceKind, verbose_name=_("needs a"))
    resources = models.ManyToManyField(
        Resource,
        blank=True,
        verbose_name=_("one of these"),
        help_text=_("None chosen: any of this kind at the location."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("need"), _("needs")
        constraints = (
            models.UniqueConstraint(fields=["service", "kind"], name="bookings_one_requirement_per_kind"),
        )

    def __str__(self) -> str:
        return f"{self.service} needs a {self.kind}"
