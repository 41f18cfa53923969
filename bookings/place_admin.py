"""Locations, services, people and rooms as somebody fills them in who has never seen them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from bookings import away_words, when
from bookings.availability import hours_page, setup
from bookings.availability.asking import AsksAboutBookings
from bookings.availability.looking_after import Links, PlaceRecordAdmin
from bookings.booking import OPEN, Booking, Waiting
from bookings.local_times import LocalTimesForm
from bookings.offerings import Requirement, Service
from bookings.place_forms import LocationForm, RequirementForm, ResourceForm, ServiceForm
from bookings.places import Closure, Location
from bookings.questions import Question
from bookings.resources import Resource
from operations import reach
from operations.console import WithinReach


class LocationAdmin(PlaceRecordAdmin):
    form = LocationForm
    kept_by = "location"
    list_display = ("name", "slug", "time_zone", "currency", "is_active")
    list_filter = ("is_active",)
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("name", "id")
    readonly_fields = ("on_your_website", "hours")
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_active")}),
        (_("Opening hours"), {"fields": ("hours", "time_zone", "country", "subdivision")}),
        (_("How customers find and reach you"), {"fields": ("about", "address", "phone", "email")}),
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
        (_("Messages"), {"fields": ("staff_notices", "text_messages")}),
        (_("Looks and your website"), {"fields": ("colour", "embed_parents", "on_your_website")}),
        (_("Customers' data"), {"fields": ("privacy_url", "legal_url", "keep_days")}),
    )

    class Media:
        js: ClassVar[list[str]] = ["holdfast/places.js"]

    def location_of(self, record: Any) -> int:
        return int(record.pk)

    def place_of(self, record: Any) -> Location:
        location: Location = record
        return location

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        """What a location has a page for, only when it exists: its hours come next."""
        hidden = ("hours", "on_your_website") if obj is None else ()
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

    def steps(self, record: Any) -> list[setup.Step]:
        """What is still lacking, with links."""
        return setup.steps(record)

    def notes_on(self, record: Any, changed: Iterable[str]) -> list[str]:
        """Who still comes although the location is switched off."""
        if record.is_active or "is_active" not in changed:
            return []
        return list(_still_promised(record))

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """First its hours: those that it was made with are a guess."""
        messages.info(request, gettext("Next: when is %(name)s open?") % {"name": obj})
        return HttpResponseRedirect(hours_page.address(obj, None))

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

    def links(self, record: Any) -> Links:
        """The way on to what a location consists of."""
        only = f"?location__id__exact={record.pk}"
        return [
            (hours_page.address(record, None), gettext("Hours and closures")),
            (f"{reverse('admin:bookings_service_changelist')}{only}", gettext("Services")),
            (f"{reverse('admin:bookings_resource_changelist')}{only}", gettext("People and rooms")),
            (f"{reverse('admin:bookings_messagetext_changelist')}{only}", gettext("Texts of messages")),
            (f"{reverse('admin:bookings_calendarfeed_changelist')}{only}", gettext("Calendar feeds")),
            (reverse("calendar", args=[record.slug]), gettext("Calendar")),
            (reverse("hours-why", args=[record.slug]), gettext("Why is a time not offered?")),
            (reverse("services", args=[record.slug]), gettext("What customers see")),
        ]

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


class OfOneLocation(PlaceRecordAdmin):
    """What belongs to a location for good: its bookings would be left behind."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shut = ("location",) if obj else ()
        return (*super().get_readonly_fields(request, obj), *shut)


class ServiceAdmin(OfOneLocation):
    form = ServiceForm
    kept_by = "service"
    list_display = ("name", "location", "minutes", "price", "capacity", "approval", "is_active")
    list_filter = ("location", "approval", "is_active")
    list_select_related = ("location",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("takes_place",)
    inlines = (RequirementInline, QuestionInline)
    ordering = ("location__name", "position", "id")
    fieldsets = (
        (None, {"fields": ("location", "name", "slug", "description", "is_active", "position")}),
        (
            _("How long and how many"),
            {
                "fields": (
                    "takes_place",
                    "minutes",
                    "buffer_before_minutes",
                    "buffer_after_minutes",
                    "capacity",
                    "max_people",
                    "wait_list",
                )
            },
        ),
        (_("Online"), {"fields": ("takes_place_online", "how_to_join")}),
        (_("Price"), {"fields": ("price", "deposit")}),
        (_("Confirming and reminding"), {"fields": ("approval", "answer_within_hours", "reminder_hours")}),
        (_("What customers must enter"), {"fields": ("requires_phone", "requires_notes")}),
    )

    @admin.display(description=_("hours"))
    def takes_place(self, service: Service) -> str:
        """As stored, and the page that changes them."""
        if not service.pk:
            return gettext("Whenever the place is open. As soon as it is saved you can change that.")
        return format_html(
            '<code>{}</code><br><a href="{}">{}</a>',
            service.hours or gettext("Whenever the place is open"),
            hours_page.address(service.location, service),
            gettext("Change the hours"),
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

    def links(self, record: Any) -> Links:
        """The way back to its location, and to the answer why it is not offered."""
        place = record.location
        ask = reverse("hours-why", args=[place.slug])
        return [
            (reverse("admin:bookings_location_change", args=[place.pk]), place.name),
            (hours_page.address(place, record), gettext("Hours")),
            (f"{ask}?service={record.slug}", gettext("Why is a time not offered?")),
            (reverse("times", args=[place.slug, record.slug]), gettext("What customers see")),
        ]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """With a word about customers who are to pay and nobody tells how."""
        super().save_related(request, form, formsets, change)
        service = form.instance
        if service.is_active and setup.is_paid_first(service) and not service.location.how_to_pay:
            page = f"{reverse('admin:bookings_location_change', args=[service.location_id])}#id_how_to_pay"
            said = gettext("“%(service)s” is paid first, and nobody is told how.") % {"service": service}
            link = format_html('{} <a href="{}">{}</a>', said, page, gettext("Write how to pay"))
            messages.warning(request, link)


class ResourceAdmin(OfOneLocation):
    form = ResourceForm
    kept_by = "session__allocations__resource"
    list_display = ("name", "location", "kind", "hours", "is_active")
    list_filter = ("location", "kind", "is_active")
    list_select_related = ("location",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("working",)
    ordering = ("location__name", "position", "id")
    fieldsets = (
        (None, {"fields": ("location", "name", "slug", "kind", "is_active", "position")}),
        (_("Hours, breaks and absences"), {"fields": ("working",)}),
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

    def links(self, record: Any) -> Links:
        """The way back to its location, its calendar and the feeds."""
        place = record.location
        feeds = f"{reverse('admin:bookings_calendarfeed_changelist')}?location__id__exact={place.pk}"
        return [
            (reverse("admin:bookings_location_change", args=[place.pk]), place.name),
            (hours_page.address(place, record), gettext("Hours, breaks and absences")),
            (f"{reverse('calendar', args=[place.slug])}?resource={record.slug}", gettext("Calendar")),
            (feeds, gettext("Calendar feeds")),
        ]


class ClosureAdmin(AsksAboutBookings):
    form = LocalTimesForm
    list_display = ("when_closed", "location", "reason")
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

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002 - the admin's own signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """The page of hours enters closures: pressed twice there, it is one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        messages.info(request, gettext("Closures are entered on the page of hours of their place."))
        return HttpResponseRedirect(f"{reverse('hours-places')}#away")

    @admin.display(description=_("closed"))
    def when_closed(self, closure: Closure) -> str:
        """By the clock of the place; whole days as days."""
        return away_words.said(closure.starts_at, closure.ends_at, closure.location.zone, when.of_reader())


def _still_promised(location: Location) -> Iterable[str]:
    """The bookings to come and the requests that wait, of a place that nobody can book any more."""
    to_come = Booking.objects.filter(location=location, status__in=OPEN, starts_at__gt=timezone.now())
    if number := to_come.count():
        text = ngettext(
            "%(n)s booking to come stays: its customer is expected, until you cancel it.",
            "%(n)s bookings to come stay: their customers are expected, until you cancel them.",
            number,
        )
        yield text % {"n": number}
    if number := to_come.filter(waiting_for=Waiting.STAFF).count():
        text = ngettext(
            "%(n)s request among them still waits for your answer.",
            "%(n)s requests among them still wait for your answer.",
            number,
        )
        yield text % {"n": number}
