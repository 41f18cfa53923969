"""Start-up fails when some status could hold a record that nobody would ever see."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from operations import recovery
from operations.workflow import Workflow


def workflow_models() -> list[type[Workflow]]:
    """Every concrete workflow of the installation."""
    return [model for model in apps.get_models() if issubclass(model, Workflow)]


def statuses(model: type[Workflow]) -> list[str]:
    """Every status that a workflow knows."""
    field: Any = next(field for field in model._meta.fields if field.name == "status")
    return [status for status, _label in field.flatchoices]


@register()
def every_status_is_final_or_covered(**_: Any) -> list[CheckMessage]:
    """operations.E001: a status that is neither final nor covered by a condition."""
    covered = {
        (condition.model, status)
        for condition in recovery.conditions().values()
        for status in condition.covers
    }
    return [
        Error(
            f"{model.__name__} can stay in status {status!r} without anybody seeing it.",
            hint="Add the status to final_statuses, or cover it with a Condition in the app's recovery.py.",
            obj=model,
            id="operations.E001",
        )
        for model in workflow_models()
        for status in statuses(model)
        if status not in model.final_statuses and (model, status) not in covered
    ]
