"""What one shift did and leaves behind, gathered from what was written down anyway."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from operations import reach
from operations.desk import moves, names, permits, pressed
from operations.desk.matters import conditions_of
from operations.desk.permits import User
from operations.desk.subjects import Subject, introduced
from operations.history import Actor, Event
from operations.incidents import Incident
from operations.people import about
from operations.people.claims import Claim, Ended
from operations.people.handovers import HandOver
from operations.people.notes import Note
from operations.people.pledges import Pledge
from operations.people.snoozes import Snooze
from operations.repair import RecoveryAttempt, Result
from operations.workflow import Workflow

LINE_CAP = 200
OPEN_CAP = 200
Key = tuple[str, int]


@dataclass(frozen=True)
class Line:
    """Something that a person did: when, who, what, and about which record."""

    at: datetime
    who: str
    text: str
    title: str = ""
    page: str = ""
    said: str = ""


@dataclass(frozen=True)
class OpenMatter:
    """A record that somebody is on or has promised something about."""

    title: str
    page: str
    who: str
    until: datetime | None = None
    text: str = ""
    is_due: bool = False


@dataclass(frozen=True)
class _Done:
    key: Key | None
    at: datetime
    user_id: int | None
    text: str
    said: str = ""


def log(user: User, since: datetime, *, by: int | None = None) -> list[Line]:
    """Who did what since then, newest first, at most 200 lines of what this person may see."""
    done = [each for kind in (_events, _presses, _agreed, _handed) for each in kind(since, by)]
    newest = sorted(done, key=lambda each: each.at, reverse=True)[:LINE_CAP]
    people = names.of(each.user_id for each in newest)
    found = records(user, [each.key for each in newest if each.key])
    return [
        Line(each.at, people.get(each.user_id or 0, ""), each.text, *_named(found, each.key), each.said)
        for each in newest
        if each.key is None or each.key in found
    ]


def taken(user: User, *, by: int | None = None) -> list[OpenMatter]:
    """What people are on now, or what one of them is on."""
    claims = Claim.objects.in_force().order_by("until")
    held = list((claims if by is None else claims.filter(user_id=by))[:OPEN_CAP])
    people, found = names.of(claim.user_id for claim in held), records(user, [claim.key for claim in held])
    return [
        OpenMatter(*_named(found, claim.key), people[claim.user_id], claim.until)
        for claim in held
        if claim.key in found
    ]


def promised(user: User, *, due_only: bool = False) -> list[OpenMatter]:
    """What was promised to customers and is not done, soonest first."""
    pledges = Pledge.objects.due() if due_only else Pledge.objects.open()
    given = list(pledges.order_by("due_at")[:OPEN_CAP])
    people, found = names.of(each.user_id for each in given), records(user, [each.key for each in given])
    listed = []
    for each in given:
        if each.key in found:
            title = found[each.key][0]
            page = reverse("admin:desk_record", args=[each.condition, each.subject_id])
            listed.append(OpenMatter(title, page, people[each.user_id], each.due_at, each.text, each.is_due))
    return listed


def records(user: User, keys: Iterable[Key]) -> dict[Key, tuple[str, str]]:
    """Title and page of each record that this person may see: some queries for each model."""
    wanted: dict[str, set[int]] = {}
    for label, pk in keys:
        wanted.setdefault(label, set()).add(pk)
    found: dict[Key, tuple[str, str]] = {}
    for label, ids in wanted.items():
        model: Any = apps.get_model(label)
        if permits.may_view(user, model):
            rows = list(reach.within(user, model._base_manager.filter(pk__in=ids)))
            found |= {about.key(row): (Subject(row).title, page_of(row)) for row in introduced(model, rows)}
    return found


def _named(found: dict[Key, tuple[str, str]], key: Key | None) -> tuple[str, str]:
    return found[key] if key else ("", "")


def page_of(record: Model) -> str:
    """Its own page, or that under any condition of its model: the page itself says whether one lists it."""
    if isinstance(record, Incident):
        return reverse("admin:desk_incident", args=[record.pk])
    if own := Subject(record).own_page:
        return own
    concerning = conditions_of(type(record))
    if concerning:
        return reverse("admin:desk_record", args=[concerning[0].code, record.pk])
    return Subject(record).admin_page


def _events(since: datetime, by: int | None) -> Iterator[_Done]:
    events = Event.objects.filter(actor=Actor.STAFF, at__gte=since)
    for event in _newest(events, by):
        key = (event.subject_model, event.subject_id)
        yield _Done(key, event.at, event.user_id, moves.in_words(event), event.reason)


def _presses(since: datetime, by: int | None) -> Iterator[_Done]:
    """The presses that no event tells of: what changed nothing, and what was done to records without one."""
    presses = RecoveryAttempt.objects.filter(actor=Actor.STAFF, at__gte=since)
    presses = presses.exclude(result=Result.APPLIED, subject_model__in=_with_history())
    for trace in _newest(presses, by):
        key = (trace.subject_model, trace.subject_id) if trace.subject_id else None
        if trace.result == Result.APPLIED:
            yield _Done(key, trace.at, trace.user_id, pressed.title(trace), trace.reason)
            continue
        said = {"remedy": pressed.title(trace), "result": _(trace.result)}
        text = _("Tried “%(remedy)s”: %(result)s") % said
        yield _Done(key, trace.at, trace.user_id, text, trace.message)


def _with_history() -> list[str]:
    return [model._meta.label_lower for model in apps.get_models() if issubclass(model, Workflow)]


def _agreed(since: datetime, by: int | None) -> Iterator[_Done]:
    """Claims, notes, pauses and promises, each where it began and where it ended."""
    for claim in _newest(Claim.objects.filter(at__gte=since), by):
        yield _Done(claim.key, claim.at, claim.user_id, _("Is on it"))
    ended = Claim.objects.filter(ended_at__gte=since, ended__in=[Ended.RELEASED, Ended.TAKEN_OVER])
    for claim in _newest(ended, by, "ended_by_id", "ended_at"):
        yield _Done(claim.key, claim.ended_at, claim.ended_by_id, claim.get_ended_display().capitalize())
    for note in _newest(Note.objects.filter(at__gte=since), by):
        yield _Done(note.key, note.at, note.user_id, _("Wrote a note"), note.text)
    for rest in _newest(Snooze.objects.filter(at__gte=since), by):
        yield _Done(rest.key, rest.at, rest.user_id, _("Left it alone"), rest.reason)
    for pledge in _newest(Pledge.objects.filter(at__gte=since), by):
        yield _Done(pledge.key, pledge.at, pledge.user_id, _("Promised to the customer"), pledge.text)
    for pledge in _newest(Pledge.objects.filter(kept_at__gte=since), by, "kept_by_id", "kept_at"):
        yield _Done(pledge.key, pledge.kept_at, pledge.kept_by_id, _("Kept the promise"), pledge.text)


def _handed(since: datetime, by: int | None) -> Iterator[_Done]:
    for left in _newest(HandOver.objects.filter(at__gte=since), by):
        yield _Done(None, left.at, left.user_id, _("Handed over"))
    for left in _newest(HandOver.objects.filter(taken_at__gte=since), by, "taken_by_id", "taken_at"):
        text = ngettext("Took over %(n)d matter", "Took over %(n)d matters", left.moved_count) % {
            "n": left.moved_count
        }
        yield _Done(None, left.taken_at, left.taken_by_id, text)


def _newest(rows: Any, by: int | None, column: str = "user_id", at: str = "at") -> Any:
    mine: Callable[[Any], Any] = lambda found: found if by is None else found.filter(**{column: by})  # noqa: E731
    return mine(rows).order_by(f"-{at}", "-pk")[:LINE_CAP]
