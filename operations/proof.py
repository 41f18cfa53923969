"""What the kernel promises about every record, whichever app it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from operations.checks import workflow_models
from operations.effects import Effect, EffectStatus
from operations.guards import allowed_moves
from operations.jobs import ScheduledJob
from operations.promises import Breach, Promise, found_by, register
from operations.queue import schedules
from operations.recovery import Condition, conditions, words
from operations.work import jobs
from operations.workflow import Workflow

# ruff: noqa: S608 - table names of our own
SLACK = timedelta(minutes=2)  # what has just become late may be on its way


def unexplained() -> Iterator[Breach]:
    """A record whose status and version are not those of its last event."""
    for model in workflow_models():
        label, table = model._meta.label_lower, model._meta.db_table
        yield from found_by(
            f"""SELECT '{label} ' || record.id,
                    'is ' || record.status || ', version ' || record.version || ', but its last event says '
                    || coalesce(last.to_status || ', ' || last.sequence, 'nothing')
                FROM {table} AS record LEFT JOIN (
                    SELECT DISTINCT ON (subject_id) subject_id, sequence, to_status FROM operations_event
                    WHERE subject_model = '{label}' ORDER BY subject_id, sequence DESC
                ) AS last ON last.subject_id = record.id
                WHERE (last.sequence, last.to_status) IS DISTINCT FROM (record.version, record.status)"""
        )


def gaps() -> list[Breach]:
    """A history that does not count 1, 2, 3 …"""
    return found_by(
        """SELECT subject_model || ' ' || subject_id, 'has ' || count(*) || ' events up to ' || max(sequence)
           FROM operations_event GROUP BY subject_model, subject_id
           HAVING min(sequence) <> 1 OR max(sequence) <> count(*)"""
    )


def forbidden_moves() -> Iterator[Breach]:
    """Two neighbours in a history between which no transition leads."""
    for model in workflow_models():
        moves = [f"{source} {target}" for source, target in allowed_moves(model)]
        yield from found_by(
            """SELECT subject_model || ' ' || subject_id, 'went from "' || coalesce(before, '')
                   || '" to "' || to_status || '" by ' || transition || ', event ' || sequence
               FROM (SELECT *, lag(to_status) OVER (PARTITION BY subject_id ORDER BY sequence) AS before
                     FROM operations_event WHERE subject_model = %(label)s) AS step
               WHERE from_status <> coalesce(before, '')
                   OR (before IS NULL AND NOT to_status = ANY(%(beginnings)s))
                   OR (before <> to_status AND NOT before || ' ' || to_status = ANY(%(moves)s))""",
            {"label": model._meta.label_lower, "beginnings": list(model.initial_statuses), "moves": moves},
        )


def unlisted() -> Iterator[Breach]:
    """A record that is later than it may be, or an effect that nothing moves, and no condition lists it."""
    for model in workflow_models():
        overdue = Q(stale_after__lt=timezone.now() - SLACK)
        if issubclass(model, Effect):
            overdue |= ~Q(status__in=[EffectStatus.PENDING, EffectStatus.WORKING])
        every: QuerySet[Any] = model._base_manager.all()
        waiting = every.exclude(status__in=model.final_statuses).filter(overdue)
        for record in _not_on_the_desk(model, waiting):
            yield Breach(f"{model._meta.label_lower} {record.pk}", f"is {record.status} and on no list")


def misleased() -> Iterator[Breach]:
    """An effect that leaves without a lease, or holds one without leaving."""
    for model in (model for model in workflow_models() if issubclass(model, Effect)):
        table = model._meta.db_table
        yield from found_by(
            f"""SELECT '{model._meta.label_lower} ' || id, 'is ' || status || ' with a lease until '
                    || coalesce(lease_until::text, 'never') FROM {table}
                WHERE (status = 'working') <> (lease_token IS NOT NULL AND lease_until IS NOT NULL)"""
        )


def wordless() -> Iterator[Breach]:
    """A record on the desk that some audience would be told nothing about."""
    for condition in conditions().values():
        for record in condition.ordered():
            said = [words(condition.explanation, record), words(condition.customer_text, record)]
            said += [words(remedy.says, record) for remedy in condition.remedies]
            if not all(text.strip() for text in said):
                yield Breach(
                    f"{condition.model._meta.label_lower} {record.pk}", f"{condition.code}: unexplained"
                )


def unrecorded_requests() -> list[Breach]:
    """A request id that won, and nothing says what became of it."""
    return found_by(
        """SELECT 'operations.intent ' || id, 'won ' || scope || ' and nothing says what came of it'
           FROM operations_intent WHERE outcome = '' AND subject_id IS NULL"""
    )


def unknown_schedules() -> Iterator[Breach]:
    """A schedule of the queue without the row that records what it does, or without any code."""
    recorded = set(ScheduledJob.objects.values_list("name", flat=True))
    for name in schedules.names():
        if name not in recorded or name not in jobs():
            yield Breach(f"schedule {name}", "runs without a row in the ledger of jobs")


def _not_on_the_desk(model: type[Workflow], records: QuerySet[Any]) -> QuerySet[Any]:
    lists: list[Condition] = [entry for entry in conditions().values() if entry.model is model]
    for condition in lists:
        records = records.exclude(pk__in=condition.records().order_by().values("pk"))
    return records


register(
    Promise("history.explains", _("Every record is as its last event says."), unexplained),
    Promise("history.complete", _("No history has a gap."), gaps),
    Promise(
        "history.allowed", _("Every step of every history is one that the rules allow."), forbidden_moves
    ),
    Promise("desk.complete", _("Every record is final, on its way in time, or on the desk."), unlisted),
    Promise("desk.explained", _("Everything on the desk is explained to staff and customers."), wordless),
    Promise("effects.leased", _("What leaves is leased to one worker, and nothing else is."), misleased),
    Promise("intents.recorded", _("Every request that won has a recorded outcome."), unrecorded_requests),
    Promise("jobs.recorded", _("Every scheduled job has its row in the ledger."), unknown_schedules),
)
