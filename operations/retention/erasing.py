"""Takes a person out of everything that was written down about some records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus

from django.db import connection
from django.db.models import Model, Q

from operations.attempts import Attempt
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem
from operations.casefile.exports import Export
from operations.casefile.traces import any_of
from operations.history import Actor, Event
from operations.incidents import Incident
from operations.people.handovers import HandOver
from operations.people.notes import Note
from operations.people.pledges import Pledge
from operations.people.saved_views import SavedView
from operations.people.snoozes import Snooze
from operations.recovery import conditions
from operations.repair import RecoveryAttempt
from operations.transactions import require_transaction

REMOVED = "[removed]"
ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
SHORTEST = 4  # of a name or number that is looked for in other people's sentences
KEPT_DETAILS = ("from", "to")  # moments


@dataclass(frozen=True)
class Person:
    """What somebody is known by; it is looked for, as a whole and whatever its case, in free text."""

    known_by: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, names: Iterable[str]) -> Person:
        """Whoever these names, addresses and numbers belong to; what is too short to mean one is left out."""
        return cls(frozenset(name.strip() for name in names if len(name.strip()) >= SHORTEST))

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        spelled = sorted(self.known_by | {quote_plus(name) for name in self.known_by}, key=len, reverse=True)
        if not spelled:
            return None
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spelled))})(?!\w)", re.IGNORECASE)

    def out_of(self, text: str) -> str:
        """The text without what the person is known by."""
        return self.pattern.sub(REMOVED, text) if self.pattern else text

    def mentioned(self, *columns: str) -> Q:
        """A filter for the rows of a small table in which one of the columns may name the person."""
        wanted = Q(pk__in=[])
        for name in self.known_by:
            for column in columns:
                wanted |= Q(**{f"{column}__icontains": name})
                wanted |= Q(**{f"{column}__icontains": quote_plus(name)})
        return wanted


def without_addresses(text: str) -> str:
    """What another side answered, without the addresses it repeated."""
    return ADDRESS.sub(REMOVED, text)


def erase(records: Sequence[Model], person: Person, since: datetime) -> None:
    """Take the person out of the traces of these records, and out of what staff wrote elsewhere since then.

    Steps, times, statuses, actors and outcomes stay: they are the statistics and the proof.
    """
    require_transaction()
    _clear_events(records)
    about = any_of(records, "subject")
    for model, column in ((Note, "text"), (Pledge, "text"), (Snooze, "reason")):
        model._default_manager.filter(about).exclude(**{column: ""}).update(**{column: REMOVED})
    pressed = RecoveryAttempt.objects.filter(about)
    pressed.exclude(message="").update(message="")
    pressed.exclude(actor=Actor.SCHEDULE).exclude(reason="").update(reason="")
    _clear_attempts(records, person)
    _clear_items(records, person, since)
    _clear_elsewhere(person, since)


def _clear_events(records: Sequence[Model]) -> None:
    """The one change that the guard of the history lets through: less, never other."""
    events = Event.objects.filter(any_of(records, "subject"))
    by_people = events.exclude(reason="").exclude(actor__in=[Actor.SCHEDULE, Actor.WORKER])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL holdfast.erasing = 'on'")
        by_people.update(reason="")
        for event in events.exclude(details={}):
            kept = {name: value for name, value in event.details.items() if _says_nothing(name, value)}
            if kept != event.details:
                Event.objects.filter(pk=event.pk).update(details=kept)
        cursor.execute("SET LOCAL holdfast.erasing = 'off'")


def _says_nothing(name: str, value: Any) -> bool:
    return name in KEPT_DETAILS or isinstance(value, bool | int | float)


def _clear_attempts(records: Sequence[Model], person: Person) -> None:
    for attempt in Attempt.objects.filter(any_of(records, "effect")).exclude(text=""):
        text = person.out_of(without_addresses(attempt.text))
        if text != attempt.text:
            Attempt.objects.filter(pk=attempt.pk).update(text=text)


def _clear_items(records: Sequence[Model], person: Person, since: datetime) -> None:
    """The lines about them in campaigns; a line is known by its record's number within its campaign."""
    for model in {type(record) for record in records}:
        codes = [condition.code for condition in conditions().values() if condition.model is model]
        held = list(Campaign.objects.filter(condition__in=codes, created_at__gte=since))
        ids = [record.pk for record in records if type(record) is model]
        for item in CampaignItem.objects.filter(campaign__in=held, subject_id__in=ids):
            said = {
                name: person.out_of(without_addresses(getattr(item, name)))
                for name in ("message", "reason", "fingerprint")
            }
            CampaignItem.objects.filter(pk=item.pk).update(**said)


def _clear_elsewhere(person: Person, since: datetime) -> None:
    """Small tables of what people wrote, each read once; JSON is searched as its text."""
    if not person.known_by:
        return
    _clear_texts(HandOver.objects.filter(at__gte=since), person, "unusual", "watch", "promised")
    _clear_texts(Incident.objects.filter(seen_at__gte=since), person, "text")
    _clear_texts(Campaign.objects.filter(created_at__gte=since), person, "reason", "stop_text")
    _clear_texts(Export.objects.filter(at__gte=since), person, "reason")
    for campaign in Campaign.objects.filter(person.mentioned("answers", "chosen_by"), created_at__gte=since):
        Campaign.objects.filter(pk=campaign.pk).update(
            answers=_clear_json(campaign.answers, person), chosen_by=_clear_json(campaign.chosen_by, person)
        )
    SavedView.objects.filter(person.mentioned("query", "name")).delete()


def _clear_texts(rows: Any, person: Person, *columns: str) -> None:
    for row in rows.filter(person.mentioned(*columns)):
        said = {column: person.out_of(getattr(row, column)) for column in columns}
        type(row)._default_manager.filter(pk=row.pk).update(**said)


def _clear_json(value: Any, person: Person) -> Any:
    if isinstance(value, dict):
        return {name: _clear_json(entry, person) for name, entry in value.items()}
    if isinstance(value, list):
        return [_clear_json(entry, person) for entry in value]
    return person.out_of(value) if isinstance(value, str) else value
