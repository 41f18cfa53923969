"""Takes a long file part by part, so that each page and each press stays within a few seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from bookings.importing.formats import Row
from bookings.importing.kept import ImportFile


@dataclass(frozen=True)
class Part:
    """Some rows of a file, counted from one; `of` is how many parts the file has."""

    number: int
    of: int
    rows: list[Row]
    total: int
    """How many rows the whole file has."""
    ahead: list[Row]
    """The rows of the next part."""

    @property
    def ahead_last(self) -> int:
        return self.ahead[-1].number if self.ahead else 0

    @property
    def first(self) -> int:
        return self.rows[0].number

    @property
    def last(self) -> int:
        return self.rows[-1].number

    @property
    def next(self) -> int:
        """The number of the part after this, 0 after the last one."""
        return self.number + 1 if self.number < self.of else 0

    @property
    def before(self) -> int:
        return self.number - 1


def part_of(file: ImportFile, wanted: str) -> Part:
    """The part with this number as an address or a form has it; what is no number there is, is the first."""
    rows, size = file.rows(), settings.HOLDFAST.import_page_rows_count
    of = max(1, -(-len(rows) // size))
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 and 1 <= int(wanted) <= of else 1
    begin, end = (number - 1) * size, number * size
    return Part(number, of, rows[begin:end], len(rows), rows[end : end + size])


def while_there_is_time(rows: list[Row]) -> Iterator[Row]:
    """The rows, until a press has taken as long as it may; the first one always."""
    end = time.monotonic() + settings.HOLDFAST.import_press_seconds
    for number, row in enumerate(rows):
        if number and time.monotonic() > end:
            return
        yield row
