"""Carries a campaign on, one record and its line in one commit, so that a killed worker loses nothing."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from operations import heartbeat, queue, turns, workflow
from operations.campaigns import acting, tally
from operations.campaigns.campaign import ACTIVE, Campaign, CampaignStatus, stale_from
from operations.campaigns.control import TOPIC
from operations.campaigns.ledger import CampaignItem, ItemState, Outcome
from operations.history import WORKER, Operation
from operations.transactions import use_case

SLICE_SECONDS = 1.0  # so long one wake-up keeps a worker, pauses included
LOOK_EVERY = timedelta(seconds=1)
CLOSED_PAUSE_SECONDS = 5.0  # between two looks at a way out that takes nothing
KEEP_LOOKING = timedelta(days=1)
IDLE_PAUSE_SECONDS = 1.0  # between two looks at outcomes that nobody knows yet


def drain() -> bool:
    """Carry the campaign on for a second; what is left then has its own wake-up in time."""
    until = time.monotonic() + SLICE_SECONDS
    while True:
        heartbeat.beat()
        pause = step()
        if pause is None:
            return False
        if turns.is_over() or time.monotonic() + pause > until:
            queue.wake_now(TOPIC, after_seconds=pause)
            return False
        time.sleep(pause)


def due_since() -> datetime | None:
    """Since when the campaign that is under way waits to be carried on, or None."""
    due = Campaign.objects.active().filter(next_at__lte=timezone.now())
    return due.values_list("next_at", flat=True).first()


@use_case
def step() -> float | None:
    """Look what came of what was done, then treat at most one record; seconds until the next step.

    None when no campaign is under way, somebody else carries it on just now, or it ended with this step.
    Everything that one step does is one commit: it has happened with its line, or it has not happened.
    """
    campaign = Campaign.objects.active().select_for_update(skip_locked=True).first()
    if campaign is None:
        return None
    if wait := _seconds_until_due(campaign):
        return wait
    if campaign.status == CampaignStatus.SCHEDULED:
        workflow.perform(campaign, "set_out", WORKER)
    pause = _carry_on(campaign)
    if pause is not None:
        _note(campaign, pause)
    return pause


def look_back() -> int:
    """Find out what came of what campaigns set off that are not under way any more; returns how many."""
    recent = CampaignItem.objects.filter(outcome=Outcome.PENDING, acted_at__gt=timezone.now() - KEEP_LOOKING)
    before = recent.count()
    over = Campaign.objects.exclude(status__in=ACTIVE).filter(pk__in=recent.values("campaign"))
    for campaign in over:
        if campaign.way:
            acting.look(campaign)
    return before - recent.count()


def _carry_on(campaign: Campaign) -> float | None:
    """What is to be done now; seconds until the next step, None when it has ended."""
    if campaign.way is None:
        _stop(campaign, _("This version of the program does not know that button any more."))
        return None
    if campaign.looked_at is None or campaign.looked_at + LOOK_EVERY <= timezone.now():
        acting.look(campaign)
        campaign.looked_at = timezone.now()
    numbers = tally.count(campaign)
    if why := numbers.why_stop(campaign):
        _stop(campaign, why)
        return None
    if numbers.is_over:
        workflow.perform(campaign, "complete", WORKER)
        return None
    if campaign.status == CampaignStatus.CANARY and numbers.is_canary_sent and not numbers.pending:
        workflow.perform(campaign, "go_on", WORKER)
    return _treat_next(campaign) if numbers.may_begin_another(campaign) else IDLE_PAUSE_SECONDS


def _treat_next(campaign: Campaign) -> float:
    """Treat the next record if its way out takes any; what is left out costs no time."""
    item = campaign.items.filter(state=ItemState.WAITING).order_by("position")[0]
    rate = min(acting.per_second(campaign, item), settings.HOLDFAST.campaign_per_second_count)
    if rate <= 0:
        return CLOSED_PAUSE_SECONDS
    return 1 / rate if acting.act(campaign, item) else 0.0


def _stop(campaign: Campaign, why: str) -> None:
    by_itself = Operation(actor=WORKER.actor, source=WORKER.source, reason=why)
    workflow.perform(campaign, "stop", by_itself, text=why)


def _seconds_until_due(campaign: Campaign) -> float:
    assert campaign.next_at is not None
    return max(0.0, (campaign.next_at - timezone.now()).total_seconds())


def _note(campaign: Campaign, pause: float) -> None:
    """When it is looked at next; not a change of its own, so without a version."""
    next_at = timezone.now() + timedelta(seconds=pause)
    Campaign.objects.filter(pk=campaign.pk).update(
        next_at=next_at, stale_after=stale_from(next_at), looked_at=campaign.looked_at
    )
