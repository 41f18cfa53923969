"""Tells whether a record still is what a form was opened with, and what somebody changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.utils import display_for_value
from django.forms.models import model_to_dict
from django.template.defaultfilters import yesno

NOTHING = "—"


@dataclass(frozen=True)
class Part:
    """One field of a form, or all the lines below it of one kind: what it is called, what is stored in it."""

    name: str
    label: str
    stored: str
    mark: str


def parts(form: forms.ModelForm[Any], lines: Iterable[type[Any]]) -> list[Part]:
    """What the unbound form of a record and the classes of its inline formsets show."""
    found = [_of_field(form, name) for name in form.fields]
    return found + [_of_lines(form.instance, formset) for formset in lines]


def written(found: Iterable[Part]) -> str:
    """What a form carries along: the marks of its parts."""
    return " ".join(f"{part.name}:{part.mark}" for part in found)


def changed(found: Iterable[Part], was: str) -> list[Part]:
    """The parts that are not what they were when `written` made `was`."""
    marks = dict(each.split(":", 1) for each in was.split() if ":" in each)
    return [part for part in found if marks.get(part.name) != part.mark]


def _of_field(form: forms.ModelForm[Any], name: str) -> Part:
    value, field = form.initial.get(name), form.fields[name]
    return Part(name, str(field.label or name), _said(value, field), _mark(value))


def _of_lines(record: Any, formset: type[Any]) -> Part:
    rows = formset.model._default_manager.filter(**{formset.fk.name: record.pk}).order_by("pk")
    told = [
        (row.pk, sorted((name, _plain(value)) for name, value in model_to_dict(row).items())) for row in rows
    ]
    label = str(formset.model._meta.verbose_name_plural).capitalize()
    return Part(formset.get_default_prefix(), label, ", ".join(map(str, rows)) or NOTHING, _mark(told))


def _said(value: Any, field: Any) -> str:
    """As the form words it."""
    if isinstance(value, bool):
        return str(yesno(value))
    choices: Mapping[str, Any] = {str(key): label for key, label in getattr(field, "choices", ())}
    return str(choices.get(str(value)) or display_for_value(value, NOTHING))


def _plain(value: Any) -> str:
    """Records that are chosen from a list come as such, in any order."""
    return str(sorted(each.pk for each in value) if isinstance(value, list) and _are_rows(value) else value)


def _are_rows(values: list[Any]) -> bool:
    return all(hasattr(each, "pk") for each in values)


def _mark(value: Any) -> str:
    return hashlib.sha256(_plain(value).encode()).hexdigest()[:12]
