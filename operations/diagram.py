"""Draws the states of every workflow from its own table of transitions."""

from __future__ import annotations

from typing import Any

from operations.checks import workflow_models
from operations.workflow import Workflow

HEADING = """# States

Drawn by `manage.py states` from the models' own transitions; a test checks that it is current. The
database refuses every move that is not drawn here.
"""


def document() -> str:
    """The whole page: one diagram and one table of changes per workflow, in the order of their names."""
    models = sorted(workflow_models(), key=lambda model: model._meta.label)
    ours = [model for model in models if not model.__module__.startswith("tests.")]
    return "\n".join([HEADING, *(_section(model) for model in ours)])


def _section(model: type[Workflow]) -> str:
    field: Any = next(field for field in model._meta.fields if field.name == "status")
    moves = sorted(field.get_all_transitions(model), key=lambda move: (str(move.source), move.name))
    lines = [f"    [*] --> {status}" for status in sorted(model.initial_statuses)]
    lines += [
        f"    {move.source} --> {move.target}: {move.name}" for move in moves if move.target is not None
    ]
    lines += [f"    {status} --> [*]" for status in sorted(model.final_statuses)]
    kept = sorted({move.name for move in moves if move.target is None})
    changes = f"\nChanges that keep the status: {', '.join(kept)}.\n" if kept else ""
    title = str(model._meta.verbose_name).capitalize()
    return f"## {title}\n\n```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + f"\n```\n{changes}"
