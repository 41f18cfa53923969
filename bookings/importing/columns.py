"""What the columns of a table mean here: by their headings, by what somebody said, or by a first guess."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.importing import formats
from bookings.importing.formats import Unreadable
from bookings.importing.kept import ImportFile

SHOWN_VALUES = 3
LOOKED_AT_ROWS = 100
OF_CUSTOMERS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "name_first": gettext_lazy("First name"),
    "name_last": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail address"),
    "phone": gettext_lazy("Telephone"),
    "notes": gettext_lazy("Notes"),
}
OF_BOOKINGS: dict[str, str | Promise] = {
    "start": gettext_lazy("Date and time"),
    "date": gettext_lazy("Date"),
    "time": gettext_lazy("Time"),
    "end": gettext_lazy("End"),
    "service": gettext_lazy("Service"),
    "person": gettext_lazy("Person or room"),
    **OF_CUSTOMERS,
    "status": gettext_lazy("Status"),
    "external_id": gettext_lazy("Its number in the other program"),
}
# Where a heading has one of the words in it, or begins with a short one; the first line that fits counts.
WORDS = (
    ("", "geburt birth naissance nacimiento 生年"),
    ("email", "mail courriel correo メール"),
    ("phone", "telefon phone tel handy mobil móvil portable 電話 携帯"),
    ("name_first", "vorname prénom prenom first given"),
    ("name_last", "nachname familienname last surname apellido 姓"),
    ("date", "datum date fecha 日付"),
    ("end", "end fin bis 終了"),
    ("time", "zeit time heure hora 時刻 時間"),
    ("start", "beginn start début inicio termin von 開始"),
    ("service", "leistung service prestation servicio behandlung treatment サービス メニュー"),
    ("person", "mitarbeiter person employ staff provider 担当"),
    ("notes", "notiz bemerkung note remark comment kommentar remarque nota 備考"),
    ("name", "name kunde client customer nombre nom 氏名 名前"),
    ("status", "status état estado 状態"),
)
SHORT = 3


@dataclass(frozen=True)
class Column:
    """One column with a few of its values; `field` is what it is here, "" for what is left out."""

    position: int
    heading: str
    values: list[str]
    field: str

    @property
    def input(self) -> str:
        return f"column-{self.position}"


def of(file: ImportFile) -> list[Column]:
    """The columns of a file, each with what it is, or else may be; none where the file is no table."""
    headings, rows = formats.table(file.opened(), file.form)
    values: list[list[str]] = [[] for _heading in headings]
    for _number, cells in islice(rows, LOOKED_AT_ROWS):
        for found, cell in zip(values, cells, strict=False):
            if cell and cell not in found and len(found) < SHOWN_VALUES:
                found.append(cell)
    said = file.columns
    fields = guessed(headings, file.form)
    if said:
        fields = [said.get(str(at), formats.known(each, file.form)) for at, each in enumerate(headings)]
    return [Column(at, *told) for at, told in enumerate(zip(headings, values, fields, strict=True))]


def fields_of(file: ImportFile) -> dict[str, str | Promise]:
    """What a column of the file can be."""
    return OF_BOOKINGS if file.location_id else OF_CUSTOMERS


def must_be_asked(file: ImportFile) -> bool:
    """Whether somebody has to say what the columns are, before any row is used.

    What each row needs is missing, or a heading nobody knows sounds like what no other column is.
    """
    headings, _rows = formats.table(file.opened(), file.form)
    if not headings:
        return False
    said, fields = file.columns, fields_of(file)
    known = [formats.known(each, file.form) for each in headings]
    guesses = [each for each in guessed(headings, file.form) if each in fields]
    if not said and any(each not in known for each in guesses):
        return True
    there = set(said.values() if said else known)
    needed = [{"name", "name_first", "name_last"}, {"email", "phone"}]
    if file.location_id:
        needed.append({"start", "date"})
    return not all(there & one_of for one_of in needed)


def chosen(file: ImportFile, typed: Mapping[str, str]) -> dict[str, str]:
    """What somebody said of the columns, by position; what there is not counts as left out.

    What only another program has, and nobody can choose, stays what its heading says.
    """
    fields = fields_of(file)
    asked = [each for each in of(file) if each.field in fields or not formats.known(each.heading, file.form)]
    return {
        str(each.position): field if (field := typed.get(each.input, "")) in fields else "" for each in asked
    }


def of_path(path: Path, codec: str, form: str, pairs: Sequence[str]) -> dict[str, str] | None:
    """The same for a command that was told HEADING=FIELD; the other columns stay what their headings say.

    None when nothing was said. Raises Unreadable.
    """
    if not pairs:
        return None
    with path.open(encoding=codec, newline="") as file:
        headings, _rows = formats.table(file, form)
    places = {heading.casefold(): str(at) for at, heading in enumerate(headings)}
    said = {}
    for heading, _sign, field in (pair.rpartition("=") for pair in pairs):
        if heading.casefold() not in places:
            raise Unreadable(_("There is no column “%(name)s”.") % {"name": heading})
        if field and field not in OF_BOOKINGS:
            told = {"names": ", ".join(OF_BOOKINGS), "name": field}
            raise Unreadable(_("A column can be: %(names)s; not “%(name)s”.") % told)
        said[places[heading.casefold()]] = field
    return said


def guessed(headings: list[str], form: str) -> list[str]:
    """What each column is by its heading, or what its heading sounds like; nothing twice by its sound."""
    fields = [formats.known(heading, form) for heading in headings]
    for at, heading in enumerate(headings):
        sounds = "" if fields[at] else _sounds_like(heading.casefold())
        fields[at] = fields[at] or ("" if sounds in fields else sounds)
    is_alone = not {"date", "start"} & set(fields)
    return ["start" if each == "time" and is_alone else each for each in fields]


def _sounds_like(heading: str) -> str:
    for field, words in WORDS:
        for word in words.split():
            if word.isascii() and len(word) <= SHORT:
                if re.search(rf"\b{word}", heading):
                    return field
            elif word in heading:
                return field
    return ""
