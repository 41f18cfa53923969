"""The endpoints of other systems as staff see and steer them; addresses are shown by their host only."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models import Channel, Delivery
from notifications.webhooks import endpoint_switches
from notifications.webhooks.endpoint_forms import EndpointForm
from notifications.webhooks.endpoints import WebhookEndpoint
from operations import reach
from operations.switchboard import SwitchedAdmin
from operations.switches import Switch

SHOWN_COUNT = 10


class WebhookEndpointAdmin(SwitchedAdmin):
    maker: ClassVar[Switch | None] = endpoint_switches.ADD
    record_template = "desk/endpoint.html"
    list_display = ("name", "host", "told_types", "location", "is_enabled", "disabled_reason", "created_at")
    list_filter = ("is_enabled",)
    ordering = ("id",)

    def asked(self, request: HttpRequest, typed: Any) -> forms.Form:
        """What is asked about a new one; of no place that whoever fills it in may not see."""
        return EndpointForm(typed, label_suffix="", places=reach.places_of(request.user))

    @admin.display(description=_("name"))
    def name(self, endpoint: WebhookEndpoint) -> str:
        return str(endpoint)

    @admin.display(description=_("told"))
    def told_types(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.event_types) or str(_("all"))

    def shown(self, record: Any) -> dict[str, Any]:
        """Its channel, its last messages and those that failed, each with a way to it."""
        sent = Delivery.objects.filter(channel=record.channel).order_by("-pk")
        failed = sent.exclude(failure_class="")
        has_previous = bool(record.previous_until and record.previous_until > timezone.now())
        return {
            "channel": Channel.objects.filter(name=record.channel).first() or Channel(name=record.channel),
            "last": list(sent[:SHOWN_COUNT]),
            "failed": list(failed[:SHOWN_COUNT]),
            "all_page": f"{reverse('admin:notifications_delivery_changelist')}?channel={record.channel}",
            "has_previous": has_previous,
        }
