"""What the nightly proof found, with a way to each record that breaks a promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from operations import promises, reach
from operations.desk import matters
from operations.desk.permits import User, may_view
from operations.proving import Proof

BROKEN = "operations.promise_broken"
HISTORY_COUNT = 30
SHOWN_COUNT = 50


@dataclass(frozen=True)
class Broken:
    """One record that breaks a promise; `page` leads to its remedies or to the record itself."""

    record: str
    text: str
    page: str


@dataclass(frozen=True)
class Finding:
    """One promise, and what breaks it: the first fifty records and how many there are."""

    code: str
    title: str
    broken: list[Broken]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.broken)


def history() -> QuerySet[Proof]:
    """The newest proofs."""
    return Proof.objects.order_by("-pk")[:HISTORY_COUNT]


def findings(user: User, proof: Proof) -> list[Finding]:
    """What this proof found broken."""
    return [
        Finding(
            found["code"],
            found["title"],
            [
                Broken(each["record"], each["text"], page_of(user, each["record"]))
                for each in found["broken"][:SHOWN_COUNT]
            ],
            len(found["broken"]),
        )
        for found in proof.findings
    ]


def kept(proof: Proof) -> list[promises.Promise]:
    """The promises of today that this proof did not find broken."""
    broken = {found["code"] for found in proof.findings}
    return [promise for code, promise in promises.promises().items() if code not in broken]


def open_proof() -> Proof | None:
    """The newest proof, while nobody has taken note of what it found."""
    return Proof.objects.open().first()


def page_of(user: User, name: str) -> str:
    """Where a record named "bookings.booking 7" is looked after, "" where nobody may or can look."""
    record = _record(name)
    if record is None or not may_view(user, type(record)) or not reach.holds(user, record):
        return ""
    listed = matters.matters_of(record)
    if listed:
        return reverse("admin:desk_record", args=[listed[0].condition.code, record.pk])
    if type(record) not in admin.site._registry:
        return ""
    try:
        return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])
    except NoReverseMatch:
        return ""


def _record(name: str) -> Any:
    label, _space, pk = name.partition(" ")
    if label.count(".") != 1 or not pk.isdecimal():
        return None
    try:
        return apps.get_model(label)._base_manager.filter(pk=int(pk)).first()
    except LookupError:
        return None
