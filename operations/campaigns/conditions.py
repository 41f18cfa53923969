"""Every state in which a campaign can stand, in words, with the ways out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from operations import reach
from operations.campaigns import control
from operations.campaigns.campaign import Campaign, CampaignStatus
from operations.campaigns.ledger import CampaignItem, ItemState
from operations.recovery import Condition, Introduction, Urgency, introduce, register

S = CampaignStatus


def _facts(campaign: Campaign) -> Mapping[str, Any]:
    return {
        _("Reason"): campaign.reason,
        _("Records"): campaign.items.count(),
        _("Not yet treated"): campaign.items.filter(state=ItemState.WAITING).count(),
        _("Stopped because"): campaign.stop_text,
    }


def _under_way() -> QuerySet[Campaign]:
    return _counted(Campaign.objects.active().exclude(stale_after__lt=timezone.now()))


def _counted(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """With the number of records still to come, in one query for the whole list."""
    waiting = CampaignItem.objects.filter(campaign=OuterRef("pk"), state=ItemState.WAITING).order_by()
    number = waiting.values("campaign").annotate(number=Count("pk")).values("number")
    return campaigns.annotate(waiting_count=Coalesce(Subquery(number), 0))


def _explain_under_way(campaign: Any) -> str:
    if campaign.status == S.SCHEDULED:
        return _("It begins in a moment; until then it can be undone.")
    said = {"waiting": campaign.waiting_count}
    return _("It is under way; records still to come: %(waiting)s.") % said


def _explain_stopped(campaign: Any) -> str:
    return _("It was stopped: %(why)s. Records not treated: %(waiting)s.") % {
        "why": campaign.stop_text.rstrip("."),
        "waiting": campaign.waiting_count,
    }


def _of_campaigns(**kwargs: Any) -> Condition:
    return Condition(
        **{
            "model": Campaign,
            "customer_text": gettext_lazy("Customers see nothing of it; the page of each booking is right."),
            "harm_at": "soonest_at",
            **kwargs,
        }
    )


reach.declare({Campaign: "location"})
introduce(
    Campaign,
    Introduction(
        facts=_facts,
        location=lambda campaign: campaign.location,
        own_page=lambda campaign: reverse("admin:desk_campaign", args=[campaign.pk]),
        moves={
            "prepare": gettext_noop("Prepared"),
            "schedule": gettext_noop("Started, with some seconds to undo it"),
            "set_out": gettext_noop("Begun with the first few"),
            "go_on": gettext_noop("The first few worked: gone on with the rest"),
            "stop": gettext_noop("Stopped"),
            "resume": gettext_noop("Resumed"),
            "complete": gettext_noop("Done"),
            "call_off": gettext_noop("Called off"),
        },
    ),
)
register(
    _of_campaigns(
        code="operations.campaign_stopped",
        title=gettext_lazy("Campaign stopped half-way"),
        records=lambda: _counted(Campaign.objects.filter(status=S.STOPPED)),
        explanation=_explain_stopped,
        by_itself=gettext_lazy("Nothing: resume it, or leave the rest in its list."),
        remedies=(control.RESUME, control.END),
        covers=frozenset({S.STOPPED}),
    ),
    _of_campaigns(
        code="operations.campaign_stalled",
        title=gettext_lazy("Campaign that does not go on"),
        records=lambda: Campaign.objects.stalled(),
        explanation=gettext_lazy("Nothing has carried it on for minutes. What it has done is written down."),
        by_itself=gettext_lazy("It goes on exactly where it was as soon as a worker runs."),
        remedies=(control.STOP,),
    ),
    _of_campaigns(
        code="operations.campaign_under_way",
        title=gettext_lazy("Campaign under way"),
        records=_under_way,
        explanation=_explain_under_way,
        by_itself=gettext_lazy("It goes on by itself, and stops by itself when too much fails."),
        remedies=(control.STOP,),
        covers=frozenset({S.SCHEDULED, S.CANARY, S.RUNNING}),
        urgency=Urgency.INFORMATION,
    ),
    _of_campaigns(
        code="operations.campaign_prepared",
        title=gettext_lazy("Campaign prepared and not started"),
        records=lambda: Campaign.objects.filter(status=S.PREVIEWED),
        explanation=gettext_lazy("Somebody has looked what it would do, and has not started it."),
        by_itself=gettext_lazy("It is thrown away an hour after it was prepared."),
        remedies=(control.START, control.DISCARD),
        covers=frozenset({S.PREVIEWED}),
        urgency=Urgency.INFORMATION,
        since_at="created_at",
        since=lambda campaign: campaign.created_at,
    ),
)
