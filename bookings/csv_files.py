"""Tables as CSV that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

BOM = "\ufeff"  # without it Excel reads UTF-8 as the code page of its country
# OWASP, CSV Injection: what a cell of text must not begin with; the last four are full width.
FORMULA = "[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
NEEDS_ONE = re.compile(f"'*{FORMULA}")  # a text that has apostrophes already gets one more, to be read back
HAS_ONE = re.compile(f"'+{FORMULA}")


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe(value: Any) -> Any:
    """The value, or a text that would be run as a formula with an apostrophe before it; numbers stay."""
    return f"'{value}" if isinstance(value, str) and NEEDS_ONE.match(value) else value


def plain(text: str) -> str:
    """What a text was before `safe`; for reading back what we wrote."""
    return text[1:] if HAS_ONE.match(text) else text


def lines(rows: Iterable[Iterable[Any]], *, bom: bool = False) -> Iterator[str]:
    """One line of CSV (RFC 4180) after another, none of them kept; `bom` for spreadsheets that need it."""
    writer = csv.writer(_Line())
    if bom:
        yield BOM
    for row in rows:
        yield writer.writerow([safe(value) for value in row])


def download(name: str, rows: Iterable[Iterable[Any]], *, bom: bool = False) -> StreamingHttpResponse:
    """The rows as a file of that name, written while it is sent."""
    answer = StreamingHttpResponse(lines(rows, bom=bom), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
