"""Puts a case file together: what happened, who did it, what the other side said, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Model, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from operations import recovery
from operations.casefile import certainty
from operations.casefile.traces import Traces
from operations.desk import moves, names
from operations.desk.subjects import Subject, said
from operations.effects import Effect, EffectStatus
from operations.history import Event
from operations.repair import RecoveryAttempt, Result

FORMAT = "holdfast.case-file/1"
Facts = dict[str, Any]


class Variant(TextChoices):
    """For whom the file is: without, or with what staff wrote for each other."""

    CUSTOMER = "customer", _("For the customer")
    COMPLETE = "complete", pgettext_lazy("case file", "Complete")


def gather(record: Any, variant: Variant, at: datetime) -> Facts:
    """Everything that is known about the record and those related to it, as plain data.

    The customer's variant names nobody of the staff and has none of their notes, reasons and remarks.
    """
    return _Gathering(record, variant, at).document()


class _Gathering:
    def __init__(self, record: Any, variant: Variant, at: datetime) -> None:
        self.subject, self.variant, self.at = Subject(record), variant, at
        self.is_complete = variant == Variant.COMPLETE
        introduction = self.subject.introduction
        nothing: Iterable[Model] = ()
        related = [*said(introduction.related, record, nothing), *said(introduction.besides, record, nothing)]
        self.records = [record, *related]
        self.names = {(each._meta.label_lower, each.pk): Subject(each).title for each in related}
        self.traces = Traces(self.records)
        self.people = names.of(self.traces.people()) if self.is_complete else {}
        self.zone = ZoneInfo(self.subject.time_zone or "UTC")

    def document(self) -> Facts:
        record = self.subject.record
        document = {
            "format": FORMAT,
            "software": {"name": "Holdfast", "version": settings.HOLDFAST_VERSION},
            "generated_at": self._moment(self.at),
            "variant": str(self.variant),
            "time_zone": str(self.zone),
            "subject": {
                "model": record._meta.label_lower,
                "id": record.pk,
                "kind": str(record._meta.verbose_name),
                "title": self.subject.title,
                "status": getattr(record, "status", ""),
                "status_in_words": self.subject.status,
                "version": self.subject.version,
                "data": self._data(record),
            },
            "records": [self._related(each) for each in self.records[1:] if not isinstance(each, Effect)],
            "events": [self._event(event) for event in self.traces.events],
            "messages": [self._effect(each) for each in self.records if isinstance(each, Effect)],
            "requests": [self._request(intent) for intent in self.traces.intents],
            "refused_requests": [self._refusal(refused) for refused in self.traces.refusals],
            "staff_actions": [self._press(press) for press in self.traces.presses],
            "promises": [self._promise(pledge) for pledge in self.traces.pledges],
            "known": certainty.known(self.records, self.traces),
            "not_known": certainty.unknown(self.records, self.traces),
        }
        return document | (self._among_staff() if self.is_complete else {})

    def _related(self, record: Any) -> Facts:
        subject = Subject(record)
        return {
            "kind": str(record._meta.verbose_name),
            "title": subject.title,
            "status_in_words": subject.status,
            "data": self._data(record),
        }

    def _event(self, event: Event) -> Facts:
        who = self.people.get(event.user_id or 0, "")
        told = {
            "at": self._moment(event.at),
            "about": self._about(event.subject_model, event.subject_id),
            "sequence": event.sequence,
            "from": event.from_status,
            "to": event.to_status,
            "transition": event.transition,
            "in_words": moves.in_words(event),
            "by": moves.doer(event.actor, event.source, who),
            "actor": event.actor,
            "source": event.source,
            "operation_id": str(event.operation_id),
            "request_id": _text(event.request_id),
        }
        if self.is_complete or event.actor != "staff":
            told |= {"reason": event.reason, "details": event.details}
        return told

    def _effect(self, effect: Any) -> Facts:
        is_told = self.is_complete or effect.status != EffectStatus.SETTLED  # then it is the staff's remark
        return {
            "id": effect.pk,
            "title": Subject(effect).title,
            **self._data(effect),
            "status": effect.status,
            "status_in_words": str(effect.get_status_display()),
            "written_at": self._moment(effect.created_at),
            "accepted_at": self._moment(effect.done_at),
            "may_be_duplicate": effect.may_be_duplicate,
            "answer": " ".join(part for part in (effect.external_id, effect.external_text) if part),
            "failure": effect.failure_text,
            "evidence": effect.evidence if is_told else "",
            "attempts": [
                {
                    "begun_at": self._moment(attempt.started_at),
                    "handed_over_at": self._moment(attempt.handover_at),
                    "ended_at": self._moment(attempt.finished_at),
                    "outcome": attempt.outcome,
                    "outcome_in_words": moves.outcome(attempt.outcome),
                    "code": attempt.external_code,
                    "answer": attempt.text,
                }
                for attempt in self.traces.attempts
                if (attempt.effect_model, attempt.effect_id) == (effect._meta.label_lower, effect.pk)
            ],
        }

    def _request(self, intent: Any) -> Facts:
        return {
            "request_id": str(intent.key),
            "asked_for": intent.scope,
            "came_of_it": intent.outcome,
            "recorded_at": self._moment(intent.created_at),
            "repeats_absorbed": intent.repeats,
            "last_repeat_at": self._moment(intent.last_repeat_at),
        }

    def _refusal(self, refused: Any) -> Facts:
        return {
            "request_id": str(refused.key),
            "asked_for": refused.scope,
            "refused_because": refused.code,
            "details": refused.details,
            "at": self._moment(refused.at),
        }

    def _press(self, press: RecoveryAttempt) -> Facts:
        told = {
            "at": self._moment(press.at),
            "about": self._about(press.subject_model, press.subject_id),
            "condition": press.condition,
            "remedy": press.remedy,
            "result": press.result,
            "was_applied": press.result == Result.APPLIED,
            "by": moves.doer(press.actor, press.source, self.people.get(press.user_id or 0, "")),
            "operation_id": str(press.operation_id),
        }
        return told | ({"reason": press.reason, "answer": press.message} if self.is_complete else {})

    def _promise(self, pledge: Any) -> Facts:
        return {
            "at": self._moment(pledge.at),
            "promised": pledge.text,
            "for": self._moment(pledge.due_at),
            "kept_at": self._moment(pledge.kept_at),
            "by": self._person(pledge.user_id),
        }

    def _among_staff(self) -> Facts:
        return {
            "notes": [
                {"at": self._moment(note.at), "by": self._person(note.user_id), "text": note.text}
                for note in self.traces.notes
            ],
            "looked_after": [
                {
                    "from": self._moment(claim.at),
                    "until": self._moment(claim.ended_at or claim.until),
                    "by": self._person(claim.user_id),
                }
                for claim in self.traces.claims
            ],
            "left_alone": [
                {
                    "from": self._moment(rest.at),
                    "until": self._moment(rest.ended_at or rest.until),
                    "by": self._person(rest.user_id),
                    "reason": rest.reason,
                }
                for rest in self.traces.snoozes
            ],
        }

    def _data(self, record: Any) -> Facts:
        nothing: Mapping[str, Any] = {}
        stored = said(recovery.introduction(type(record)).data, record, nothing)
        return {name: _plain(value, self._moment) for name, value in stored.items()}

    def _about(self, label: str, pk: int) -> str:
        return self.names.get((label, pk), "")

    def _person(self, user_id: int | None) -> str:
        return moves.doer("staff", "", self.people.get(user_id or 0, ""))

    def _moment(self, moment: datetime | None) -> dict[str, str] | None:
        """The moment on both clocks."""
        if moment is None:
            return None
        return {
            "utc": moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "local": moment.astimezone(self.zone).isoformat(timespec="seconds"),
        }


def _plain(value: Any, moment: Any) -> Any:
    """The same in what JSON has; moments on both clocks, everything else as text."""
    if isinstance(value, dict):
        return {str(name): _plain(entry, moment) for name, entry in value.items()}
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, str | int | float | bool) or value is None:
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Iterable):
        return [_plain(entry, moment) for entry in value]
    return str(value)


def _text(value: Any) -> str | None:
    return str(value) if value else None
