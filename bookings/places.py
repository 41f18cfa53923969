"""The places of an organisation: their clocks, languages, hours and rules, and when they are closed."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings import colours


def validate_time_zone(name: str) -> None:
    """Accept IANA time zone names only."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone, e.g. Europe/Berlin."), params={"name": name})


class Location(models.Model):
    """A place with its own clock, language, currency, hours and rules."""

    slug = models.SlugField(
        max_length=60,
        unique=True,
        verbose_name=_("web address"),
        help_text=_(
            "The last part of the address of its booking pages: small letters, digits and hyphens."
            " Links and printed codes break when it changes."
        ),
    )
    name = models.CharField(max_length=120, verbose_name=_("name"))
    time_zone = models.CharField(
        max_length=60,
        validators=[validate_time_zone],
        verbose_name=_("time zone"),
        help_text=_("The clock on its wall, e.g. Europe/Berlin."),
    )
    locale = models.CharField(
        max_length=12,
        default="en",
        verbose_name=_("language"),
        help_text=_("Of its messages when a customer has chosen none, e.g. de or en-GB."),
    )
    currency = models.CharField(
        max_length=3, default="EUR", verbose_name=_("currency"), help_text=_("Three letters, e.g. EUR.")
    )
    country = models.CharField(
        max_length=2,
        blank=True,
        verbose_name=_("country"),
        help_text=_("Two letters, e.g. DE; whose public holidays count."),
    )
    subdivision = models.CharField(
        max_length=10,
        blank=True,
        verbose_name=_("region"),
        help_text=_("Where public holidays differ within the country, e.g. BE for Berlin."),
    )
    opening_hours = models.TextField(
        help_text=_("OpenStreetMap syntax, e.g. Mo-Fr 09:00-17:00; PH off"), verbose_name=_("opening hours")
    )
    slot_step_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(5)],
        verbose_name=_("minutes between starts"),
        help_text=_("Times are offered every so many minutes, counted from the opening."),
    )
    minimum_notice_minutes = models.PositiveIntegerField(
        default=60,
        verbose_name=_("minutes of notice"),
        help_text=_("How long before its start a time can be booked last."),
    )
    horizon_days = models.PositiveSmallIntegerField(
        default=60,
        validators=[MaxValueValidator(800)],
        verbose_name=_("days ahead"),
        help_text=_("How many days ahead customers can book."),
    )
    cancel_until_hours = models.PositiveSmallIntegerField(
        default=24,
        verbose_name=_("hours to cancel before"),
        help_text=_("Until how many hours before the start customers can cancel and move by themselves."),
    )
    address = models.TextField(blank=True, verbose_name=_("address"))
    phone = models.CharField(max_length=40, blank=True, verbose_name=_("telephone"))
    email = models.EmailField(
        blank=True,
        help_text=_("Where customers and requests reach the staff."),
        verbose_name=_("e-mail address"),
    )
    colour = models.CharField(
        max_length=7,
        blank=True,
        default="",
        db_default="",
        validators=[colours.validate_colour],
        help_text=_("Of its pages and messages, e.g. #1f6b4f; dark enough for white letters. Empty: ours."),
        verbose_name=_("colour"),
    )
    how_to_pay = models.TextField(
        max_length=1000,
        blank=True,
        default="",
        db_default="",
        help_text=_("Told to customers whose booking waits for its payment, e.g. your bank details."),
        verbose_name=_("how to pay"),
    )
    text_messages = models.BooleanField(
        _("text messages"),
        default=False,
        db_default=False,
        help_text=_(
            "Send confirmations, new times, cancellations by you, reminders and offers from the wait list as"
            " text messages too, to customers who gave a telephone number. It needs a gateway, which gets the"
            " number."
        ),
    )
    staff_notices = models.BooleanField(
        _("write to us about bookings"),
        default=False,
        db_default=False,
        help_text=_(
            "A mail to the e-mail address of this place whenever a customer books, moves or cancels online."
            " Requests that wait for your answer are always mailed."
        ),
    )
    embed_parents = models.TextField(
        _("websites that may show the booking pages"),
        max_length=2000,
        blank=True,
        default="",
        db_default="",
        help_text=_("The beginning of each address on a line of its own, e.g. https://www.example.com."),
    )
    about = models.TextField(
        _("about this place"),
        max_length=2000,
        blank=True,
        default="",
        db_default="",
        help_text=_("A few words above its services: who you are, how to get there, what to bring."),
    )
    privacy_url = models.URLField(
        _("address of your privacy notice"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        validators=[URLValidator(["http", "https"])],
        help_text=_("Linked below every form and page; in many countries the law asks for it."),
    )
    legal_url = models.URLField(
        _("address of your legal notice"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        validators=[URLValidator(["http", "https"])],
        help_text=_("Imprint or terms, linked below every page."),
    )
    keep_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        verbose_name=_("days to keep customers' data"),
        help_text=_("After the appointment is over. Empty: as long as everywhere. What is open stays."),
    )
    is_active = models.BooleanField(
        default=True,
        verbose_name=_("switched on"),
        help_text=_("Off: customers do not see it any more. Bookings stay."),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("location"), _("locations")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(slot_step_minutes__gte=1), name="bookings_location_step"),
            models.CheckConstraint(condition=Q(horizon_days__lte=800), name="bookings_location_horizon"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Closure(models.Model):
    """The whole location is closed from `starts_at` to `ends_at`."""

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="closures", verbose_name=_("location")
    )
    starts_at = models.DateTimeField(verbose_name=_("from"))
    ends_at = models.DateTimeField(verbose_name=_("to"))
    reason = models.CharField(max_length=200, blank=True, verbose_name=_("reason"))

    class Meta:
        verbose_name, verbose_name_plural = _("closure"), _("closures")
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="bookings_closure_has_length"
            ),
        )
        indexes = (models.Index(fields=["location", "ends_at"], name="bookings_closure_location"),)

    def __str__(self) -> str:
        return f"{self.location}: {self.reason or 'closed'}"
