"""What can be announced: declared by each app in its `announcements.py`, found at start-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.utils.module_loading import autodiscover_modules

from operations.workflow import Event, Workflow


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Records whose history is told to endpoints.

    `event_types` names the transitions that are told: {"accept": "booking.accepted"}. `describe` is what a
    receiver learns about the record as it is when the message leaves; told whether the endpoint may learn
    who the customer is. `name` is the record's key in the payload.
    """

    model: type[Workflow]
    name: str
    event_types: Mapping[str, str]
    records: Callable[[], QuerySet[Any]]
    describe: Callable[[Any, bool], dict[str, Any]]
    reference: Callable[[Any], str]
    location: Callable[[Any], str]

    def type_of(self, event: Event) -> str:
        return self.event_types[event.transition]


_subjects: dict[str, Subject] = {}


def register(*subjects: Subject) -> None:
    """Declare subjects; called from an app's `announcements.py` when it is imported."""
    for subject in subjects:
        _subjects[subject.model._meta.label_lower] = subject


def subjects() -> dict[str, Subject]:
    """Every declared subject by the label of its model."""
    _discover()
    return _subjects


@cache
def _discover() -> None:
    """Import each app's `announcements.py`, once: every change of every record asks for its subject."""
    autodiscover_modules("announcements")


def event_types() -> list[str]:
    """Every type of event that an endpoint can ask for."""
    return sorted({told for subject in subjects().values() for told in subject.event_types.values()})
