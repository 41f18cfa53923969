"""Puts the pages of a campaign together: what it will do, how far it has come, and its ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from operations.campaigns import acting, control, previewing
from operations.campaigns.campaign import Campaign, CampaignStatus
from operations.campaigns.ledger import CampaignItem, ItemState, Outcome
from operations.desk import matters, names, pages, permits, press, timeline
from operations.desk.matters import Way
from operations.desk.permits import User
from operations.desk.subjects import Subject, introduced
from operations.recovery import words

LINE_COUNT = 50
SAMPLE_COUNT = 10


@dataclass(frozen=True)
class Progress:
    """How far a campaign has come."""

    campaign: Campaign
    chosen: int
    done: int
    good: int
    bad: int
    pending: int
    failed: int
    skipped: int
    waiting: int

    @property
    def is_closed(self) -> bool:
        """Whether it waits for a way out that takes nothing now."""
        if not self.campaign.is_active or not self.waiting or not self.campaign.way:
            return False
        first = self.campaign.items.filter(state=ItemState.WAITING).order_by("position").first()
        return first is not None and acting.per_second(self.campaign, first) <= 0

    @property
    def sentence(self) -> str:
        match self.campaign.status:
            case CampaignStatus.PREVIEWED:
                return _("Nothing has been done yet.")
            case CampaignStatus.SCHEDULED:
                return _("It begins in a moment. Until then it can be undone.")
            case CampaignStatus.CANARY:
                first = min(settings.HOLDFAST.campaign_canary_count, self.chosen)
                return _("The first %(first)s are tried; the rest waits for what comes of them.") % {
                    "first": first
                }
            case CampaignStatus.RUNNING:
                return _("The first ones worked. It goes on with the rest.")
            case CampaignStatus.STOPPED:
                return _("Stopped: %(why)s") % {"why": self.campaign.stop_text}
            case CampaignStatus.CANCELLED:
                return _("Called off. What was done stays done; the rest is untouched.")
        return _("Done.")


@dataclass(frozen=True)
class Line:
    """One line of the ledger with the record as it is now; `subject` is None when it is gone."""

    item: CampaignItem
    subject: Subject | None


@dataclass(frozen=True)
class Press:
    """A button of a campaign as this person sees it."""

    campaign: Campaign
    way: Way
    condition: str
    may_treat: bool

    @property
    def is_allowed(self) -> bool:
        return self.way.is_allowed and (self.may_treat or self.way.remedy not in STARTING)

    @property
    def is_undo(self) -> bool:
        return self.campaign.status == CampaignStatus.SCHEDULED and self.way.remedy is control.STOP

    @property
    def title(self) -> str:
        return _("Undo") if self.is_undo else str(self.way.remedy.title)

    @property
    def reason(self) -> str:
        """What was typed, or what may stand there where seconds count."""
        proposed = {
            control.STOP.code: _("Undone.") if self.is_undo else _("Stopped by hand."),
            control.DISCARD.code: _("Not needed."),
        }
        return self.way.reason or proposed.get(self.way.remedy.code, "")


STARTING = (control.START, control.RESUME)


def may_treat(user: User, campaign: Campaign) -> bool:
    """Whether this person may press the campaign's remedy on a single record."""
    if campaign.way is None:
        return False
    condition, remedy = campaign.way
    return permits.may_view(user, condition.model) and permits.may_recover(user, remedy)


def of_campaign(
    request: HttpRequest,
    campaign: Campaign,
    *,
    status: int = 200,
    pressed: str = "",
    typed: Mapping[str, str] | None = None,
    **told: Any,
) -> HttpResponse:
    """A campaign's page, as it is now."""
    context = {
        "title": str(campaign),
        "campaign": campaign,
        "remedy": campaign.way[1] if campaign.way else None,
        "condition": campaign.way[0] if campaign.way else None,
        "says": _says(campaign),
        "preview": previewing.preview(campaign) if campaign.status == CampaignStatus.PREVIEWED else None,
        "left_out": previewing.left_out(campaign),
        "progress": progress(campaign),
        "sample": lines(campaign, campaign.items.exclude(state=ItemState.SKIPPED), SAMPLE_COUNT),
        "presses": list(_presses(request, campaign, pressed, typed or {})),
        "timeline": timeline.of(campaign),
        "starter": names.of([campaign.user_id]).get(campaign.user_id or 0, ""),
        "figures": settings.HOLDFAST,
        "reason_length": press.REASON_LENGTH,
        **told,
    }
    return pages.framed(request, "desk/campaigns/campaign.html", context, status=status)


def progress(campaign: Campaign) -> Progress:
    """Count the ledger."""
    numbers = campaign.items.aggregate(
        chosen=Count("pk", filter=~Q(state=ItemState.SKIPPED)),
        done=Count("pk", filter=Q(state__in=[ItemState.APPLIED, ItemState.FAILED])),
        good=Count("pk", filter=Q(outcome=Outcome.GOOD)),
        bad=Count("pk", filter=Q(outcome=Outcome.BAD)),
        pending=Count("pk", filter=Q(outcome=Outcome.PENDING)),
        failed=Count("pk", filter=Q(state=ItemState.FAILED)),
        skipped=Count("pk", filter=Q(state=ItemState.SKIPPED)),
        waiting=Count("pk", filter=Q(state=ItemState.WAITING)),
    )
    return Progress(campaign, **numbers)


def lines(campaign: Campaign, items: Any, number: int = LINE_COUNT) -> list[Line]:
    """Lines of the ledger in their order, each with its record: a few queries for them all."""
    listed = list(items.order_by("position")[:number])
    if campaign.way is None:
        return [Line(item, None) for item in listed]
    model = campaign.way[0].model
    found = introduced(model, list(model._base_manager.filter(pk__in=[item.subject_id for item in listed])))
    subjects = {record.pk: Subject(record) for record in found}
    return [Line(item, subjects.get(item.subject_id)) for item in listed]


def page_of(campaign: Campaign) -> str:
    return reverse("admin:desk_campaign", args=[campaign.pk])


def _says(campaign: Campaign) -> str:
    """What the remedy says of the first record; it says the same of all, or nearly."""
    if campaign.way is None:
        return ""
    condition, remedy = campaign.way
    first = campaign.items.order_by("position").first()
    record = condition.model._base_manager.filter(pk=first.subject_id).first() if first else None
    return words(remedy.says, record) if record or not callable(remedy.says) else ""


def _presses(
    request: HttpRequest, campaign: Campaign, pressed: str, typed: Mapping[str, str]
) -> Iterator[Press]:
    allowed = may_treat(request.user, campaign)
    for matter in matters.matters_of(campaign):
        for way in matter.ways(request.user, pressed, typed):
            yield Press(campaign, way, matter.condition.code, allowed)
