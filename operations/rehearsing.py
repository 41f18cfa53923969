"""A rehearsal: one fault at a time, made on purpose in a demonstration, practised on, and looked back at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from operations import proving, rehearsals
from operations.errors import Refusal
from operations.history import Operation
from operations.recovery import introduction
from operations.rehearsals import Drill, NotPossible, Staged
from operations.transactions import limit_lock_waits, require_transaction

LASTS = timedelta(minutes=15)


class NotHere(Refusal):
    """Raised where real people book: nothing is broken there on purpose."""

    code = "not_a_demonstration"
    message = _(
        "Rehearsals are for demonstrations: this installation serves real people. "
        "Start one with HOLDFAST_DEMO=1 and a data folder of its own."
    )


class UnderWay(Refusal):
    """Raised while another rehearsal goes on: with two faults at once nobody learns from either."""

    code = "another_rehearsal"
    message = _("Another rehearsal is under way. End it first.")


class RehearsalQuerySet(models.QuerySet["Rehearsal"]):
    def going_on(self) -> RehearsalQuerySet:
        return self.filter(is_over=False, until__gt=timezone.now())


class Rehearsal(models.Model):
    """One held from the desk; `records` are the models and ids of what it made.

    It is over when somebody ends it or its time has come, whatever is first; so is its fault.
    """

    drill = models.CharField(max_length=40)
    started_at = models.DateTimeField(default=timezone.now)
    started_by_id = models.BigIntegerField()
    until = models.DateTimeField()
    fault_until = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)
    is_over = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    cleared_at = models.DateTimeField(null=True)
    told = models.TextField(blank=True)
    records = models.JSONField(default=list)
    proof_id = models.BigIntegerField(null=True)

    objects = RehearsalQuerySet.as_manager()

    class Meta:
        permissions = (("rehearse", "Can break something on purpose, in a demonstration"),)
        constraints = (
            models.UniqueConstraint(
                fields=["is_over"], condition=Q(is_over=False), name="operations_one_rehearsal_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return str(self.declared.title) if self.declared else self.drill

    @property
    def declared(self) -> Drill | None:
        return rehearsals.drills().get(self.drill)

    @property
    def is_going_on(self) -> bool:
        return not self.is_over and self.until > timezone.now()

    @property
    def over_at(self) -> datetime:
        """When it was or will be over."""
        return self.ended_at or self.until

    def made(self) -> list[Model]:
        """What it made, as it is now."""
        found: list[Model] = []
        for label, pk in self.records:
            model: Any = apps.get_model(label)
            found += model._base_manager.filter(pk=pk)
        return found

    def concerned(self) -> list[Model]:
        """What it made, and what belongs to that: the messages of a booking."""
        made = self.made()
        related = [each for record in made for each in introduction(type(record)).related(record)]
        return [*made, *related]


def begin(drill: Drill, user_id: int) -> Rehearsal:
    """Note that it begins; raises NotHere and UnderWay. The fault itself is made by `hold`, outside."""
    require_transaction()
    if not settings.DEMO:
        raise NotHere
    now = timezone.now()
    Rehearsal.objects.filter(is_over=False, until__lte=now).update(is_over=True)
    if Rehearsal.objects.filter(is_over=False).exists():
        raise UnderWay
    rehearsal = Rehearsal(drill=drill.code, started_at=now, started_by_id=user_id, until=now + LASTS)
    made = Rehearsal.objects.bulk_create([rehearsal], ignore_conflicts=True)  # of two at once, one
    mine = Rehearsal.objects.filter(is_over=False, started_by_id=user_id, started_at=now).first()
    if not made or mine is None:
        raise UnderWay
    return mine


def hold(rehearsal: Rehearsal, drill: Drill) -> None:
    """Make the fault; where it cannot be made the rehearsal is taken back, and NotPossible says why."""
    try:
        staged = drill.run()
    except (NotPossible, Refusal) as reason:
        Rehearsal.objects.filter(pk=rehearsal.pk).delete()
        raise NotPossible(str(reason)) from reason
    _keep(rehearsal, staged, [*staged.records, *rehearsals.customers(drill.customers)])


def notice(rehearsal: Rehearsal) -> None:
    """Somebody has seen what is wrong."""
    unseen = Rehearsal.objects.filter(pk=rehearsal.pk, noticed_at__isnull=True)
    unseen.update(noticed_at=timezone.now())


def end(rehearsal: Rehearsal, user_id: int) -> None:
    """Take the fault back and look whether every promise was kept; must not be part of a transaction."""
    if (drill := rehearsal.declared) is not None:
        drill.end()
    now = timezone.now()
    proof = proving.prove()
    ours = Rehearsal.objects.filter(pk=rehearsal.pk)
    ours.update(proof_id=proof.pk)
    ours.filter(fault_until__gt=now).update(fault_until=now)
    going_on = Rehearsal.objects.filter(pk=rehearsal.pk, is_over=False)
    going_on.update(is_over=True, ended_at=min(now, rehearsal.until), ended_by_id=user_id)


def clear(rehearsal: Rehearsal, operation: Operation) -> int:
    """Put away what it made, each record in a transaction of its own; says how many."""
    made = rehearsal.made()
    for record in made:
        with transaction.atomic():
            limit_lock_waits()
            rehearsals.clear(record, operation)
    Rehearsal.objects.filter(pk=rehearsal.pk).update(cleared_at=timezone.now())
    return len(made)


def _keep(rehearsal: Rehearsal, staged: Staged, records: Iterable[Model]) -> None:
    keys = [[record._meta.label_lower, record.pk] for record in records]
    Rehearsal.objects.filter(pk=rehearsal.pk).update(told=staged.told, records=keys, fault_until=staged.until)
