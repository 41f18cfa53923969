"""The format of a file of locations: read whole, checked whole, every mistake named with its place."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookings import opening, public_holidays
from bookings.file_fields import (
    LOCATION,
    LOCATION_NEEDS,
    PERSON,
    QUESTION,
    QUESTION_NEEDS,
    RESOURCE_NEEDS,
    ROOM,
    SERVICE,
    SERVICE_NEEDS,
    Check,
    Wrong,
    fits_currency,
)
from bookings.offerings import MOST_TO_PAY
from bookings.questions import QuestionKind

EXTRAS = re.compile(r"public_holidays_\d{4}|clock_changes_\d{4}")
"""Evidence that people keep beside the places; the product computes both itself."""


LISTS = ("people", "rooms", "services")
LISTS_OF_SERVICE = ("questions",)


@dataclass(frozen=True)
class Problem:
    """One mistake in a file; `location` is its slug, or its number when it has none."""

    file: str
    location: str
    field: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.location, self.field, self.message) if part)


class FileRefused(Exception):
    """Raised by `read` with every problem of the file; nothing of it was loaded."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True)
class Entry:
    """A checked location: its fields, and those of its people, rooms and services.

    A service has `questions` only where the file says something about them.
    """

    fields: dict[str, Any]
    people: list[dict[str, Any]]
    rooms: list[dict[str, Any]]
    services: list[dict[str, Any]]


def read(path: Path) -> list[Entry]:
    """Raises FileRefused when anything in the file is missing, unknown or wrong."""
    reader = _Reader(path.name)
    entries = reader.entries(reader.parsed(path))
    if reader.problems:
        raise FileRefused(reader.problems)
    return entries


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.location = ""
        self.problems: list[Problem] = []

    def refuse(self, field: str, message: str) -> None:
        self.problems.append(Problem(self.file, self.location, field, message))

    def parsed(self, path: Path) -> Any:
        try:
            return json.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            self.refuse("", f"cannot be read ({error.strerror}).")
        except (ValueError, RecursionError) as error:  # not UTF-8, not JSON
            self.refuse("", f"is not JSON ({error}).")
        return {"locations": []}

    def entries(self, content: Any) -> list[Entry]:
        if not isinstance(content, dict) or not isinstance(content.get("locations"), list):
            self.refuse("", "must be an object with a list “locations”.")
            return []
        for key in content:
            if key != "locations" and not EXTRAS.fullmatch(key):
                self.refuse(key, "is not known.")
        entries = [self.entry(value, number) for number, value in enumerate(content["locations"])]
        self.location = ""
        for slug in _repeated(entry.fields.get("slug") for entry in entries):
            self.refuse("slug", f"“{slug}” is the slug of two locations.")
        return entries

    def entry(self, value: Any, number: int) -> Entry:
        self.location = f"locations[{number}]"
        if isinstance(value, dict) and isinstance(value.get("slug"), str):
            self.location = value["slug"]
        entry = Entry(
            self.object(value, "", LOCATION, LOCATION_NEEDS),
            people=self.objects(value, "people", PERSON, RESOURCE_NEEDS),
            rooms=self.objects(value, "rooms", ROOM, RESOURCE_NEEDS),
            services=self.services(value),
        )
        self.check_together(entry)
        return entry

    def services(self, location: Any) -> list[dict[str, Any]]:
        services = self.objects(location, "services", SERVICE, SERVICE_NEEDS)
        for at, cleaned in enumerate(services):
            given = location["services"][at]
            if isinstance(given, dict) and "questions" in given:
                where = f"services[{at}]."
                cleaned["questions"] = self.objects(given, "questions", QUESTION, QUESTION_NEEDS, where)
        return services

    def objects(
        self, owner: Any, name: str, checks: Mapping[str, Check], needs: frozenset[str], where: str = ""
    ) -> list[dict[str, Any]]:
        found = owner.get(name, []) if isinstance(owner, dict) else []
        if not isinstance(found, list):
            self.refuse(where + name, "must be a list.")
            return []
        return [self.object(each, f"{where}{name}[{at}]", checks, needs) for at, each in enumerate(found)]

    def object(
        self, value: Any, where: str, checks: Mapping[str, Check], needs: frozenset[str]
    ) -> dict[str, Any]:
        """The known fields that are right; a bare text is a name."""
        if isinstance(value, str) and checks is not LOCATION and checks is not QUESTION:
            value = {"name": value}
        if not isinstance(value, dict):
            self.refuse(where, "must be an object.")
            return {}
        prefix = f"{where}." if where else ""
        lists = LISTS_OF_SERVICE if checks is SERVICE else () if where else LISTS
        cleaned = {}
        for key, given in value.items():
            if key in checks:
                try:
                    cleaned[key] = checks[key](given)
                except Wrong as wrong:
                    self.refuse(prefix + key, str(wrong))
            elif key not in lists and not EXTRAS.fullmatch(key):
                self.refuse(prefix + key, "is not known.")
        for key in sorted(needs - value.keys()):
            self.refuse(prefix + key, "is missing.")
        return cleaned

    def check_together(self, entry: Entry) -> None:
        """What only several fields together can get wrong."""
        country, subdivision = entry.fields.get("country", ""), entry.fields.get("subdivision", "")
        if country and not public_holidays.is_known(country):
            self.refuse("country", f"no calendar of public holidays is known for “{country}”.")
        elif country and not public_holidays.is_known(country, subdivision):
            self.refuse("subdivision", f"“{subdivision}” is not known in the holidays of {country}.")
        texts = [
            entry.fields.get("opening_hours", ""),
            *(each.get("days", "") for each in entry.people),
            *(each.get("hours", "") for each in entry.services),
        ]
        if not country and any(text and opening.parse(text).mentions_holidays for text in texts):
            self.refuse("country", "is missing, but the hours speak of public holidays (PH).")
        for kind in LISTS:
            for slug in _repeated(_slugs(entry, kind)):
                self.refuse(f"{kind}.slug", f"“{slug}” is used twice.")
        for slug in sorted({*_slugs(entry, "people")} & {*_slugs(entry, "rooms")}):
            self.refuse("rooms.slug", f"“{slug}” is the slug of one of the people.")
        for number, service in enumerate(entry.services):
            self.check_service(entry, service, f"services[{number}]")

    def check_service(self, entry: Entry, service: dict[str, Any], where: str) -> None:
        price, deposit = service.get("price"), service.get("deposit")
        for field, amount in (("price", price), ("deposit", deposit)):
            if amount is not None and not fits_currency(amount, entry.fields.get("currency", "")):
                self.refuse(f"{where}.{field}", f"{entry.fields['currency']} has no such fraction.")
        if price is not None and deposit is not None and deposit > price:
            self.refuse(f"{where}.deposit", "is higher than the price.")
        if price is not None and price * service.get("capacity", 1) > MOST_TO_PAY:
            self.refuse(f"{where}.price", f"is more than {MOST_TO_PAY} for all places together.")
        if service.get("needs_room") and not entry.rooms:
            self.refuse(f"{where}.needs_room", "is true, but the location has no rooms.")
        self.check_questions(service.get("questions", []), where)
        if not entry.people and not entry.rooms:
            self.refuse(where, "cannot be done: the location has neither people nor rooms.")

    def check_questions(self, questions: list[dict[str, Any]], where: str) -> None:
        for code in _repeated(question.get("code") for question in questions):
            self.refuse(f"{where}.questions.code", f"“{code}” is used twice.")
        for at, question in enumerate(questions):
            is_choice = question.get("kind") == QuestionKind.CHOICE
            if is_choice and not question.get("choices"):
                self.refuse(f"{where}.questions[{at}].choices", "is missing.")
            if question.get("choices") and not is_choice:
                self.refuse(f"{where}.questions[{at}].choices", "is only for the kind “choice”.")


def _slugs(entry: Entry, kind: str) -> list[str]:
    return [slug for each in getattr(entry, kind) if (slug := each.get("slug"))]


def _repeated(slugs: Any) -> list[str]:
    return [slug for slug, times in Counter(filter(None, slugs)).items() if times > 1]
