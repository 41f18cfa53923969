"""Freezes the list of a campaign and says what it would do to whom, before anything is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from operations import intents, workflow
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem, ItemState
from operations.campaigns.selection import Selection
from operations.errors import Refusal
from operations.history import Operation
from operations.recovery import Consequence, Remedy, introduction
from operations.transactions import use_case

COUNT_CAP = 100_000
READ_CAP = 5000  # so many are judged to find those that can be treated
CHUNK = 500


class NothingToTreat(Refusal):
    """Raised by `prepare` when no record is left in the list."""

    code = "nothing_to_treat"

    def __init__(self) -> None:
        super().__init__(_("There is nothing left to treat: the list is empty."))


@dataclass(frozen=True)
class Prepared:
    """A campaign that waits for somebody to start it; `is_repeat` when the same press made it before."""

    campaign: Campaign
    is_repeat: bool


@dataclass(frozen=True)
class Preview:
    """What a campaign will do, in people and consequences."""

    eligible: int
    skipped: list[tuple[str, int]]
    people: int
    more_than_once: int
    second_copies: int
    told: int
    soonest_at: datetime | None
    takes_seconds: int


@use_case
def prepare(
    request: intents.Request,
    selection: Selection,
    remedy: Remedy,
    answers: dict[str, str],
    operation: Operation,
) -> Prepared:
    """Write down which records in which version would be treated; nothing is done to them.

    At most `campaign_records_count` are taken, soonest harm first; those that the remedy refuses are
    written down with the reason. Raises NothingToTreat, and KeyReused when the form was changed.
    """
    payload = {
        "condition": selection.condition.code,
        "remedy": remedy.code,
        "answers": answers,
        "chosen": selection.chosen,
    }
    claim = intents.claim(request, payload)
    if not claim.won:
        assert claim.intent.subject_id is not None
        return Prepared(Campaign.objects.get(pk=claim.intent.subject_id), is_repeat=True)
    items = _freeze(selection, remedy)
    if not items:
        raise NothingToTreat
    campaign = _begin(selection, remedy, answers, items, operation)
    claim.intent.settle(campaign, "previewed")
    return Prepared(campaign, is_repeat=False)


def preview(campaign: Campaign) -> Preview:
    """What the campaign will do from here on, from its frozen list."""
    waiting = list(campaign.items.filter(state=ItemState.WAITING).values_list("subject_id", flat=True))
    found = campaign.way
    people = _people(campaign, waiting)
    consequence = found[1].consequence if found else Consequence.SAFE
    return Preview(
        eligible=len(waiting),
        skipped=left_out(campaign),
        people=len(people),
        more_than_once=sum(1 for number in people.values() if number > 1),
        second_copies=len(waiting) if consequence == Consequence.SECOND_COPY else 0,
        told=len(waiting) if consequence == Consequence.TELLS_CUSTOMER else 0,
        soonest_at=campaign.soonest_at,
        takes_seconds=len(waiting) // settings.HOLDFAST.campaign_per_second_count + 1,
    )


def left_out(campaign: Campaign) -> list[tuple[str, int]]:
    """Why records are left out, each reason with its number."""
    reasons = campaign.items.filter(state=ItemState.SKIPPED).values_list("reason", flat=True)
    return Counter(reasons).most_common()


def _freeze(selection: Selection, remedy: Remedy) -> list[CampaignItem]:
    """The first records that can be treated, and on the way to them those that cannot."""
    items: list[CampaignItem] = []
    wanted = settings.HOLDFAST.campaign_records_count
    for position, record in enumerate(_read(selection)):
        if not wanted:
            break
        item = CampaignItem(
            position=position, subject_id=record.pk, subject_version=getattr(record, "version", 0)
        )
        if why := remedy.refuses(record):
            item.leave_out(why)
        else:
            wanted -= 1
        items.append(item)
    return items


def _read(selection: Selection) -> Iterator[Any]:
    return islice(selection.records().iterator(chunk_size=CHUNK), READ_CAP)


def _begin(
    selection: Selection,
    remedy: Remedy,
    answers: dict[str, str],
    items: list[CampaignItem],
    operation: Operation,
) -> Campaign:
    in_all = selection.records().order_by()[:COUNT_CAP].count()
    campaign = Campaign(
        condition=selection.condition.code,
        remedy=remedy.code,
        answers=answers,
        chosen_by=selection.chosen,
        location=selection.place,
        user_id=operation.user_id,
        left_count=max(0, in_all - len(items)),
        soonest_at=_soonest(selection, items),
        stale_after=timezone.now() + timedelta(seconds=settings.HOLDFAST.campaign_preview_seconds),
    )
    workflow.begin(campaign, operation, "prepare")
    for item in items:
        item.campaign = campaign
    CampaignItem.objects.bulk_create(items, batch_size=CHUNK)
    return campaign


def _soonest(selection: Selection, items: list[CampaignItem]) -> datetime | None:
    """The list is in the order of harm, so the first that is treated is the soonest."""
    first = next((item for item in items if item.state == ItemState.WAITING), None)
    if first is None or not selection.condition.harm_at:
        return None
    return selection.condition.harm(selection.condition.model._base_manager.get(pk=first.subject_id))


def _people(campaign: Campaign, ids: list[int]) -> Counter[str]:
    """How many of the records are for each person; without such a column each record is one's own."""
    found = campaign.way
    column = introduction(found[0].model).concerns.person if found else ""
    if not found or not column:
        return Counter(str(pk) for pk in ids)
    whom = found[0].model._base_manager.filter(pk__in=ids).values_list(column, flat=True)
    return Counter(str(person).lower() for person in whom)
