"""Every way in which a message or a channel can need attention, in words for both sides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications import clock, kinds, remedies, ways_out, wording
from notifications.models import Channel, Delivery, DeliveryQuerySet
from notifications.providers import conditions as of_reports
from notifications.webhooks import conditions as of_endpoints
from operations import ways_out as doors_out
from operations.effects import EffectStatus
from operations.recovery import Condition, Urgency, after, register

S = EffectStatus
FIGURES = settings.HOLDFAST


def _customer_text(delivery: Delivery) -> str:
    if delivery.is_webhook:
        return _("Customers notice nothing: this goes to another system.")
    if delivery.is_for_staff:
        return _("Customers notice nothing: this goes to your staff.")
    return wording.for_customer(delivery, clock.zone_of(delivery), delivery.language)


def _late() -> DeliveryQuerySet:
    """Due for too long, or waiting past its use: found among what is due, however many are still to come."""
    limit = timedelta(seconds=FIGURES.effect_late_seconds)
    is_late = Q(next_at__lt=timezone.now() - limit) | Q(not_after__lt=timezone.now())
    return Delivery.objects.due().filter(is_late)


def _missed() -> DeliveryQuerySet:
    """Only what mattered: what nobody would miss is not on the desk."""
    forgettable = [code for code, kind in kinds.kinds().items() if not kind.matters_when_missed]
    return Delivery.objects.missed().exclude(kind__in=forgettable)


def _closed_channels() -> QuerySet[Channel]:
    return Channel.objects.filter(Q(is_paused=True) | Q(open_until__isnull=False))


def _at(delivery: Delivery, moment: datetime | None) -> str:
    return clock.brief(moment, clock.zone_of(delivery)) if moment else "—"


def _explain_late(delivery: Delivery) -> str:
    text = _("It should have left at %(time)s and no worker has taken it.") % {
        "time": _at(delivery, delivery.next_at)
    }
    return f"{text} {_last_failure(delivery)}".strip()


def _explain_interrupted(delivery: Delivery) -> str:
    fate = (
        _("It had been handed over, so it may have arrived.")
        if delivery.handover_at
        else _("It had not been handed over, so it did not arrive.")
    )
    return _("A worker took it and vanished; its time ran out at %(time)s. %(fate)s") % {
        "time": _at(delivery, delivery.lease_until),
        "fate": fate,
    }


def _explain_unknown(delivery: Delivery) -> str:
    text = _("It was handed over at %(time)s and no answer came back: it may have arrived or not.") % {
        "time": _at(delivery, delivery.handover_at)
    }
    if delivery.may_be_duplicate:
        second = _("It was the second copy.")
        text = f"{text} {second}"
    return f"{text} {delivery.failure_text}".strip()


def _after_unknown(delivery: Delivery) -> str:
    if remedies.copies_due(Delivery.objects.filter(pk=delivery.pk)).exists():
        return _("A second copy, marked as one, leaves within a minute.")
    kind = kinds.find(delivery.kind)
    may_resend = kind is not None and kind.resend_unknown and not delivery.may_be_duplicate
    if may_resend and delivery.copy_is_in_time:
        return _("Without a sign from the recipient a second copy, marked as one, leaves at %(time)s.") % {
            "time": _at(delivery, delivery.stale_after)
        }
    return _("Nothing, unless the recipient opens it or it bounces. Find out, then settle it.")


def _explain_dead(delivery: Delivery) -> str:
    text = ngettext(
        "It was given up after %(count)s attempt.",
        "It was given up after %(count)s attempts.",
        delivery.attempts,
    ) % {"count": delivery.attempts}
    return f"{text} {_last_failure(delivery)}".strip()


def _after_dead(delivery: Delivery) -> str:
    if delivery.is_webhook:
        return _("Nothing: ask whoever runs the receiver, then try again, or settle it.")
    return _("Nothing: correct the address, try again, or tell the person otherwise.")


def _explain_held(delivery: Delivery) -> str:
    if delivery.held_by == "channel":
        text = _("It waits because its channel (%(channel)s) is closed; waiting uses up no attempt.")
    else:
        text = _("Staff hold it back.")
    return f"{text % {'channel': delivery.channel}} {_last_failure(delivery)}".strip()


def _after_held(delivery: Delivery) -> str:
    if delivery.held_by == "channel":
        return _("It leaves when the channel works again, or when somebody releases the channel.")
    return _("Nothing: it waits until somebody releases it.")


def _explain_missed(delivery: Delivery) -> str:
    text = _("It could not leave before %(time)s and would have come too late after that.") % {
        "time": _at(delivery, delivery.not_after)
    }
    return f"{text} {_last_failure(delivery)}".strip()


def _explain_bounced(delivery: Delivery) -> str:
    return _("The mail server accepted it, then it came back: %(evidence)s") % {
        "evidence": delivery.evidence or _("no reason was given")
    }


def _last_failure(delivery: Delivery) -> str:
    return _("Last failure: %(text)s") % {"text": delivery.failure_text} if delivery.failure_text else ""


def _explain_channel(channel: Channel) -> str:
    why = channel.pause_reason or _("%(count)s failures in a row. Last: %(text)s") % {
        "count": channel.failures_in_row,
        "text": channel.last_failure_text,
    }
    return _("Nothing leaves by %(channel)s: %(why)s") % {"channel": channel.name, "why": why}


def _after_channel(channel: Channel) -> str:
    if channel.open_until:
        return _("One message a minute is sent as a probe; the first one accepted opens the channel.")
    return _("Nothing: it stays paused until somebody releases it.")


def _of_messages(**kwargs: Any) -> Condition:
    return Condition(
        **{
            "model": Delivery,
            "customer_text": _customer_text,
            "harm_at": "harm_at",
            "booking": lambda delivery: delivery.reference,
            **kwargs,
        }
    )


register(
    _of_messages(
        code="notifications.late",
        title=gettext_lazy("Messages that should have left"),
        records=_late,
        explanation=_explain_late,
        by_itself=gettext_lazy("A worker is woken every minute until it has left."),
        remedies=(remedies.RETRY, remedies.CORRECT, remedies.HOLD, remedies.CANCEL, remedies.EXPIRE),
        covers=frozenset({S.PENDING}),
        urgency=Urgency.BY_ITSELF,
        since=lambda delivery: delivery.next_at,
        since_at="next_at",
        needs_person_at=after("next_at", FIGURES.effect_needs_person_seconds),
    ),
    _of_messages(
        code="notifications.interrupted",
        title=gettext_lazy("Messages whose worker vanished"),
        records=lambda: Delivery.objects.lapsed(),
        explanation=_explain_interrupted,
        by_itself=gettext_lazy("It is taken back within a minute."),
        remedies=(remedies.RECLAIM,),
        covers=frozenset({S.WORKING}),
        urgency=Urgency.BY_ITSELF,
        since=lambda delivery: delivery.lease_until,
        since_at="lease_until",
        needs_person_at=after("lease_until", FIGURES.lapse_grace_seconds),
    ),
    _of_messages(
        code="notifications.unknown",
        title=gettext_lazy("Messages that may or may not have arrived"),
        records=lambda: Delivery.objects.filter(status=S.UNKNOWN),
        explanation=_explain_unknown,
        by_itself=_after_unknown,
        remedies=(remedies.SEND_AGAIN, remedies.SETTLE, remedies.CORRECT),
        covers=frozenset({S.UNKNOWN}),
        needs_person_at=after("updated_at", FIGURES.unknown_needs_person_seconds, harm_at="harm_at"),
    ),
    _of_messages(
        code="notifications.dead",
        title=gettext_lazy("Messages that could not be delivered"),
        records=lambda: Delivery.objects.filter(status=S.DEAD),
        explanation=_explain_dead,
        by_itself=_after_dead,
        remedies=(remedies.RETRY_DEAD, remedies.CORRECT, remedies.SETTLE),
        covers=frozenset({S.DEAD}),
        needs_person_at=after("updated_at", FIGURES.dead_needs_person_seconds, harm_at="harm_at"),
    ),
    _of_messages(
        code="notifications.held",
        title=gettext_lazy("Messages held back"),
        records=lambda: Delivery.objects.filter(status=S.HELD),
        explanation=_explain_held,
        by_itself=_after_held,
        remedies=(
            remedies.RELEASE,
            remedies.CORRECT,
            remedies.CANCEL,
            remedies.SETTLE,
            remedies.EXPIRE,
        ),
        covers=frozenset({S.HELD}),
        urgency=Urgency.BY_ITSELF,
        needs_person_at=F("harm_at") - timedelta(seconds=FIGURES.escalate_before_harm_seconds),
    ),
    _of_messages(
        code="notifications.missed",
        title=gettext_lazy("Messages that did not leave in time"),
        records=_missed,
        explanation=_explain_missed,
        by_itself=gettext_lazy("Nothing: it is too late for a message. Make sure that the person knows."),
        remedies=(remedies.NOTE_MISSED,),
        needs_person_at=after("updated_at", FIGURES.dead_needs_person_seconds, harm_at="harm_at"),
    ),
    _of_messages(
        code="notifications.bounced",
        title=gettext_lazy("Messages that came back"),
        records=lambda: Delivery.objects.filter(status=S.BOUNCED),
        explanation=_explain_bounced,
        by_itself=gettext_lazy("Nothing: the address has to be corrected."),
        remedies=(remedies.CORRECT, remedies.SEND_COPY, remedies.SETTLE),
        covers=frozenset({S.BOUNCED}),
        needs_person_at=after("updated_at", FIGURES.dead_needs_person_seconds, harm_at="harm_at"),
    ),
    Condition(
        code="notifications.channel_closed",
        title=gettext_lazy("Channels by which nothing leaves"),
        model=Channel,
        records=_closed_channels,
        explanation=_explain_channel,
        customer_text=gettext_lazy("Our e-mails are delayed. Your booking's page is right and up to date."),
        by_itself=_after_channel,
        remedies=(remedies.OPEN_CHANNEL,),
        since=lambda channel: channel.changed_at,
        since_at="changed_at",
    ),
    of_endpoints.GONE,
    of_reports.UNMATCHED,
)
doors_out.declare(ways_out.tell)
