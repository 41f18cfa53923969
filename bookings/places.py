"""What an organisation offers: its locations, services, people and rooms, and when they are open."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings import colours

LONGEST_REMINDER_HOURS, MOST_REMINDERS = 720, 6


def validate_time_zone(name: str) -> None:
    """Accept IANA time zone names only."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone, e.g. Europe/Berlin."), params={"name": name})


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
