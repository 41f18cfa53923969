"""Reads the files of other programs as rows with our names for their fields, one row at a time.

Of Easy!Appointments (its REST API v1 and its tables, as documented in docs/rest-api.md of that project) we
read the appointments that its API gives with `aggregates`, as JSON, and the same fields as CSV.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, TextIO

from django.utils.translation import gettext as _

from bookings import file_fields
from bookings.csv_files import BOM, plain
from operations.errors import Refusal

GENERIC, EASY = "generic", "easyappointments"
LONGEST_CELL = 10_000
DELIMITERS = ",;\t"
LAYOUT = str.maketrans("", "", "\t\r")  # what cells of several lines may have in them


class Unreadable(Refusal):
    """Raised for a file that is not what it was said to be; nothing of it was used."""

    code = "unreadable"


@dataclass(frozen=True)
class Row:
    """What one row says, as texts; `external_id` is the other program's own name for it, or ""."""

    number: int
    external_id: str = ""
    service: str = ""
    person: str = ""
    start: str = ""
    end: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    notes: str = ""
    status: str = ""

    @property
    def content(self) -> list[str]:
        """What makes two rows the same where there is no id."""
        return [self.service, self.person, self.start, self.name, self.email.lower(), self.phone, self.notes]


# Names of columns, in small letters without anything else than letters and digits.
COLUMNS = {
    GENERIC: {
        "external_id": ("id", "externalid", "reference"),
        "service": ("service",),
        "person": ("person", "resource", "with"),
        "start": ("start", "startsat"),
        "date": ("date",),
        "time": ("time",),
        "end": ("end", "endsat"),
        "name": ("name", "customer"),
        "name_first": ("firstname",),
        "name_last": ("lastname", "surname"),
        "email": ("email", "emailaddress"),
        "phone": ("phone", "telephone"),
        "notes": ("notes",),
        "status": ("status",),
    },
    EASY: {
        "external_id": ("hash", "id", "appointmentid"),
        "service": ("service", "servicename"),
        "person": ("provider", "providername"),
        "person_first": ("providerfirstname",),
        "person_last": ("providerlastname",),
        "start": ("start", "startdatetime"),
        "end": ("end", "enddatetime"),
        "name": ("customer", "customername", "name"),
        "name_first": ("customerfirstname", "firstname"),
        "name_last": ("customerlastname", "lastname"),
        "email": ("customeremail", "email"),
        "phone": ("customerphone", "customerphonenumber", "phonenumber", "phone", "mobilenumber"),
        "notes": ("notes", "appointmentnotes"),
        "status": ("status",),
    },
}


def read(file: TextIO, form: str, columns: Mapping[str, str] | None = None) -> Iterator[Row]:
    """The rows of a file in a known format, numbered as lines of a table; raises Unreadable.

    `columns` says of columns by their position what they are; without it, the headings must be known.
    """
    with _no_table_is_refused():
        start, lines = _opened(file, form)
        if lines is None:
            yield from _rows(enumerate(_appointments(start + file.read()), start=1), form)
        else:
            yield from _rows(_cells(lines, columns), form)


def table(file: TextIO, form: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The headings of a table and its cells, numbered as a spreadsheet numbers its lines; nothing of JSON.

    Raises Unreadable where the first line is none of a table; the cells are read later, by whoever asks.
    """
    with _no_table_is_refused():
        _start, lines = _opened(file, form)
        return _table(lines) if lines is not None else ([], iter(()))


def known(heading: str, form: str) -> str:
    """What a column with this heading is, or ""."""
    name = _squeezed(heading)
    return next((field for field, names in COLUMNS[form].items() if name in names), "")


def check(headings: list[str]) -> None:
    """Raise Unreadable when none of the headings says what it is."""
    names = {name for columns in COLUMNS.values() for each in columns.values() for name in each}
    if not {"start", "startsat", "startdatetime", "date", "name", "email"} & set(map(_squeezed, headings)):
        raise Unreadable(
            _("The first line must name the columns; known ones are: %(names)s.")
            % {"names": ", ".join(sorted(names))}
        )


@contextmanager
def _no_table_is_refused() -> Iterator[None]:
    """A codec that does not fit raises UnicodeError, or the UnicodeDecodeError below it."""
    try:
        yield
    except (UnicodeError, csv.Error) as error:
        raise Unreadable(_("This is not a table in UTF-8: %(error)s.") % {"error": error}) from error


def _opened(file: TextIO, form: str) -> tuple[str, Iterable[str] | None]:
    """The first sign of the file, and its lines where it is a table and no JSON."""
    first = file.read(1).lstrip(BOM) or file.read(1)
    if form == EASY and first in "[{" and first:
        return first, None
    return first, chain([first + file.readline()], file)


def _rows(told: Iterable[tuple[int, dict[str, str]]], form: str) -> Iterator[Row]:
    for number, cells in told:
        if any(file_fields.UNPRINTABLE.search(cell.translate(LAYOUT)) for cell in cells.values()):
            raise Unreadable(_("This is not a text."))
        found = {
            field: next((cells[name] for name in (f"={field}", *names) if cells.get(name)), "")
            for field, names in COLUMNS[form].items()
        }
        for field in ("name", "person"):
            parts = (found.pop(f"{field}_first", ""), found.pop(f"{field}_last", ""))
            found[field] = found[field] or " ".join(part for part in parts if part)
        day, time = found.pop("date", ""), found.pop("time", "")
        found["start"] = found["start"] or f"{day} {time}".strip()
        yield Row(number, **found)


def _cells(lines: Iterable[str], columns: Mapping[str, str] | None) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table by the names of their columns; of what comes twice, the first that is not empty."""
    headings, rows = _table(lines)
    if columns is None:
        check(headings)
    names = [_name(str(at), heading, columns or {}) for at, heading in enumerate(headings)]
    for number, cells in rows:
        told: dict[str, str] = {}
        for name, cell in zip(names, cells, strict=False):
            told[name] = told.get(name) or cell
        yield number, told


def _name(position: str, heading: str, columns: Mapping[str, str]) -> str:
    """How a column is called: with a sign that no heading keeps, where somebody said what it is."""
    return f"={columns[position]}" if position in columns else _squeezed(heading)


def _table(lines: Iterable[str]) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    lines = iter(lines)
    heading = next(lines, "")
    delimiter = max(DELIMITERS, key=heading.count)
    told = enumerate(csv.reader(lines, delimiter=delimiter), start=2)
    rows = ((number, list(map(_cell, cells))) for number, cells in told if any(cells))
    return [each.strip() for each in next(csv.reader([heading], delimiter=delimiter), []) or [""]], rows


def _cell(text: str) -> str:
    return plain(text.strip())[:LONGEST_CELL]


def _appointments(text: str) -> Iterator[dict[str, str]]:
    """The appointments of the API with their customers, providers and services."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("This is not JSON: %(error)s.") % {"error": error}) from error
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unreadable(_("This is not a list of appointments."))
    for each in found:
        told = dict(_flat(each, str.lower))
        for part in ("customer", "provider", "service"):
            if isinstance(each.get(part), dict):
                told |= {f"{part}{name}": value for name, value in _flat(each[part], str.lower)}
        yield told


def _flat(found: dict[str, Any], rename: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield _squeezed(rename(name)), str(value).strip()[:LONGEST_CELL]


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
