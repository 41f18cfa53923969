"""What needs attention, and what happened to one record, in the form that scripts read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.apps import apps

from operations.history import Event
from operations.recovery import Condition, conditions, words
from operations.workflow import Workflow

Entry = dict[str, Any]


def listed() -> Iterator[Entry]:
    """Every record of every condition, by time to harm, with the remedies that can be used now."""
    for condition in conditions().values():
        for record in condition.ordered():
            yield _entry(condition, record)


def history(record: Workflow) -> list[Entry]:
    """Every change of a record, from its beginning."""
    return [
        {
            "sequence": event.sequence,
            "from": event.from_status,
            "to": event.to_status,
            "transition": event.transition,
            "actor": event.actor,
            "source": event.source,
            "reason": event.reason,
            "request_id": str(event.request_id) if event.request_id else None,
            "at": _iso(event.at),
        }
        for event in Event.objects.of(record)
    ]


def find(reference: str) -> Workflow | None:
    """The record that people know by this reference, whatever it is."""
    workflows = (model for model in apps.get_models() if issubclass(model, Workflow))
    known_by_it: list[Any] = [model for model in workflows if _has_references(model)]
    for model in known_by_it:
        found: Workflow | None = model._base_manager.filter(reference__iexact=reference.strip()).first()
        if found:
            return found
    return None


def _entry(condition: Condition, record: Any) -> Entry:
    return {
        "condition": condition.code,
        "title": str(condition.title),
        "model": condition.model._meta.label_lower,
        "id": record.pk,
        "booking": condition.booking(record),
        "status": getattr(record, "status", ""),
        "since": _iso(condition.since(record)),
        "explanation": words(condition.explanation, record),
        "customer_text": words(condition.customer_text, record),
        "remedies": [
            {"code": remedy.code, "title": str(remedy.title), "says": words(remedy.says, record)}
            for remedy in condition.remedies
            if not remedy.refuses(record)
        ],
    }


def _has_references(model: type[Workflow]) -> bool:
    return any(field.name == "reference" and field.unique for field in model._meta.concrete_fields)


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
