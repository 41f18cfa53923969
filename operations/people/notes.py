"""What people write down about a record; it survives retries, moves and the condition itself."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from operations.errors import Refusal
from operations.people.about import About, AboutQuerySet, subject
from operations.transactions import require_transaction

TEXT_LENGTH = 2000


class NoteQuerySet(AboutQuerySet["Note"]):
    """A class of its own: mypy loses the manager of a bare alias from its cache."""


class Note(About):
    """A sentence for whoever looks at the record next; nobody changes it afterwards."""

    text = models.TextField()

    objects = NoteQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["subject_model", "subject_id", "-at"], name="operations_note_subject"),
            models.Index(fields=["-at"], name="operations_note_at"),
        )

    def __str__(self) -> str:
        return self.text[:80]


def write(record: models.Model, user_id: int, text: str) -> Note:
    """Keep a note; raises Refusal when there is nothing in it, or too much."""
    require_transaction()
    return Note.objects.create(**subject(record), user_id=user_id, text=kept(text, TEXT_LENGTH))


def kept(text: str, length: int) -> str:
    """The text as it is stored; raises Refusal when it is empty, too long or cannot be stored."""
    text = text.strip().replace("\r\n", "\n")
    if not text:
        raise Refusal(_("Please write something."))
    if len(text) > length:
        raise Refusal(_("The text is too long: it takes %(count)s characters.") % {"count": length})
    if "\x00" in text:
        raise Refusal(_("The text contains a character that cannot be stored."))
    return text
