"""What staff only read and recover (bookings, enquiries), and where the admins of the rest are."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.urls import reverse
from django.utils import dateformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from bookings import customers, home, language, name_words
from bookings.booking import Booking
from bookings.client_admin import ApiClientAdmin
from bookings.clients import ApiClient
from bookings.correspondence import Enquiry
from bookings.customer import Customer
from bookings.customer_admin import CustomerAdmin
from bookings.feed_admin import CalendarFeedAdmin
from bookings.feeds import CalendarFeed
from bookings.message_texts import MessageText
from bookings.offerings import Service
from bookings.phone_search import PHONE_KEYS
from bookings.place_admin import ClosureAdmin, LocationAdmin, ResourceAdmin, ServiceAdmin
from bookings.places import Closure, Location
from bookings.resources import Resource
from bookings.text_admin import MessageTextAdmin
from bookings.waitlist.entry import WaitEntry
from operations.console import RecoverableAdmin, SearchKey, code


def _as_email(term: str) -> str:
    return term.lower() if " " not in term else ""


NAME = SearchKey(name_words.words_of("name"), name_words.as_words, asked=name_words.asked)


@admin.register(Booking)
class BookingAdmin(RecoverableAdmin):
    list_display = ("reference", "status", "begins", "name", "service", "location", "waiting_for")
    list_filter = ("location", "status")
    list_select_related = ("location", "service")
    ordering = ("-starts_at", "-id")
    search_keys = (
        SearchKey("reference", code),
        SearchKey(Lower("email"), _as_email),
        *PHONE_KEYS,
        NAME,
    )
    search_help_text = _(
        "The beginning of a name, a reference or an e-mail address; how a phone number begins or ends."
    )
    fieldsets = (
        (None, {"fields": ("reference", "status", "version", "location", "service", "resource", "place")}),
        (_("When"), {"fields": ("begins", "starts_at", "ends_at", "time_zone", "local_start")}),
        (
            _("Customer"),
            {
                "fields": (
                    "customer",
                    "name",
                    "people",
                    "email",
                    "phone",
                    "notes",
                    "answers",
                    "language",
                    "source",
                )
            },
        ),
        (_("Money"), {"fields": ("price", "deposit", "currency")}),
        (
            _("Work on it"),
            {
                "classes": ("collapse",),
                "fields": (
                    "waiting_for",
                    "answer_until",
                    "next_at",
                    "attempts",
                    "stale_after",
                    "failure_code",
                    "failure_text",
                    "cancelled_by",
                    "cancel_reason",
                    "duplicate_of",
                    "merged_into",
                    "no_show",
                    "revision",
                    "created_at",
                    "updated_at",
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the columns read."""
        return super().get_queryset(request).select_related("location", "service", "resource")

    @admin.display(description=_("all about them"))
    def customer(self, booking: Booking) -> str:
        """The page of whoever booked, if they are still named and noted by now."""
        found = customers.of(booking)
        if found is None:
            return "—"
        page = reverse("admin:bookings_customer_change", args=[found.pk])
        said = _("blocked") if found.blocked_at else _("bookings, notes and what may be done")
        return format_html('<a href="{}">{}</a>', page, said)

    @admin.display(description=_("time at the place"))
    def begins(self, booking: Booking) -> str:
        local = booking.starts_at.astimezone(ZoneInfo(booking.time_zone))
        return dateformat.format(local, pgettext("date format", "D j M Y, H:i"))


@admin.register(Enquiry)
class EnquiryAdmin(RecoverableAdmin):
    list_display = ("reference", "created_at", "name", "location", "status")
    list_filter = ("location", "status")
    list_select_related = ("location",)
    ordering = ("-created_at", "-id")
    search_keys = (
        SearchKey("reference", code, is_prefix=False),
        SearchKey(Lower("email"), _as_email),
        *PHONE_KEYS,
        NAME,
    )
    search_help_text = _(
        "The beginning of a name or an e-mail address; how a phone number begins or ends; a whole reference."
    )
    fields = (
        "reference",
        "status",
        "version",
        "location",
        "name",
        "email",
        "phone",
        "text",
        "answer",
        "language",
        "created_at",
        "updated_at",
    )


@admin.register(WaitEntry)
class WaitEntryAdmin(RecoverableAdmin):
    list_display = ("reference", "status", "day", "begins", "name", "service", "location")
    list_filter = ("location", "status")
    list_select_related = ("location", "service")
    ordering = ("-until", "-id")
    search_keys = (SearchKey("reference", code, is_prefix=False),)
    search_help_text = _("A whole reference.")
    fields = (
        *("reference", "status", "version", "location", "service", "resource", "day", "begins", "until"),
        *("booking", "name", "email", "phone", "notes", "answers", "language", "look_at"),
        *("created_at", "updated_at"),
    )

    @admin.display(description=_("time at the place"))
    def begins(self, entry: WaitEntry) -> str:
        return str(language.spoken(entry.starts_at, entry.location).time) if entry.starts_at else ""


admin.site.register(Location, LocationAdmin)
admin.site.register(Service, ServiceAdmin)
admin.site.register(Resource, ResourceAdmin)
admin.site.register(Closure, ClosureAdmin)
admin.site.register(MessageText, MessageTextAdmin)
admin.site.register(ApiClient, ApiClientAdmin)
admin.site.register(CalendarFeed, CalendarFeedAdmin)
admin.site.register(Customer, CustomerAdmin)

home.declare()
