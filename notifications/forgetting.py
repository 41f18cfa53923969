"""Takes recipients out of messages, and out of what providers reported about them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from notifications.models import Channel, Delivery, ProviderEvent
from operations import workflow
from operations.retention import Person, Rule, without_addresses
from operations.workflow import Operation

EMPTY = {"raw": "", "recipient": "", "said": "", "message_id": "", "evidence": ""}


def forget(deliveries: Iterable[Delivery], person: Person, operation: Operation) -> None:
    """Take the person out of these messages and of everything reported about them; all must be over."""

    def clean(text: str) -> str:
        return person.out_of(without_addresses(text))

    for delivery in sorted(deliveries, key=lambda each: each.pk):
        locked = workflow.fetch(Delivery, pk=delivery.pk)
        workflow.perform(locked, "forget", operation, clean=clean)
        ProviderEvent.objects.filter(delivery=locked).update(**EMPTY)
    for channel in Channel.objects.filter(person.mentioned("last_failure_text")):
        Channel.objects.filter(pk=channel.pk).update(last_failure_text=clean(channel.last_failure_text))


def reports_due() -> QuerySet[ProviderEvent]:
    """What providers reported long ago and somebody has understood."""
    return ProviderEvent.objects.forgettable().order_by("received_at", "pk")


def forget_report(report: ProviderEvent, _operation: Operation) -> None:
    """Only its id stays, so that the same report is known when it comes again."""
    ProviderEvent.objects.filter(pk=report.pk).update(**EMPTY)


REPORTS = Rule(
    code="reports",
    title=gettext_noop("Forget what mail providers reported"),
    says=_("The report as it came, its recipient and what the other mail server said."),
    stays=_("Its id, so that a repeat is known, and what it showed about the message."),
    model=ProviderEvent,
    due=reports_due,
    forget=forget_report,
    since_at="received_at",
    unfinished=lambda: ProviderEvent.objects.open(),
)
