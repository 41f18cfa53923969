"""Messages and channels as staff read them; what moves a message is a remedy, never a form."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from notifications import channel_pages, kinds
from notifications.models import Channel, Delivery, ProviderEvent, WebhookEndpoint
from notifications.providers.event_admin import ProviderEventAdmin
from notifications.webhooks.endpoint_admin import WebhookEndpointAdmin
from operations import home
from operations.console import RecoverableAdmin, SearchKey, code

__all__ = ["channel_pages"]

MESSAGE_ID = re.compile(r"<?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?:@\S*)?>?", re.IGNORECASE)


def _as_uid(term: str) -> str:
    """The part of a Message-ID that we know the message by."""
    found = MESSAGE_ID.fullmatch(term)
    return found[1] if found else ""


@admin.register(Delivery)
class DeliveryAdmin(RecoverableAdmin):
    list_display = (
        "created_at",
        "what",
        "recipient",
        "reference",
        "channel",
        "status",
        "attempts",
        "next_at",
    )
    list_filter = ("status", "channel", "kind")
    ordering = ("-id",)
    search_keys = (
        SearchKey("reference", code),
        SearchKey("recipient", is_prefix=False),
        SearchKey("uid", _as_uid, is_prefix=False),
    )
    search_help_text = _("The beginning of a booking's reference, a whole address, or a Message-ID.")
    fields = (
        "what",
        "recipient",
        "reference",
        "location",
        "channel",
        "status",
        "version",
        "attempts",
        "next_at",
        "not_after",
        "harm_at",
        "failure_class",
        "failure_text",
        "external_id",
        "external_text",
        "done_at",
        "opened_at",
        "may_be_duplicate",
        "copy_of",
        "evidence",
        "message_id",
        "dedupe_key",
        "created_at",
        "updated_at",
    )

    @admin.display(description=_("message"))
    def what(self, delivery: Delivery) -> str:
        return kinds.title(delivery.kind)


@admin.register(Channel)
class ChannelAdmin(RecoverableAdmin):
    """To read; the switches are on the desk's page of channels (`channel_pages`)."""

    list_display = ("name", "is_paused", "pause_reason", "failures_in_row", "open_until", "last_success_at")
    ordering = ("name", "id")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[str]:
        """Every column, in the model's order."""
        return [field.name for field in Channel._meta.fields]


admin.site.register(WebhookEndpoint, WebhookEndpointAdmin)
admin.site.register(ProviderEvent, ProviderEventAdmin)

home.add(home.Part.MESSAGES, Delivery, Channel)
