"""What people have agreed about the records of a list: who is on each, notes, promises, pauses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Model

from operations.desk import names
from operations.people.claims import Claim
from operations.people.notes import Note
from operations.people.pledges import Pledge


@dataclass(frozen=True)
class Holder:
    """Who is on a record, until when; `number` is the claim that a take-over must name."""

    number: int
    user_id: int
    name: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Marks:
    """What is agreed about one record; `pledge` is the open promise that is due first."""

    holder: Holder | None = None
    notes: int = 0
    pledge: Pledge | None = None


NONE = Marks()
Found = dict[tuple[str, int], Marks]


def of(records: Iterable[Model]) -> Found:
    """The marks of those records that have any: four queries however many records there are."""
    listed = list(records)
    if not listed:
        return {}
    claims = {claim.key: claim for claim in Claim.objects.of_any(listed).in_force()}
    written = Note.objects.of_any(listed).values_list("subject_model", "subject_id")
    notes = {(model, pk): number for model, pk, number in written.annotate(number=Count("pk"))}
    pledges: dict[tuple[str, int], list[Pledge]] = defaultdict(list)
    for pledge in Pledge.objects.of_any(listed).open().order_by("due_at"):
        pledges[pledge.key].append(pledge)
    people = names.of(claim.user_id for claim in claims.values())
    return {
        key: Marks(
            holder=_holder(claims[key], people) if key in claims else None,
            notes=notes.get(key, 0),
            pledge=pledges[key][0] if key in pledges else None,
        )
        for key in {*claims, *notes, *pledges}
    }


def _holder(claim: Claim, people: dict[int, str]) -> Holder:
    return Holder(claim.pk, claim.user_id, people[claim.user_id], claim.at, claim.until)
