"""Looks back at a rehearsal: what broke, when somebody noticed, what mended itself, what people did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from operations.attempts import Attempt
from operations.desk import matters, moves, shift
from operations.desk.permits import User
from operations.desk.shift import Line
from operations.desk.subjects import Subject
from operations.effects import Effect, EffectStatus
from operations.heartbeat import WorkerHeartbeat
from operations.history import Actor, Event
from operations.people import about
from operations.people.claims import Claim
from operations.people.notes import Note
from operations.people.pledges import Pledge
from operations.proving import Proof
from operations.rehearsing import Rehearsal
from operations.repair import RecoveryAttempt

LINE_CAP = 50
BY_ITSELF = (Actor.WORKER, Actor.SCHEDULE)


@dataclass(frozen=True)
class Mended:
    """Something that happened by itself."""

    at: datetime
    text: str
    title: str = ""


@dataclass(frozen=True)
class Fate:
    """One record that was concerned: where it stands now, and how long it took to get there."""

    title: str
    page: str
    status: str
    open_in: list[str]
    minutes: int | None


class Debrief:
    """Everything that can be said about a rehearsal from what was written down anyway."""

    def __init__(self, rehearsal: Rehearsal, user: User) -> None:
        self.rehearsal, self.user = rehearsal, user
        self.since, self.until = rehearsal.started_at, rehearsal.over_at

    @cached_property
    def records(self) -> list[Model]:
        return self.rehearsal.concerned()

    @cached_property
    def noticed_at(self) -> datetime | None:
        """When somebody said so, or first touched what was concerned."""
        touched = [self.rehearsal.noticed_at, *self._first_touches()]
        return min((moment for moment in touched if moment), default=None)

    @cached_property
    def mended(self) -> list[Mended]:
        """What workers and schedules did about the records, and the workers that came anew; oldest first."""
        titles = {about.key(record): Subject(record).title for record in self.records}
        moved = self._events().filter(actor__in=BY_ITSELF).exclude(from_status="")  # to begin is no recovery
        by_itself = moved.order_by("at", "pk")[:LINE_CAP]
        found = [
            Mended(event.at, moves.in_words(event), titles[event.subject_model, event.subject_id])
            for event in by_itself
            if (event.subject_model, event.subject_id) in titles
        ]
        begun = WorkerHeartbeat.objects.filter(started_at__gte=self.since, started_at__lte=self.until)
        found += [Mended(worker.started_at, _("A new worker began")) for worker in begun[:LINE_CAP]]
        if (ended := self.rehearsal.fault_until) and self.since <= ended <= self.until:
            found.append(Mended(ended, _("The fault was over by itself")))
        return sorted(found, key=lambda each: each.at)

    @cached_property
    def done(self) -> list[Line]:
        """What people did meanwhile, oldest first; to start and to end it is no part of the practice."""
        own = shift.page_of(self.rehearsal)
        lines = [line for line in reversed(shift.log(self.user, self.since)) if line.at <= self.until]
        return [line for line in lines if line.page != own]

    @cached_property
    def fates(self) -> list[Fate]:
        """Each record that was concerned, with the minutes until nothing about it was left to do."""
        return [self._fate(record) for record in self.records if not _is_to_come(record)]

    @cached_property
    def forgotten(self) -> list[str]:
        """What is still on the desk, still claimed, or promised and not kept."""
        left = [f"{fate.title}: {', '.join(fate.open_in)}" for fate in self.fates if fate.open_in]
        for record in self.records:
            title = Subject(record).title
            if Claim.objects.of(record).in_force().exists():
                left.append(_("%(title)s: somebody still says “I am on it”") % {"title": title})
            if Pledge.objects.of(record).open().exists():
                left.append(_("%(title)s: a promise to the customer is not kept") % {"title": title})
        return left

    @cached_property
    def sent_twice(self) -> int:
        """How many messages the other side accepted more than once; marked copies are counted apart."""
        accepted = self._attempts().filter(outcome="done").values("effect_model", "effect_id")
        return accepted.annotate(times=Count("pk")).filter(times__gt=1).count()

    @cached_property
    def copies(self) -> int:
        """Second copies that say that they may be one."""
        return sum(getattr(record, "may_be_duplicate", False) for record in self._effects())

    @cached_property
    def sent(self) -> int:
        """How many messages left."""
        left = self._attempts().filter(outcome="done").values("effect_model", "effect_id")
        return left.distinct().count()

    @cached_property
    def proof(self) -> Proof | None:
        """The proof that was made when it ended."""
        return Proof.objects.filter(pk=self.rehearsal.proof_id).first() if self.rehearsal.proof_id else None

    def _effects(self) -> list[Any]:
        return [record for record in self.records if isinstance(record, Effect)]

    def _attempts(self) -> QuerySet[Attempt]:
        return Attempt.objects.filter(_any_of(self._effects(), "effect"))

    def _events(self) -> QuerySet[Event]:
        within = Event.objects.filter(at__gte=self.since, at__lte=self.until)
        return within.filter(_any_of(self.records, "subject"))

    def _first_touches(self) -> Iterable[datetime | None]:
        concerned, within = _any_of(self.records, "subject"), Q(at__gte=self.since)
        pressed = Q(actor=Actor.STAFF) & within & ~Q(source="command")
        for model, wanted in (
            (Event, concerned & pressed),
            (RecoveryAttempt, concerned & pressed),
            (Claim, concerned & within),
            (Note, concerned & within),
        ):
            found: Any = model
            yield found.objects.filter(wanted).order_by("at").values_list("at", flat=True).first()

    def _fate(self, record: Model) -> Fate:
        subject, listed = Subject(record), matters.matters_of(record)
        last = Event.objects.of(record).filter(at__gte=self.since).last()
        is_over = not listed and last is not None and not _is_under_way(record)
        return Fate(
            subject.title,
            shift.page_of(record),
            subject.status,
            [str(matter.condition.title) for matter in listed],
            round((last.at - self.since).total_seconds() / 60) if is_over and last else None,
        )


def _is_under_way(record: Any) -> bool:
    """A message that waits for its next try has not left, although nobody has to do anything."""
    return isinstance(record, Effect) and record.status in (EffectStatus.PENDING, EffectStatus.WORKING)


def _is_to_come(record: Any) -> bool:
    """A reminder of next week has nothing to do with it."""
    is_pending = isinstance(record, Effect) and record.status == EffectStatus.PENDING
    return is_pending and record.next_at > timezone.now() + timedelta(hours=6)


def _any_of(records: Iterable[Model], prefix: str) -> Q:
    """Any of these records; none where there are none."""
    wanted = Q(pk__in=[])
    for record in records:
        label = record._meta.label_lower
        wanted |= Q(**{f"{prefix}_model": label, f"{prefix}_id": record.pk})
    return wanted
