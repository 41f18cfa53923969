"""Keeps the gettext catalogues with the sources they translate, without GNU gettext."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PYTHON = ("config", "bookings", "notifications", "operations")
TEMPLATES = ("templates",)
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_noop": None,
    **{f"{name}_lazy": places for name, places in DEFAULT_KEYWORDS.items() if name.endswith("gettext")},
}
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
HEADER = "# Kept by `manage.py translations`; the translations are written by hand."
INDENTED = re.compile(r"^[ \t]+", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """One thing that keeps a reader of a language from its own words."""

    language: str
    text: str
    problem: str

    def __str__(self) -> str:
        return f"{self.language}: {self.problem}: {self.text!r}"


def languages() -> list[str]:
    """Every language that is translated into: all that are offered but English, which the sources are in."""
    return [code for code, _ in settings.LANGUAGES if code != "en"]


def template() -> Catalog:
    """All texts of the sources, in the order of their files."""
    catalogue = Catalog()
    for path, source in _sources():
        found = extract("python", io.BytesIO(source.encode()), KEYWORDS, options={"encoding": "utf-8"})
        for _line, text, _comments, context in found:
            catalogue.add(text, locations=[(str(path), 0)], context=context)
    return catalogue


def path_of(language: str) -> Path:
    return settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue as it is kept; an empty one where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, header_comment=HEADER, project="Holdfast", version="", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def bring_up_to_date(language: str) -> Catalog:
    """Write the catalogue with every text of the sources and no other, and its compiled form."""
    catalogue = read(language)
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_written(catalogue))
    path.with_suffix(".mo").write_bytes(_compiled(read(language)))
    return catalogue


def faults(language: str) -> Iterator[Fault]:
    """What is missing, left over or wrong in a language, by the sources as they are now."""
    wanted, kept = template(), read(language)
    for message in wanted:
        if message.id:
            yield from _faults_of(kept.get(message.id, message.context), message, language)
    for message in kept:
        if message.id and wanted.get(message.id, message.context) is None:
            yield Fault(language, _first(message), "no source says this any more")
    compiled = path_of(language).with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != _compiled(kept):
        yield Fault(language, compiled.name, "is older than its catalogue")


def _faults_of(translated: Message | None, message: Message, language: str) -> Iterator[Fault]:
    if translated is None or not _is_whole(translated):
        yield Fault(language, _first(message), "not translated")
        return
    if translated.fuzzy:
        yield Fault(language, _first(message), "only guessed")
    for error in translated.check():
        yield Fault(language, _first(message), str(error))


def _is_whole(message: Message) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(strings)


def _first(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, (tuple, list)) else message.id)


def _sources() -> Iterator[tuple[Path, str]]:
    for folder, pattern in [*((name, "*.py") for name in PYTHON), *((name, "*.*") for name in TEMPLATES)]:
        for path in sorted((settings.BASE_DIR / folder).rglob(pattern)):
            source = path.read_text()
            told = path.relative_to(settings.BASE_DIR)
            yield (
                told,
                source if path.suffix == ".py" else INDENTED.sub("", templatize(source, origin=str(path))),
            )


def _written(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, width=100, include_lineno=False, omit_header=False, sort_by_file=False)
    return re.sub(rb'"(POT-Creation|PO-Revision)-Date:[^\n]*\n', b"", file.getvalue())


def _compiled(catalogue: Catalog) -> bytes:
    """The same bytes for the same translations, whenever and wherever they are compiled."""
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()
