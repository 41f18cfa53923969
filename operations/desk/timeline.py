"""One history of a record from everything that was written down about it, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from operations import recovery
from operations.attempts import Attempt
from operations.desk import moves, names, people_lines, pressed
from operations.desk.entries import Entry
from operations.desk.subjects import Subject, said
from operations.history import Event
from operations.repair import RecoveryAttempt, Result

ENTRY_CAP = 200


def of(record: Model) -> list[Entry]:
    """Everything that happened to the record and to those related to it, at most the newest 200 lines."""
    nothing: Iterable[Model] = ()
    traces = _Traces([record, *said(recovery.introduction(type(record)).related, record, nothing)])
    lines = [*traces.moves(), *traces.presses(), *traces.lone_attempts(), *people_lines.of(record, ENTRY_CAP)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:ENTRY_CAP]


def since(record: Model, version: int) -> list[Entry]:
    """The record's own changes after `version`: what somebody's page did not show."""
    traces = _Traces([record])
    return [line for line in traces.moves() if line.raw["sequence"] > version]


class _Traces:
    """What was written down about some records; the first of them is the one looked at."""

    def __init__(self, records: list[Model]) -> None:
        self.names = {_key(record): _name(record) for record in records[1:]}
        self.events: list[Event] = _newest(Event.objects.filter(_any_of(records, "subject")), "at")
        self.recoveries: list[RecoveryAttempt] = _newest(
            RecoveryAttempt.objects.filter(_any_of(records, "subject")), "at"
        )
        self.attempts: list[Attempt] = _newest(
            Attempt.objects.filter(_any_of(records, "effect")), "started_at"
        )
        told: list[Event | RecoveryAttempt] = [*self.events, *self.recoveries]
        self.people = names.of(trace.user_id for trace in told)

    def moves(self) -> Iterator[Entry]:
        """The events, each with the attempt it began and the button that caused it."""
        attempts = {_begun(attempt): attempt for attempt in self.attempts}
        pressed = {trace.operation_id: trace for trace in self.recoveries if trace.result == Result.APPLIED}
        for event in self.events:
            attempt = attempts.get((event.subject_model, event.subject_id, event.at))
            trace = pressed.get(event.operation_id)
            notes = [_answered(attempt)] if attempt else []
            if trace:
                notes.append(_("By “%(remedy)s”.") % {"remedy": _remedy(trace)})
            yield Entry(
                at=event.at,
                text=moves.in_words(event),
                who=moves.doer(event.actor, event.source, self.people.get(event.user_id or 0, "")),
                level="change" if event.from_status != event.to_status else "event",
                about=self.names.get((event.subject_model, event.subject_id), ""),
                reason=event.reason,
                notes=tuple(notes),
                raw=_raw(event),
            )

    def presses(self) -> Iterator[Entry]:
        """The presses that no event tells of: those that changed nothing."""
        told = {event.operation_id for event in self.events}
        for trace in self.recoveries:
            is_applied = trace.result == Result.APPLIED
            if is_applied and trace.operation_id in told:
                continue
            said = {"remedy": _remedy(trace), "result": _(trace.result)}
            yield Entry(
                at=trace.at,
                text=_("“%(remedy)s”: %(result)s") % said,
                who=moves.doer(trace.actor, trace.source, self.people.get(trace.user_id or 0, "")),
                level="event" if trace.result in (Result.APPLIED, Result.ALREADY_RESOLVED) else "refused",
                about=self.names.get((trace.subject_model, trace.subject_id), ""),
                reason=trace.reason,
                notes=(trace.message,) if trace.message and not is_applied else (),
                raw={"condition": trace.condition, "remedy": trace.remedy, "operation": trace.operation_id},
            )

    def lone_attempts(self) -> Iterator[Entry]:
        """The attempts that no event shown began."""
        told = {(event.subject_model, event.subject_id, event.at) for event in self.events}
        for attempt in self.attempts:
            if _begun(attempt) not in told:
                yield Entry(
                    at=attempt.started_at,
                    text=_("An attempt"),
                    who=moves.doer("worker", ""),
                    about=self.names.get((attempt.effect_model, attempt.effect_id), ""),
                    notes=(_answered(attempt),),
                )


def _raw(event: Event) -> dict[str, Any]:
    known = {
        "sequence": event.sequence,
        "transition": event.transition,
        "from": event.from_status,
        "to": event.to_status,
        "operation": event.operation_id,
        "request": event.request_id,
    }
    return {name: value for name, value in (known | event.details).items() if value not in ("", None)}


def _answered(attempt: Attempt) -> str:
    answer = " ".join(part for part in (attempt.external_code, attempt.text) if part)
    said = moves.outcome(attempt.outcome).capitalize()
    return f"{said}: {answer}" if answer else f"{said}."


def _remedy(trace: RecoveryAttempt) -> str:
    return pressed.title(trace)


def _newest(records: QuerySet[Any], column: str) -> list[Any]:
    return list(records.order_by(f"-{column}", "-pk")[:ENTRY_CAP])


def _any_of(records: list[Model], prefix: str) -> Q:
    wanted = Q(pk__in=[])
    for label in {record._meta.label_lower for record in records}:
        ids = [record.pk for record in records if record._meta.label_lower == label]
        wanted |= Q(**{f"{prefix}_model": label, f"{prefix}_id__in": ids})
    return wanted


def _key(record: Model) -> tuple[str, int]:
    return record._meta.label_lower, record.pk


def _begun(attempt: Attempt) -> tuple[str, int, datetime]:
    return attempt.effect_model, attempt.effect_id, attempt.started_at


def _name(record: Model) -> str:
    return Subject(record).title
