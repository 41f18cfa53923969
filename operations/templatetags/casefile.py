"""Lets a case file be read by people: its names of fields, its moments, its lists."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def spelled(name: str) -> str:
    """The name of a field as people write it."""
    return name.replace("_", " ").capitalize()


@register.filter
def shown(value: Any) -> str:
    """A value in words; a moment at the place, with UTC beside it."""
    if isinstance(value, dict) and set(value) == {"utc", "local"}:
        return f"{value['local'].replace('T', ' ')} ({value['utc']})"
    if isinstance(value, dict):
        return "; ".join(f"{spelled(str(name))}: {shown(entry)}" for name, entry in value.items()) or "—"
    if isinstance(value, list):
        return ", ".join(shown(entry) for entry in value) or "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value is None else str(value)
