"""A record whose status moves only by named transitions, each one explained by an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import pgtrigger
from django.db import DatabaseError, models
from django_fsm import FSMField, TransitionNotAllowed, transition

from operations.errors import StaleRecord, WrongState
from operations.guards import EventGuard, StatusGuard
from operations.history import WORKER, Actor, Event, Operation, Source
from operations.transactions import require_transaction

__all__ = [
    "WORKER",
    "Actor",
    "Event",
    "Operation",
    "Source",
    "StaleRecord",
    "Workflow",
    "WrongState",
    "begin",
    "fetch",
    "observe",
    "perform",
    "status_field",
    "transition",
]

W = TypeVar("W", bound="Workflow")
_observers: defaultdict[type[Workflow], list[Callable[[Workflow, Event], None]]] = defaultdict(list)


def status_field(choices: type[models.TextChoices], default: str) -> FSMField:
    """The protected status of a workflow: only its transitions may set it."""
    field: FSMField = FSMField(max_length=20, choices=choices.choices, default=default, protected=True)
    return field


class Workflow(models.Model):
    """Status, version and lateness; a subclass declares `status`, its transitions and its final statuses."""

    initial_statuses: ClassVar[frozenset[str]]
    final_statuses: ClassVar[frozenset[str]]

    status: Any
    version = models.PositiveIntegerField(default=1, editable=False)
    stale_after = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        triggers: ClassVar[tuple[pgtrigger.Trigger, ...]] = (
            StatusGuard(name="status_guard"),
            EventGuard(name="event_guard"),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert, or compare-and-set on the version that was loaded; raises StaleRecord."""
        if self._state.adding:
            super().save(*args, **kwargs)
            return
        self.version += 1
        try:
            super().save(*args, **{**kwargs, "force_update": True})
        except DatabaseError as error:
            self.version -= 1
            if error.__cause__ is None:  # Django's own "forced update did not affect any rows"
                raise StaleRecord(record=self, version=self.version) from error
            raise

    def _do_update(self, base_qs: Any, *args: Any) -> bool:
        return super()._do_update(base_qs.filter(version=self.version - 1), *args)


def begin(record: Workflow, operation: Operation, transition: str = "begin", **details: Any) -> Event:
    """Insert a new record together with the first event of its history."""
    require_transaction()
    record.save(force_insert=True)
    return _write_event(record, "", transition, operation, details)


def perform(record: Workflow, name: str, operation: Operation, **kwargs: Any) -> Event:
    """Run the transition `name`, save the record and write its event, all in the caller's transaction.

    The record must have been fetched under lock in this transaction. Raises WrongState when the
    transition is not allowed from here and StaleRecord when somebody was faster.
    """
    require_transaction()
    before = record.status
    try:
        details = getattr(record, name)(**kwargs)
    except TransitionNotAllowed as error:
        raise WrongState(status=before, transition=name) from error
    record.save()
    return _write_event(record, before, name, operation, details or {})


def observe(model: type[Workflow], observer: Callable[[Workflow, Event], None]) -> None:
    """Call `observer` with the record and the event after each change, in the same transaction.

    For wake-ups only: what is changed by many rows at once is not observed, so whoever depends on an
    event finds it in the history by a schedule as well.
    """
    _observers[model].append(observer)


def fetch(model: type[W], /, *, version: int | None = None, **lookup: Any) -> W:
    """The record under lock; raises StaleRecord when `version` is given and no longer the present one."""
    require_transaction()
    record: W = model._base_manager.select_for_update(of=("self",)).get(**lookup)
    if version is not None and version != record.version:
        raise StaleRecord(record=record, version=version)
    return record


def _write_event(
    record: Workflow, before: str, name: str, operation: Operation, details: dict[str, Any]
) -> Event:
    event = Event(
        subject_model=record._meta.label_lower,
        subject_id=record.pk,
        sequence=record.version,
        from_status=before,
        to_status=record.status,
        transition=name,
        actor=operation.actor,
        source=operation.source,
        user_id=operation.user_id,
        operation_id=operation.id,
        reason=operation.reason,
        request_id=operation.request_id,
        details=details,
    )
    event.insert()
    for observer in _observers.get(type(record), ()):
        observer(record, event)
    return event
