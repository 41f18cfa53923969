"""What the page of one file shows: every row with what would become of it, and the names that are unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bookings.importing.checking import ANYONE, Names
from bookings.importing.kept import ImportFile
from bookings.importing.planning import BOOK, REFUSED, THERE, Planner, Verdict


@dataclass(frozen=True)
class Unknown:
    """A name in the file that is nobody's here, or that somebody said what it is; `field` is its input's."""

    kind: str
    name: str
    field: str
    chosen: str


@dataclass(frozen=True)
class Look:
    """A file as it stands now: after applying, what was booked is already there."""

    verdicts: list[Verdict]
    unknown: list[Unknown]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(verdict.outcome for verdict in self.verdicts)
        return {outcome: counted[outcome] for outcome in (BOOK, THERE, REFUSED)}


def look(file: ImportFile) -> Look:
    """Plan every row; a few queries each, at most as many rows as a page takes."""
    names, rows = Names(file.place, file.mapped), list(file.rows())
    return Look(list(Planner(names).verdicts(rows)), unknown(names, file))


def unknown(names: Names, file: ImportFile) -> list[Unknown]:
    """The names to be mapped, in the order in which they come; the numbers of their inputs are stable."""
    bare, found = Names(names.location), dict[tuple[str, str], None]()
    for row in file.rows():
        if bare.service(row.service) is None:
            found["services", row.service] = None
        if row.person and bare.person(row.person) is None:
            found["people", row.person] = None
    return [
        Unknown(kind, name, f"name-{number}", file.mapped.get(kind, {}).get(name, ""))
        for number, (kind, name) in enumerate(found)
    ]


def mapping(file: ImportFile, typed: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What somebody chose for the unknown names; what does not exist here counts as not chosen."""
    names = Names(file.place)
    chosen: dict[str, dict[str, str]] = {"services": {}, "people": {}}
    for each in unknown(names, file):
        slug = typed.get(each.field, "")
        is_known = names.service(slug) if each.kind == "services" else slug == ANYONE or names.person(slug)
        if slug and is_known:
            chosen[each.kind][each.name] = slug
    return chosen
