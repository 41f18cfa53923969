"""Says why records must stay as they are: something about them is not over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from operations import recovery
from operations.attempts import Attempt
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem
from operations.casefile.traces import any_of
from operations.incidents import Incident
from operations.people.claims import Claim
from operations.people.handovers import HandOver
from operations.people.pledges import Pledge
from operations.workflow import Workflow

Key = tuple[str, int]


def reasons_to_keep(groups: Mapping[int, Sequence[Model]]) -> dict[int, str]:
    """Which of the groups of records must stay, and why: one reason each, by the key of the group.

    Nothing is forgotten of what a condition lists, what is not finished, what somebody is on, what was
    promised, what waits in a hand-over, and what belongs to an open incident or campaign.
    """
    owners: dict[Key, set[int]] = defaultdict(set)
    for owner, records in groups.items():
        for record in records:
            owners[record._meta.label_lower, record.pk].add(owner)
    records = [record for group in groups.values() for record in group]
    reasons: dict[int, str] = {}
    for key, why in _open(records):
        for owner in owners.get(key, ()):
            reasons.setdefault(owner, why)
    return reasons


def _open(records: list[Any]) -> Iterable[tuple[Key, str]]:
    yield from _listed(records)
    yield from _unfinished(records)
    yield from _agreed(records)
    yield from _failing(records)
    yield from _treated(records)


def _listed(records: list[Any]) -> Iterable[tuple[Key, str]]:
    by_model: dict[type[Model], set[int]] = defaultdict(set)
    for record in records:
        by_model[type(record)].add(record.pk)
    for condition in recovery.conditions().values():
        if ids := by_model.get(condition.model):
            why = _("on the desk: %(condition)s") % {"condition": condition.title}
            for pk in condition.records().filter(pk__in=ids).order_by().values_list("pk", flat=True):
                yield (condition.model._meta.label_lower, pk), why


def _unfinished(records: list[Any]) -> Iterable[tuple[Key, str]]:
    for record in records:
        if isinstance(record, Workflow) and record.status not in record.final_statuses:
            yield (record._meta.label_lower, record.pk), _("not finished")


def _agreed(records: list[Any]) -> Iterable[tuple[Key, str]]:
    about = any_of(records, "subject")
    for key in _keys(Claim.objects.in_force().filter(about)):
        yield key, _("somebody is on it")
    for key in _keys(Pledge.objects.open().filter(about)):
        yield key, _("something is promised to the customer")
    for listed in HandOver.objects.filter(taken_at__isnull=True).values_list("listed", flat=True):
        for label, pk in listed:
            yield (label, pk), _("in a hand-over that nobody has taken")


def _failing(records: list[Any]) -> Iterable[tuple[Key, str]]:
    failed = Attempt.objects.filter(any_of(records, "effect"), fingerprint__isnull=False)
    rows = list(failed.values_list("effect_model", "effect_id", "fingerprint"))
    marks = {mark for _label, _pk, mark in rows}
    is_open = set(Incident.objects.open().filter(fingerprint__in=marks).values_list("fingerprint", flat=True))
    for label, pk, mark in rows:
        if mark in is_open:
            yield (label, pk), _("part of an incident that is open")


def _treated(records: list[Any]) -> Iterable[tuple[Key, str]]:
    going = list(Campaign.objects.exclude(status__in=Campaign.final_statuses))
    for campaign in going:
        if way := campaign.way:
            model = way[0].model
            ids = [record.pk for record in records if type(record) is model]
            items = CampaignItem.objects.filter(campaign=campaign, subject_id__in=ids)
            for pk in items.values_list("subject_id", flat=True):
                yield (model._meta.label_lower, pk), _("part of a campaign that is not over")


def _keys(said: Any) -> Iterable[Key]:
    return said.values_list("subject_model", "subject_id")  # type: ignore[no-any-return]
