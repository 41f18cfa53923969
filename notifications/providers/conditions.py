"""What staff should know about reports that belong to no message of ours."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.providers.applying import apply
from notifications.providers.events import Fate, ProviderEvent
from operations.errors import Refusal
from operations.recovery import OPERATE, Condition, Introduction, Remedy, Urgency, introduce
from operations.workflow import Operation


def look_again(event: ProviderEvent, _operation: Operation) -> None:
    apply(event)
    if event.fate not in (Fate.APPLIED, Fate.NO_NEWS):
        raise Refusal(_("There is still no message of ours that it could be about."))
    event.save()


def close(event: ProviderEvent, _operation: Operation, *, evidence: str) -> None:
    event.evidence = evidence
    event.settle(Fate.CLOSED)
    event.save()


def _explain(event: ProviderEvent) -> str:
    if event.fate == Fate.UNREADABLE:
        return _("%(provider)s reported something that we do not understand; it is kept as it came.") % {
            "provider": event.provider
        }
    return _("%(provider)s says “%(kind)s” of a message to %(recipient)s that we do not know.") % {
        "provider": event.provider,
        "kind": event.kind,
        "recipient": event.recipient or "—",
    }


def _cannot_look_again(event: ProviderEvent) -> str:
    return _("It was not understood.") if event.fate == Fate.UNREADABLE else ""


introduce(
    ProviderEvent,
    Introduction(
        facts=lambda event: {
            _("Provider"): event.provider,
            _("Recipient"): event.recipient or "—",
            _("Message at the provider"): event.message_id or "—",
            _("It said"): event.said or "—",
            _("Happened"): event.happened_at or event.received_at,
        },
    ),
)
UNMATCHED = Condition(
    code="notifications.report_unmatched",
    title=gettext_lazy("Reports about messages that we do not know"),
    model=ProviderEvent,
    records=lambda: ProviderEvent.objects.open(),
    explanation=_explain,
    customer_text=gettext_lazy("Customers notice nothing."),
    by_itself=gettext_lazy("Nothing: another system may send by the same account. No booking is affected."),
    remedies=(
        Remedy(
            code="retry",
            title=gettext_lazy("Look again"),
            says=gettext_lazy("Looks once more for the message that it is about. Nothing is sent."),
            apply=look_again,
            permission=OPERATE,
            refuses=_cannot_look_again,
        ),
        Remedy(
            code="settle",
            title=gettext_lazy("Settle with evidence"),
            says=gettext_lazy("Takes it off the desk; it stays stored. Say what it was about."),
            apply=close,
            permission=OPERATE,
            asks={"evidence": gettext_lazy("What was it about? (another system's mail, a test, …)")},
        ),
    ),
    urgency=Urgency.INFORMATION,
    since=lambda event: event.received_at,
    since_at="received_at",
)
