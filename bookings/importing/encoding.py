"""Tells how a file was written that says nothing about it, as the spreadsheets of offices write them."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings.importing.formats import Unreadable

UTF_8 = "utf-8-sig"
NAMES = {
    UTF_8: "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "cp932": "Windows-932",
}
GUESSED = ("cp1252", "cp932")  # such a file does not tell whether it is in one of them
MARKS = {codecs.BOM_UTF8: UTF_8, codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods are ZIPs, .xls is a compound file
CHUNK_BYTES = 64 * 1024


def understood(file: BinaryIO) -> str:
    """The codec in which the whole file can be read, by its mark or else the first that fits.

    What is not UTF-8 is taken for the code page that Excel writes in the reader's country. The file is left
    at its beginning. Raises Unreadable for what is no text.
    """
    start = file.read(4)
    if start in WORKBOOKS:
        raise Unreadable(_("This is a workbook. Save the sheet as “CSV UTF-8” and choose that file."))
    for codec in _likely(start):
        if _reads(file, codec):
            file.seek(0)
            return codec
    raise Unreadable(_("This is not UTF-8. Save the file as “CSV UTF-8”."))


def of_file(path: Path, given: str = "") -> str:
    """The codec of a file on the disk, or the one that was given; raises Unreadable."""
    if not given:
        with path.open("rb") as file:
            return understood(file)
    try:
        return codecs.lookup(given).name
    except LookupError as error:
        raise Unreadable(_("There is no encoding “%(name)s”.") % {"name": given}) from error


def _likely(start: bytes) -> list[str]:
    marked = [codec for mark, codec in MARKS.items() if start.startswith(mark)]
    if marked:
        return marked
    if start[1:2] == b"\x00":  # the first sign of a heading is a letter, or a quotation mark
        return ["utf-16-le"]
    if start[:1] == b"\x00" and start[1:2]:
        return ["utf-16-be"]
    return [UTF_8, "cp932" if (get_language() or "").startswith("ja") else "cp1252"]


def _reads(file: BinaryIO, codec: str) -> bool:
    """Whether the whole file can be read so, a part at a time."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        while part := file.read(CHUNK_BYTES):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
