"""Writes everything into a folder that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

from bookings import csv_files
from bookings.exporting import everything, places
from bookings.places import Location


def write(folder: Path, *, bom: bool = False) -> list[Path]:
    """A file of each kind of records and one of the places; raises FileExistsError for a folder in use."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    written = []
    for sheet in everything.SHEETS.values():
        written.append(folder / f"{sheet.code}.csv")
        with _private(written[-1]) as file:
            file.writelines(csv_files.lines(sheet.rows(), bom=bom))
    written.append(folder / places.FILE)
    with _private(written[-1]) as file:
        file.write(places.as_text(Location.objects.filter(is_active=True)))
    return written


def _private(path: Path) -> TextIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
