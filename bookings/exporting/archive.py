"""Everything in one ZIP, written while it is sent, so that neither memory nor disk holds it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

from django.utils import timezone

from bookings import csv_files
from bookings.exporting import everything, places
from bookings.places import Location
from operations import reach
from operations.reach import User

CHUNK_BYTES = 64 * 1024


class _Leaving:
    """A file that cannot be sought in: what was written to it is handed on and forgotten."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.bytes = 0

    def write(self, part: bytes, /) -> int:
        self._parts.append(bytes(part))
        self.bytes += len(part)
        return len(part)

    def flush(self) -> None:
        """Nothing: whoever sends takes what there is."""

    def close(self) -> None:
        """Nothing: there is no file."""

    def taken(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        self.bytes = 0
        return whole


def parts(user: User, *, bom: bool = False) -> Iterator[bytes]:
    """A ZIP of every file within this person's reach, part by part.

    Whoever gets only its beginning has no ZIP: the list of its files comes last (APPNOTE 4.3.6).
    """
    leaving = _Leaving()
    with zipfile.ZipFile(leaving, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in _files(user, bom):
            with archive.open(_entry(name), "w", force_zip64=True) as entry:
                for line in lines:
                    entry.write(line.encode())
                    if leaving.bytes >= CHUNK_BYTES:
                        yield leaving.taken()
    yield leaving.taken()


def _files(user: User, bom: bool) -> Iterator[tuple[str, Iterable[str]]]:
    for sheet in everything.SHEETS.values():
        if sheet.is_for(user):
            yield f"{sheet.code}.csv", csv_files.lines(sheet.rows(sheet.within(user)), bom=bom)
    own = reach.within(user, Location.objects.filter(is_active=True))
    yield places.FILE, [places.as_text(own)]


def _entry(name: str) -> zipfile.ZipInfo:
    """A file for whoever unpacks it alone, of now."""
    entry = zipfile.ZipInfo(name, timezone.localtime().timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
