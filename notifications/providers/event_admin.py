"""Reports of providers and returned mail as staff read them: what they said, and the message it is about."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from notifications.providers.events import ProviderEvent
from operations.console import RecoverableAdmin


class ProviderEventAdmin(RecoverableAdmin):
    """Reports as they came; what is open leaves by a remedy, and the rest is history."""

    list_display = ("received_at", "provider", "kind", "recipient", "fate", "about")
    list_filter = ("fate", "provider", "kind")
    list_select_related = ("delivery",)
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "provider",
                    "kind",
                    "fate",
                    "about",
                    "recipient",
                    "said",
                    "happened_at",
                    "received_at",
                    "settled_at",
                    "evidence",
                    "uid",
                    "message_id",
                    "event_id",
                )
            },
        ),
        (_("As it came"), {"classes": ("collapse",), "fields": ("raw",)}),
    )

    @admin.display(description=_("message"))
    def about(self, event: ProviderEvent) -> str:
        """The message that it is about, to open."""
        if event.delivery is None:
            return "—"
        page = reverse("admin:notifications_delivery_change", args=[event.delivery.pk])
        return format_html('<a href="{}">{}</a>', page, event.delivery)
