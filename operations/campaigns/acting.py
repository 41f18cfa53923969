"""Treats one record of a campaign by the one path of all remedies, and finds out what came of it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from operations import repair
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem, ItemState, Outcome, first_clause
from operations.recovery import Condition, Remedy
from operations.repair import Result
from operations.verdicts import Code


def per_second(campaign: Campaign, item: CampaignItem) -> float:
    """How many records like this one the way out takes now."""
    condition, remedy = _way(campaign)
    if remedy.per_second is None:
        return float("inf")
    record = _record(condition, item)
    return remedy.per_second(record) if record else float("inf")


def act(campaign: Campaign, item: CampaignItem) -> bool:
    """Press the remedy on the record as it was shown, and write its line; says whether it was pressed."""
    condition, remedy = _way(campaign)
    item.acted_at = timezone.now()
    [done] = repair.apply(
        condition,
        remedy,
        [item.subject_id],
        campaign.operation,
        version=item.subject_version,
        answers=campaign.answers,
    )
    match done.result:
        case Result.APPLIED:
            item.state, item.outcome = ItemState.APPLIED, Outcome.PENDING if remedy.outcome else Outcome.GOOD
        case Result.FAILED:
            item.state, item.message = ItemState.FAILED, done.message
            item.outcome, item.fingerprint = Outcome.BAD, first_clause(done.message)
        case Result.ALREADY_RESOLVED:
            item.leave_out(_where_it_went(condition, item))
        case Result.STALE:
            item.leave_out(_("It has changed since it was shown."))
        case _:
            item.leave_out(done.message)
    item.save()
    return item.state != ItemState.SKIPPED


def look(campaign: Campaign) -> None:
    """Find out what came of what was set off and is not known yet."""
    condition, remedy = _way(campaign)
    pending = list(campaign.items.filter(outcome=Outcome.PENDING).order_by("position"))
    if not pending or remedy.outcome is None:
        return
    records = condition.model._base_manager.in_bulk([item.subject_id for item in pending])
    for item in pending:
        record = records.get(item.subject_id)
        verdict = remedy.outcome(record, item.acted_at) if record and item.acted_at else None
        if verdict is None or verdict.code != Code.PENDING:
            item.outcome = Outcome(verdict.code) if verdict else Outcome.GOOD
            item.outcome_at = timezone.now()
            if verdict and verdict.code == Code.BAD:
                item.message, item.fingerprint = verdict.text, verdict.fingerprint[:200]
            item.save(update_fields=["outcome", "outcome_at", "message", "fingerprint"])


def _where_it_went(condition: Condition, item: CampaignItem) -> str:
    """Why it is not in the list any more, as far as its status tells."""
    record = _record(condition, item)
    if record is None:
        return _("It does not exist any more.")
    status = record.get_status_display() if hasattr(record, "get_status_display") else ""
    return _("Resolved meanwhile: %(status)s") % {"status": status} if status else _("Resolved meanwhile.")


def _record(condition: Condition, item: CampaignItem) -> Any:
    return condition.model._base_manager.filter(pk=item.subject_id).first()


def _way(campaign: Campaign) -> tuple[Condition, Remedy]:
    found = campaign.way
    assert found is not None  # whoever carries a campaign on has asked
    return found
