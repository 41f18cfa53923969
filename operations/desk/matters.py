"""One record that needs attention, in the words of the condition that lists it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, prefetch_related_objects
from django.urls import NoReverseMatch, reverse

from operations import intents, recovery
from operations.recovery import Condition, Introduction, Remedy, words

User = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True)
class Subject:
    """A record as its app introduces it, whether or not it needs attention."""

    record: Any

    @cached_property
    def introduction(self) -> Introduction:
        return recovery.introduction(type(self.record))

    @property
    def title(self) -> str:
        return self.introduction.title(self.record)

    @property
    def kind(self) -> str:
        return str(self.record._meta.verbose_name)

    @property
    def facts(self) -> Mapping[str, Any]:
        return {name: fact for name, fact in self.introduction.facts(self.record).items() if fact}

    @property
    def location(self) -> str:
        return self.introduction.location(self.record)

    @property
    def time_zone(self) -> str:
        return self.introduction.time_zone(self.record)

    @property
    def customer_page(self) -> str:
        return self.introduction.customer_page(self.record)

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


@dataclass(frozen=True)
class Matter(Subject):
    """A record while its condition lists it."""

    condition: Condition

    @property
    def why(self) -> str:
        return words(self.condition.explanation, self.record)

    @property
    def customer_text(self) -> str:
        return words(self.condition.customer_text, self.record)

    @property
    def by_itself(self) -> str:
        return words(self.condition.by_itself, self.record)

    @property
    def since(self) -> datetime | None:
        return self.condition.since(self.record)

    @property
    def harm(self) -> datetime | None:
        return self.condition.harm(self.record)

    @property
    def reference(self) -> str:
        return self.condition.booking(self.record)

    @property
    def page(self) -> str:
        return reverse("admin:desk_record", args=[self.condition.code, self.record.pk])

    def ways(self, user: User, pressed: str = "", typed: Mapping[str, str] | None = None) -> list[Way]:
        """Each remedy as this person sees it for this record; `pressed` gets back what was typed."""
        return [
            Way(
                remedy,
                self.record,
                may_recover(user, remedy),
                (typed or {}) if remedy.code == pressed else {},
            )
            for remedy in self.condition.remedies
        ]


@dataclass(frozen=True)
class Way:
    """One way out of a matter: what it will do to a person, or why it cannot be pressed."""

    remedy: Remedy
    record: Any
    is_allowed: bool
    typed: Mapping[str, str]

    @property
    def says(self) -> str:
        return words(self.remedy.says, self.record)

    @property
    def refusal(self) -> str:
        return self.remedy.refuses(self.record)

    @property
    def reason(self) -> str:
        return self.typed.get("reason", "")

    @property
    def questions(self) -> list[tuple[str, str, str]]:
        """What else the remedy asks: the field's name, the question, and what was typed before."""
        return [(name, str(asked), self.typed.get(name, "")) for name, asked in self.remedy.asks.items()]

    @cached_property
    def request_id(self) -> str:
        return intents.issue()


def matters(condition: Condition, records: Iterable[Any]) -> list[Matter]:
    """These records of the condition, fetched with what introducing them reads."""
    return [Matter(record, condition) for record in introduced(condition.model, list(records))]


def introduced(model: type[Model], records: list[Any]) -> list[Any]:
    """The same records, with the relations that their introduction reads."""
    prefetch_related_objects(records, *recovery.introduction(model).prefetch)
    return records


def matter(condition: Condition, pk: int) -> Matter | None:
    """The record as a matter of this condition, or None when it has left the list."""
    return next(iter(matters(condition, condition.records().filter(pk=pk)[:1])), None)


def matters_of(record: Model) -> list[Matter]:
    """Every condition that lists this record now."""
    concerning = conditions_of(type(record))
    return [found for condition in concerning if (found := matter(condition, record.pk))]


def conditions_of(model: type[Model]) -> list[Condition]:
    """The conditions that concern a model."""
    return [condition for condition in recovery.conditions().values() if condition.model is model]


def may_view(user: User, model: type[Model]) -> bool:
    """Whether this person may read records of the model (Django's own view or change permission)."""
    codes = [get_permission_codename(action, model._meta) for action in ("view", "change")]
    return any(_has(user, f"{model._meta.app_label}.{code}") for code in codes)


def may_recover(user: User, remedy: Remedy) -> bool:
    """Whether this person may press this remedy."""
    return _has(user, remedy.permission)


def _has(user: User, permission: str) -> bool:
    return bool(user.has_perm(permission))  # type: ignore[union-attr]
