"""The lines of a record's history that people wrote themselves: on it, notes, pauses, promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _

from operations.desk import moves, names, spans
from operations.desk.entries import Entry
from operations.desk.subjects import Subject
from operations.people.claims import Claim
from operations.people.notes import Note
from operations.people.pledges import Pledge
from operations.people.snoozes import Snooze

Line = tuple[int | None, Entry]


def of(record: Model, cap: int) -> list[Entry]:
    """What people agreed about the record, each line with who it was."""
    zone = Subject(record).time_zone
    lines = [
        *_claims(record, cap, zone),
        *_notes(record, cap),
        *_rests(record, cap, zone),
        *_promises(record, cap, zone),
    ]
    people = names.of(user_id for user_id, _line in lines)
    return [
        replace(line, who=moves.doer("staff", "", people.get(user_id or 0, ""))) for user_id, line in lines
    ]


def _claims(record: Model, cap: int, zone: str) -> Iterator[Line]:
    for claim in Claim.objects.of(record).order_by("-at")[:cap]:
        yield (
            claim.user_id,
            _line(claim.at, _("Is on it until %(when)s") % {"when": spans.zoned(claim.until, zone)}),
        )
        if claim.ended_at and claim.ended_by_id:
            yield claim.ended_by_id, _line(claim.ended_at, claim.get_ended_display().capitalize())


def _notes(record: Model, cap: int) -> Iterator[Line]:
    for note in Note.objects.of(record).order_by("-at")[:cap]:
        yield note.user_id, _line(note.at, _("Note"), note.text)


def _rests(record: Model, cap: int, zone: str) -> Iterator[Line]:
    for rest in Snooze.objects.of(record).order_by("-at")[:cap]:
        until = {"when": spans.zoned(rest.until, zone)}
        yield rest.user_id, _line(rest.at, _("Left alone until %(when)s") % until, rest.reason)
        if rest.ended_at:
            yield rest.ended_by_id, _line(rest.ended_at, _("Brought back"))


def _promises(record: Model, cap: int, zone: str) -> Iterator[Line]:
    for pledge in Pledge.objects.of(record).order_by("-at")[:cap]:
        due = {"when": spans.zoned(pledge.due_at, zone)}
        yield pledge.user_id, _line(pledge.at, _("Promised for %(when)s") % due, pledge.text)
        if pledge.kept_at:
            yield pledge.kept_by_id, _line(pledge.kept_at, _("Kept the promise"), pledge.text)


def _line(at: datetime, text: str, reason: str = "") -> Entry:
    return Entry(at=at, text=text, who="", reason=reason)
