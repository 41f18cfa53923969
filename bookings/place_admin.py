"""Locations, services, people and rooms as somebody fills them in who has never seen them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from bookings import when
from bookings.availability import hours_page, setup
from bookings.availability.asking import AsksAboutBookings
from bookings.booking import OPEN, Booking
from bookings.local_times import LocalTimesForm
from bookings.place_forms import LocationForm, RequirementForm, ResourceForm, ServiceForm
from bookings.places import Closure, Location, Requirement, Resource, Service
from bookings.questions import Question
from operations import reach
from operations.console import WithinReach

LATER = _("Shown here as soon as it is saved.")


class LocationAdmin(AsksAboutBookings):
    form = LocationForm
    list_display = ("name", "slug", "time_zone", "currency", "is_active")
    list_filter = ("is_active",)
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("name", "id")
    readonly_fields = ("on_your_website", "ready", "hours", "further")
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_active", "ready")}),
        (_("Opening hours"), {"fields": ("opening_hours", "hours", "time_zone", "country", "subdivision")}),
        (_("How customers find and reach you"), {"fields": ("address", "phone", "email")}),
        (
            _("Rules of booking"),
            {
                "fields": (
                    "slot_step_minutes",
                    "minimum_notice_minutes",
                    "horizon_days",
                    "cancel_until_hours",
                )
            },
        ),
        (_("Language and money"), {"fields": ("locale", "currency", "how_to_pay")}),
        (_("Messages"), {"fields": ("text_messages",)}),
        (_("Looks and your website"), {"fields": ("colour", "embed_parents", "on_your_website")}),
        (_("Customers' data"), {"fields": ("keep_days",)}),
        (_("What belongs to it"), {"fields": ("further",)}),
    )

    def location_of(self, record: Any) -> int:
        return int(record.pk)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        """The hours as text only while the location is made; afterwards they have a page."""
        hidden = ("hours", "ready", "further", "on_your_website") if obj is None else ("opening_hours",)
        return [
            (name, {**options, "fields": [each for each in options["fields"] if each not in hidden]})
            for name, options in self.fieldsets
            if set(options["fields"]) - set(hidden)
        ]

    @admin.display(description=_("on your website"))
    def on_your_website(self, location: Location) -> str:
        """What to paste there: a link, or the pages themselves."""
        return render_to_string(
            "admin/on_your_website.html", {"location": location, "home": settings.HOLDFAST_URL}
        )

    @admin.display(description=_("ready to be booked?"))
    def ready(self, location: Location) -> str:
        """What is still lacking, with links."""
        return render_to_string("availability/parts/steps.html", {"steps": setup.steps(location)})

    @admin.display(description=_("hours"))
    def hours(self, location: Location) -> str:
        """As stored, and the page that changes them."""
        page = hours_page.address(location, None)
        return format_html(
            '<code>{}</code><br><a href="{}">{}</a>',
            location.opening_hours,
            page,
            gettext("Hours, closures and public holidays"),
        )

    @admin.display(description=_("further pages"))
    def further(self, location: Location) -> str:
        """The way on to what a location consists of."""
        only = f"?location__id__exact={location.pk}"
        lists = [
            (f"{reverse('admin:bookings_service_changelist')}{only}", gettext("Services")),
            (f"{reverse('admin:bookings_resource_changelist')}{only}", gettext("People and rooms")),
            (f"{reverse('admin:bookings_messagetext_changelist')}{only}", gettext("Texts of messages")),
            (f"{reverse('admin:bookings_calendarfeed_changelist')}{only}", gettext("Calendar feeds")),
            (reverse("calendar", args=[location.slug]), gettext("Calendar")),
            (reverse("hours-why", args=[location.slug]), gettext("Why is a time not offered?")),
            (reverse("services", args=[location.slug]), gettext("What customers see")),
        ]
        return render_to_string("availability/parts/links.html", {"links": lists})

    def has_add_permission(self, request: HttpRequest, *parent: Any) -> bool:
        """Not for somebody limited to some locations: it would be none of theirs."""
        return super().has_add_permission(request, *parent) and not reach.is_limited(request.user)


class QuestionInline(WithinReach, admin.StackedInline[Question, Service]):
    model = Question
    extra = 0
    prepopulated_fields = {"code": ("text",)}
    fields = ("text", "help_text", "kind", "choices", "is_required", "is_active", "position", "code")


class RequirementInline(WithinReach, admin.StackedInline[Requirement, Service]):
    model = Requirement
    form = RequirementForm
    extra = 0
    verbose_name_plural = _("What it needs; without a line: one of the people, or a room if there are none")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Offers the people and rooms of the service's own location only."""
        formset = super().get_formset(request, obj, **kwargs)
        choices: Any = formset.form.base_fields.get("resources")
        if choices is not None and obj is not None:
            choices.queryset = choices.queryset.filter(location=obj.location_id)
        return formset


class OfOneLocation(AsksAboutBookings):
    """What belongs to a location for good: its bookings would be left behind."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shut = ("location",) if obj else ()
        return (*super().get_readonly_fields(request, obj), *shut)


class ServiceAdmin(OfOneLocation):
    form = ServiceForm
    list_display = ("name", "location", "minutes", "price", "capacity", "approval", "is_active")
    list_filter = ("location", "approval", "is_active")
    list_select_related = ("location",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("further",)
    inlines = (RequirementInline, QuestionInline)
    ordering = ("location__name", "position", "id")
    fieldsets = (
        (None, {"fields": ("location", "name", "slug", "description", "is_active", "position")}),
        (
            _("How long and how many"),
            {
                "fields": (
                    "minutes",
                    "buffer_before_minutes",
                    "buffer_after_minutes",
                    "capacity",
                    "max_people",
                    "wait_list",
                )
            },
        ),
        (_("Price"), {"fields": ("price", "deposit")}),
        (_("Confirming and reminding"), {"fields": ("approval", "answer_within_hours", "reminder_hours")}),
        (_("What customers must enter"), {"fields": ("requires_phone", "requires_notes")}),
        (_("Further pages"), {"fields": ("further",)}),
    )

    def notes_on(self, record: Any, changed: Iterable[str]) -> list[str]:
        """Bookings keep the time, the places and the price that were agreed."""
        kept = {
            *("minutes", "buffer_before_minutes", "buffer_after_minutes"),
            *("capacity", "max_people", "price", "deposit"),
        }
        named = {field.name: field.verbose_name for field in Service._meta.fields}
        fields = [str(named[name]) for name in changed if name in kept]
        to_come = Booking.objects.filter(service=record, status__in=OPEN, starts_at__gt=timezone.now())
        if not fields or not (number := to_come.count()):
            return []
        text = ngettext(
            "%(n)s booking to come keeps what was agreed (%(fields)s). The change counts for new bookings.",
            "%(n)s bookings to come keep what was agreed (%(fields)s). The change counts for new bookings.",
            number,
        )
        return [text % {"n": number, "fields": ", ".join(fields)}]

    @admin.display(description=_("further pages"))
    def further(self, service: Service) -> str:
        """The way back to its location, and to the answer why it is not offered."""
        if not service.pk:
            return str(LATER)
        place = service.location
        ask = reverse("hours-why", args=[place.slug])
        links = [
            (f"{ask}?service={service.slug}", gettext("Why is a time not offered?")),
            (reverse("hours", args=[place.slug]), gettext("Hours")),
            (reverse("admin:bookings_location_change", args=[place.pk]), place.name),
            (reverse("times", args=[place.slug, service.slug]), gettext("What customers see")),
        ]
        return render_to_string("availability/parts/links.html", {"links": links})


class ResourceAdmin(OfOneLocation):
    form = ResourceForm
    list_display = ("name", "location", "kind", "hours", "is_active")
    list_filter = ("location", "kind", "is_active")
    list_select_related = ("location",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("working", "further")
    ordering = ("location__name", "position", "id")
    fieldsets = (
        (None, {"fields": ("location", "name", "slug", "kind", "is_active", "position")}),
        (_("Hours, breaks and absences"), {"fields": ("working",)}),
        (_("Further pages"), {"fields": ("further",)}),
    )

    @admin.display(description=_("hours"))
    def working(self, resource: Resource) -> str:
        """As stored, and the page that changes them."""
        if not resource.pk:
            return gettext("Whenever the place is open. As soon as it is saved you can change that.")
        told = resource.hours or gettext("Whenever the place is open")
        return format_html(
            '<code>{}</code> {}<br><a href="{}">{}</a>',
            told,
            ", ".join(resource.breaks),
            hours_page.address(resource.location, resource),
            gettext("Hours, breaks and absences"),
        )

    @admin.display(description=_("further pages"))
    def further(self, resource: Resource) -> str:
        """The way back to its location, its calendar and the feeds."""
        if not resource.pk:
            return str(LATER)
        place = resource.location
        feeds = f"{reverse('admin:bookings_calendarfeed_changelist')}?location__id__exact={place.pk}"
        links = [
            (f"{reverse('calendar', args=[place.slug])}?resource={resource.slug}", gettext("Calendar")),
            (feeds, gettext("Calendar feeds")),
            (reverse("admin:bookings_location_change", args=[place.pk]), place.name),
        ]
        return render_to_string("availability/parts/links.html", {"links": links})


class ClosureAdmin(AsksAboutBookings):
    form = LocalTimesForm
    list_display = ("location", "begins", "ends", "reason")
    list_filter = ("location",)
    list_select_related = ("location",)
    ordering = ("-ends_at", "-id")
    fieldsets = (
        (
            None,
            {
                "fields": ("location", ("starts_at", "ends_at"), "reason"),
                "description": _("Times as the clock of the place shows them."),
            },
        ),
    )

    @admin.display(description=_("begins"))
    def begins(self, closure: Closure) -> str:
        return str(when.spoken(closure.starts_at, closure.location.zone, when.of_reader()))

    @admin.display(description=_("ends"))
    def ends(self, closure: Closure) -> str:
        return str(when.spoken(closure.ends_at, closure.location.zone, when.of_reader()))
