"""What people have agreed about one record, and the forms in which they agree on more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse

from operations import intents
from operations.desk import marks, moments, names, permits
from operations.desk.marks import Marks
from operations.desk.permits import User
from operations.desk.subjects import Subject
from operations.people import about, snoozes
from operations.people.notes import TEXT_LENGTH, Note
from operations.people.pledges import Pledge
from operations.people.snoozes import Snooze
from operations.recovery import Condition

NOTE_CAP = 50


@dataclass(frozen=True)
class Said:
    """A sentence of somebody about the record."""

    text: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Promised:
    """An open promise to the customer, with the form that ticks it off."""

    pledge: Pledge
    who: str


@dataclass(frozen=True)
class Agreed:
    """Everything that the part "Who is on this?" of a record's page shows; `said` was typed and refused."""

    condition: Condition
    subject: Subject
    user: User
    is_listed: bool
    said: Mapping[str, str] = field(default_factory=dict)

    note_length = TEXT_LENGTH
    reason_length = snoozes.REASON_LENGTH

    @property
    def action(self) -> str:
        return reverse("admin:desk_people", args=[self.condition.code, self._record.pk])

    @cached_property
    def may_act(self) -> bool:
        return permits.may_act(self.user, self.condition.model)

    @cached_property
    def marks(self) -> Marks:
        return marks.of([self._record]).get(about.key(self._record), Marks())

    @property
    def is_mine(self) -> bool:
        holder = self.marks.holder
        return holder is not None and holder.user_id == self.user.pk

    @cached_property
    def notes(self) -> list[Said]:
        return [Said(note.text, self._people[note.user_id], note.at) for note in self._notes]

    @cached_property
    def promised(self) -> list[Promised]:
        return [Promised(pledge, self._people[pledge.user_id]) for pledge in self._pledges]

    @cached_property
    def snooze(self) -> Snooze | None:
        """The pause in force; it can have ended early because the record has changed."""
        if not self.condition.records().filter(snoozes.of_condition(self.condition), pk=self._record.pk):
            return None
        resting = Snooze.objects.of(self._record).in_force()
        return resting.filter(condition=self.condition.code).order_by("-at").first()

    @property
    def snoozed_by(self) -> str:
        return names.of([self.snooze.user_id])[self.snooze.user_id] if self.snooze else ""

    @cached_property
    def rest_until(self) -> datetime:
        """How long it may be left alone at most."""
        return snoozes.latest(self.condition, self._record)

    @property
    def may_rest(self) -> bool:
        return self.is_listed and self.rest_until > moments.in_a_while(self._zone, 0)

    @property
    def rest_field(self) -> str:
        tomorrow = moments.in_a_while(self._zone, 24).replace(hour=9, minute=0)
        return self._typed("snooze", "until") or moments.field(min(tomorrow, self.rest_until), self._zone)

    @property
    def rest_max(self) -> str:
        return moments.field(self.rest_until, self._zone)

    @property
    def due_field(self) -> str:
        return self._typed("promise", "due_at") or moments.field(
            moments.in_a_while(self._zone, 2), self._zone
        )

    @property
    def typed_note(self) -> str:
        return self._typed("note", "text")

    @property
    def typed_promise(self) -> str:
        return self._typed("promise", "text")

    @property
    def typed_reason(self) -> str:
        return self._typed("snooze", "reason")

    @property
    def request_id(self) -> str:
        """A new one for each form."""
        return intents.issue()

    @property
    def _record(self) -> Any:
        return self.subject.record

    @property
    def _zone(self) -> str:
        return self.subject.time_zone

    @cached_property
    def _notes(self) -> list[Note]:
        return list(Note.objects.of(self._record).order_by("-at", "-pk")[:NOTE_CAP])

    @cached_property
    def _pledges(self) -> list[Pledge]:
        return list(Pledge.objects.of(self._record).open().order_by("due_at"))

    @cached_property
    def _people(self) -> dict[int, str]:
        return names.of([*(note.user_id for note in self._notes), *(each.user_id for each in self._pledges)])

    def _typed(self, act: str, name: str) -> str:
        return self.said.get(name, "") if self.said.get("act") == act else ""
