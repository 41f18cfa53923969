"""What the page of one file shows: every row with what would become of it, and the names that are unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bookings.importing import dates
from bookings.importing.checking import ANYONE, Names
from bookings.importing.kept import ImportFile
from bookings.importing.parts import Part
from bookings.importing.planning import BOOK, REFUSED, THERE, Planner, Verdict

MOST_NAMES = 100  # each is asked for with a field of its own, and Django takes 1,000 fields at most


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
    unknown_count: int = 0
    """How many names of the whole file are unknown, of which only so many are asked for at once."""
    unclear: str = ""
    """A date of which only somebody can say what it means."""
    order: str = ""

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(verdict.outcome for verdict in self.verdicts)
        return {outcome: counted[outcome] for outcome in (BOOK, THERE, REFUSED)}


def look(file: ImportFile, part: Part) -> Look:
    """Plan the rows of a part; a few queries each. What is unknown or unclear is asked for the whole file."""
    names, written = names_of(file), file.dates()
    found = unknown(names, file)
    unclear = "" if dates.order_of(written) else dates.first_unclear(written)
    verdicts = list(Planner(names).verdicts(part.rows))
    return Look(verdicts, _asked(found, part), len(found), unclear, file.chosen_order)


def _asked(found: list[Unknown], part: Part) -> list[Unknown]:
    """Of too many names those of the part's rows first, and before those that somebody said already."""
    here = {("services", row.service) for row in part.rows} | {("people", row.person) for row in part.rows}
    by_turn = sorted(found, key=lambda each: ((each.kind, each.name) not in here, bool(each.chosen)))
    asked = set(by_turn[:MOST_NAMES])
    return [each for each in found if each in asked]


def names_of(file: ImportFile) -> Names:
    """What names and dates of the file mean: what somebody said, and of dates what the file says itself."""
    order = dates.order_of(file.dates()) or file.chosen_order
    return Names(file.place, file.mapped, order)


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
    """What somebody chose for the unknown names; what does not exist here counts as not chosen.

    A name that was not asked for stays what it is.
    """
    names = Names(file.place)
    chosen: dict[str, dict[str, str]] = {"services": {}, "people": {}}
    for each in unknown(names, file):
        slug = typed.get(each.field, each.chosen)
        is_known = names.service(slug) if each.kind == "services" else slug == ANYONE or names.person(slug)
        if slug and is_known:
            chosen[each.kind][each.name] = slug
    if typed.get("order") in (dates.DAY_FIRST, dates.MONTH_FIRST):
        chosen["dates"] = {"order": typed["order"]}
    if file.columns:
        chosen["columns"] = file.columns
    return chosen
