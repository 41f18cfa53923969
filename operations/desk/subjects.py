"""A record as its app introduces it, on whatever page of the desk it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import structlog
from django.db import Error
from django.db.models import Model, prefetch_related_objects
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from operations import recovery
from operations.recovery import Introduction

log = structlog.get_logger("holdfast.desk")
T = TypeVar("T")


def said(say: Callable[..., T], record: Any, otherwise: T) -> T:
    """What an app says about its record; one record that cannot be put into words never takes a page down."""
    try:
        return say(record)
    except Error:
        raise  # the database is away, and every page says so
    except Exception:
        log.exception("a record cannot be put into words", model=record._meta.label_lower, record=record.pk)
        return otherwise


def unspeakable() -> str:
    """What is shown in place of a sentence that could not be made."""
    return _("This record cannot be put into words; the error is in the log.")


def introduced(model: type[Model], records: list[Any]) -> list[Any]:
    """The same records, with the relations that their introduction reads."""
    prefetch_related_objects(records, *recovery.introduction(model).prefetch)
    return records


@dataclass(frozen=True)
class Subject:
    """A record, whether or not it needs attention."""

    record: Any

    @cached_property
    def introduction(self) -> Introduction:
        return recovery.introduction(type(self.record))

    @cached_property
    def title(self) -> str:
        name = f"{self.record._meta.verbose_name} {self.record.pk}"
        return said(self.introduction.title, self.record, name) or name

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        nothing: Mapping[str, Any] = {}
        facts = said(self.introduction.facts, self.record, nothing)
        return {name: fact for name, fact in facts.items() if fact}

    @cached_property
    def location(self) -> str:
        return said(self.introduction.location, self.record, "")

    @cached_property
    def time_zone(self) -> str:
        return said(self.introduction.time_zone, self.record, "")

    @cached_property
    def customer_page(self) -> str:
        return said(self.introduction.customer_page, self.record, "")

    @cached_property
    def own_page(self) -> str:
        return said(self.introduction.own_page, self.record, "")

    @property
    def export_page(self) -> str:
        """Where its case file is handed out, if it is a case."""
        if not self.introduction.is_case:
            return ""
        return reverse("admin:desk_export", args=[self.record._meta.label_lower, self.record.pk])

    @property
    def status(self) -> str:
        """The status in words; a record that is no workflow has none."""
        display = getattr(self.record, "get_status_display", None)
        return str(display()) if display else ""

    @property
    def version(self) -> int:
        """The version a press must carry; records without one never go stale."""
        return getattr(self.record, "version", 0)

    @property
    def admin_page(self) -> str:
        opts = self.record._meta
        try:
            return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[self.record.pk])
        except NoReverseMatch:
            return ""
