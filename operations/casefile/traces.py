"""What was written down about some records: by the machine, by the people who asked, by staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Model, Q

from operations.attempts import Attempt
from operations.history import Event
from operations.intents import Intent, Refused
from operations.people.about import AboutQuerySet
from operations.people.claims import Claim
from operations.people.notes import Note
from operations.people.pledges import Pledge
from operations.people.snoozes import Snooze
from operations.repair import RecoveryAttempt

Key = tuple[str, int]


@dataclass(frozen=True)
class Traces:
    """All of it, oldest first; the first record is the one that the case is about."""

    records: list[Any]

    @cached_property
    def events(self) -> list[Event]:
        return list(Event.objects.filter(any_of(self.records, "subject")).order_by("at", "pk"))

    @cached_property
    def attempts(self) -> list[Attempt]:
        return list(Attempt.objects.filter(any_of(self.records, "effect")).order_by("started_at", "pk"))

    @cached_property
    def presses(self) -> list[RecoveryAttempt]:
        return list(RecoveryAttempt.objects.filter(any_of(self.records, "subject")).order_by("at", "pk"))

    @cached_property
    def intents(self) -> list[Intent]:
        """The requests that won; one that a record names itself has no subject of its own."""
        named = [request for record in self.records if (request := getattr(record, "request_id", None))]
        wanted = any_of(self.records, "subject") | Q(pk__in=named)
        return list(Intent.objects.filter(wanted).order_by("created_at", "pk"))

    @cached_property
    def refusals(self) -> list[Refused]:
        """What a rule refused: about these records, or under a number that won in the end."""
        keys = {intent.key for intent in self.intents}
        wanted = any_of(self.records, "subject") | Q(key__in=keys)
        return list(Refused.objects.filter(wanted).order_by("at", "pk"))

    @cached_property
    def notes(self) -> list[Note]:
        return _said(Note.objects, self.records)

    @cached_property
    def pledges(self) -> list[Pledge]:
        return _said(Pledge.objects, self.records)

    @cached_property
    def claims(self) -> list[Claim]:
        return _said(Claim.objects, self.records)

    @cached_property
    def snoozes(self) -> list[Snooze]:
        return _said(Snooze.objects, self.records)

    def people(self) -> Iterable[int | None]:
        """Everybody of the staff who left a trace."""
        said: list[Any] = [*self.notes, *self.pledges, *self.claims, *self.snoozes]
        return [trace.user_id for trace in [*said, *self.events, *self.presses]]


def any_of(records: Iterable[Model], prefix: str) -> Q:
    """A filter for what is about any of the records, kind by kind so that each is found by its index."""
    ids: dict[str, list[int]] = {}
    for record in records:
        ids.setdefault(record._meta.label_lower, []).append(record.pk)
    wanted = Q(pk__in=[])
    for label, keys in ids.items():
        wanted |= Q(**{f"{prefix}_model": label, f"{prefix}_id__in": keys})
    return wanted


def _said(manager: Any, records: list[Any]) -> list[Any]:
    found: AboutQuerySet[Any] = manager.filter(any_of(records, "subject"))
    return list(found.order_by("at", "pk"))
