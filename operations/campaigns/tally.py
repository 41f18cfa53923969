"""Counts how a campaign is doing and says when it must not go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from operations.campaigns.campaign import Campaign, CampaignStatus
from operations.campaigns.ledger import ItemState, Outcome


@dataclass(frozen=True)
class Tally:
    """The numbers of the present leg; `waiting` and `pending` are those of the whole campaign."""

    waiting: int
    pending: int
    tried: int
    good: int
    bad: int
    last_at: datetime | None
    repeated_failure: str

    @property
    def is_canary_sent(self) -> bool:
        return self.tried >= settings.HOLDFAST.campaign_canary_count

    @property
    def is_over(self) -> bool:
        """Nothing is left to do, and what was done is known or has had its time."""
        return not self.waiting and (not self.pending or self.has_waited_enough)

    @property
    def has_waited_enough(self) -> bool:
        patience = timedelta(seconds=settings.HOLDFAST.campaign_outcome_wait_seconds)
        return self.last_at is not None and self.last_at + patience < timezone.now()

    def may_begin_another(self, campaign: Campaign) -> bool:
        """Never more than the first few before their outcome is known, nor far ahead of what is known."""
        if not self.waiting:
            return False
        if campaign.status == CampaignStatus.CANARY:
            return not self.is_canary_sent
        return self.pending < settings.HOLDFAST.campaign_open_outcomes_count

    def why_stop(self, campaign: Campaign) -> str:
        """Why it must not go on, or ""; what has nothing left to do is not stopped."""
        if not self.waiting:
            return ""
        if campaign.status == CampaignStatus.CANARY:
            return self._why_stop_at_canary()
        decided, figures = self.good + self.bad, settings.HOLDFAST
        is_enough = decided >= figures.campaign_failures_after_count
        if is_enough and self.bad * 100 > figures.campaign_failures_percent * decided:
            return _("%(bad)s of %(decided)s failed.") % {"bad": self.bad, "decided": decided}
        return ""

    def _why_stop_at_canary(self) -> str:
        if self.repeated_failure:
            said = {"failure": self.repeated_failure}
            return _("The same failure came back twice: %(failure)s") % said
        if self.is_canary_sent and self.bad and not self.good and not self.pending:
            return _("Not one of the first %(tried)s worked.") % {"tried": self.tried}
        if self.is_canary_sent and self.pending and self.has_waited_enough:
            return _("Nobody knows yet what came of the first %(tried)s.") % {"tried": self.tried}
        return ""


def count(campaign: Campaign) -> Tally:
    """Count the ledger: at most a thousand lines and those left out, by one index."""
    leg = Q(position__gte=campaign.leg_position)
    acted = Q(state__in=[ItemState.APPLIED, ItemState.FAILED])
    numbers = campaign.items.aggregate(
        waiting=Count("pk", filter=Q(state=ItemState.WAITING)),
        pending=Count("pk", filter=Q(outcome=Outcome.PENDING)),
        tried=Count("pk", filter=leg & acted),
        good=Count("pk", filter=leg & Q(outcome=Outcome.GOOD)),
        bad=Count("pk", filter=leg & Q(outcome=Outcome.BAD)),
        last_at=Max("acted_at"),
    )
    is_canary = campaign.status == CampaignStatus.CANARY
    return Tally(**numbers, repeated_failure=_repeated_failure(campaign, leg) if is_canary else "")


def _repeated_failure(campaign: Campaign, leg: Q) -> str:
    """What the failure says that more than one of the leg came back with, or ""."""
    failed = campaign.items.filter(leg, outcome=Outcome.BAD)
    seen: set[str] = set()
    for item in failed.order_by("position"):
        if item.fingerprint in seen:
            return item.message or item.fingerprint
        seen.add(item.fingerprint)
    return ""
