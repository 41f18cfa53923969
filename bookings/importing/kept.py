"""A file between the look at what it would do and doing it, kept for a day at most."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from itertools import islice
from typing import TextIO

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.importing import encoding, formats
from bookings.importing.formats import Row, Unreadable
from bookings.places import Location
from operations.intents import KeyReused
from operations.transactions import use_case

MOST_COLUMNS = 200  # each is asked for with a field of its own


class ImportFile(models.Model):
    """What somebody uploaded, as text; `version` grows when its names are mapped otherwise.

    Without a location it is a file of customers, who belong to all of them.
    """

    key = models.UUIDField(unique=True)
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="+", null=True)
    form = models.CharField(max_length=20)
    content = models.TextField()
    encoding = models.CharField(max_length=20, default=encoding.UTF_8, db_default=encoding.UTF_8)
    mapped = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = gettext_lazy("file to import"), gettext_lazy("files to import")

    def __str__(self) -> str:
        return f"{self.location or ''} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def place(self) -> Location:
        """Of a file of bookings."""
        assert self.location is not None
        return self.location

    def rows(self) -> list[Row]:
        """The rows, in their order."""
        return self._rows

    @cached_property
    def _rows(self) -> list[Row]:
        return list(formats.read(self.opened(), self.form, self.columns))

    def opened(self) -> TextIO:
        """The file, to be read from its beginning; its lines end as the command finds them, by CR too."""
        return io.StringIO(self.content, newline="")

    @property
    def columns(self) -> dict[str, str]:
        """What somebody said of its columns, by their position."""
        return dict(self.mapped.get("columns", {}))

    @property
    def encoding_name(self) -> str:
        """As what the file was read, in the words of spreadsheets."""
        return encoding.NAMES.get(self.encoding, self.encoding)

    @property
    def is_guessed(self) -> bool:
        """Whether the file itself does not tell how it is written."""
        return self.encoding in encoding.GUESSED

    def dates(self) -> list[str]:
        """Every date of the file as it is written."""
        return [text for row in self.rows() for text in (row.start, row.end) if text]

    @property
    def chosen_order(self) -> str:
        """What somebody said about the order of day and month."""
        return str(self.mapped.get("dates", {}).get("order", ""))


def keep(key: uuid.UUID, location: Location | None, form: str, raw: bytes) -> ImportFile:
    """Keep a file whose every row can be read; the same key gives the same file. Raises Unreadable.

    Also for a key that another place's file has, or the customers'.
    """
    most = settings.HOLDFAST.import_file_rows_count
    codec = encoding.understood(io.BytesIO(raw))
    content = raw.decode(codec)
    if "\x00" in content:
        raise Unreadable(_("This is not a text."))
    made = ImportFile(key=key, location=location, form=form, content=content, encoding=codec)
    _check_headings(made)
    number = sum(1 for _row in islice(formats.read(made.opened(), form, {}), most + 1))
    if number > most:
        raise Unreadable(
            _("A page takes %(most)d rows; use the command %(command)s for longer files.")
            % {"most": most, "command": "import_bookings" if location else "import_customers"}
        )
    if not number:
        raise Unreadable(_("There are no rows in this file."))
    return _store(made)


def _check_headings(made: ImportFile) -> None:
    """Several columns can be asked for, whatever they are called; one alone must say what it is."""
    headings, _rows = formats.table(made.opened(), made.form)
    if len(headings) == 1:
        formats.check(headings)
    if len(headings) > MOST_COLUMNS:
        raise Unreadable(_("A page takes %(most)d columns.") % {"most": MOST_COLUMNS})


@use_case
def _store(made: ImportFile) -> ImportFile:
    ImportFile.objects.bulk_create([made], ignore_conflicts=True)
    kept = ImportFile.objects.filter(key=made.key, location=made.location).first()
    if kept is None:
        raise Unreadable(KeyReused.message)
    return kept


def remap(file: ImportFile, version: int, mapped: Mapping[str, Mapping[str, str]]) -> bool:
    """Say what the names of the file mean here; False when somebody did so since this version."""
    changed = ImportFile.objects.filter(pk=file.pk, version=version)
    return bool(changed.update(mapped=mapped, version=version + 1))


def forget(file: ImportFile) -> None:
    """Remove the file; what was booked from it stays."""
    ImportFile.objects.filter(pk=file.pk).delete()


def forget_old() -> int:
    """Remove files of yesterday, applied or not: they hold personal data."""
    limit = timezone.now() - timedelta(seconds=settings.HOLDFAST.import_file_keep_seconds)
    return ImportFile.objects.filter(created_at__lt=limit).delete()[0]
