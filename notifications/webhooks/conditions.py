"""What staff should know about endpoints, and what they can do."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.webhooks import switching
from notifications.webhooks.endpoints import WebhookEndpoint
from operations.recovery import Condition, Introduction, Remedy, Urgency, introduce
from operations.workflow import Operation

SWITCH = "notifications.switch_webhookendpoint"


def enable(endpoint: WebhookEndpoint, _operation: Operation) -> None:
    switching.enable(endpoint)


def leave_off(endpoint: WebhookEndpoint, _operation: Operation) -> None:
    switching.leave_off(endpoint)


def _explain(endpoint: WebhookEndpoint) -> str:
    return _("%(name)s is told nothing any more. %(why)s") % {
        "name": endpoint,
        "why": endpoint.disabled_reason,
    }


ENABLE = Remedy(
    code="enable",
    title=gettext_lazy("Enable again"),
    says=gettext_lazy("Sends it what is held, and tells it within a minute what has happened meanwhile."),
    apply=enable,
    permission=SWITCH,
)
LEAVE_OFF = Remedy(
    code="leave_off",
    title=gettext_lazy("Leave it disabled"),
    says=gettext_lazy("Takes it off the desk. It is told nothing until somebody enables it."),
    apply=leave_off,
    permission=SWITCH,
)
introduce(
    WebhookEndpoint,
    Introduction(
        facts=lambda endpoint: {
            _("Host"): endpoint.host,
            _("Location"): endpoint.location or _("all"),
            _("Types of events"): ", ".join(endpoint.event_types) or _("all"),
        },
        location=lambda endpoint: endpoint.location,
    ),
)
GONE = Condition(
    code="notifications.webhook_gone",
    title=gettext_lazy("Endpoints that are gone"),
    model=WebhookEndpoint,
    records=lambda: WebhookEndpoint.objects.turned_away(),
    explanation=_explain,
    customer_text=gettext_lazy("Customers notice nothing: another system of yours is not told any more."),
    by_itself=gettext_lazy("Nothing: ask whoever runs the receiver, then enable it or leave it off."),
    remedies=(ENABLE, LEAVE_OFF),
    urgency=Urgency.NEEDS_PERSON,
    since=lambda endpoint: endpoint.disabled_at,
    since_at="disabled_at",
)
