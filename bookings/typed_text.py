"""What is accepted of what people type: every script, but nothing unseen that deceives a reader."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LINE_BREAKS = frozenset("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
# Embeddings, overrides and isolates reorder what a reader sees (Unicode TR36, section 3.2).
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def normalised(text: str) -> str:
    """The text in Unicode's composed form with one kind of line break and no space around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def validate_line(text: str) -> None:
    """Raise ValidationError for anything that is not one visible line."""
    if LINE_BREAKS & set(text):
        raise ValidationError(_("Please write this on one line."), code="line_break")
    validate_paragraphs(text)


def validate_paragraphs(text: str) -> None:
    """Raise ValidationError for control characters, lone surrogates and invisible reordering."""
    for character in text:
        if character in REORDERING:
            raise ValidationError(
                _("This contains an invisible character that reorders text. Please type it again."),
                code="reordering",
            )
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise ValidationError(
                _("This contains a control character. Please type it again."), code="control"
            )
    if text and not any(_is_visible(character) for character in text):
        raise ValidationError(_("This contains nothing that can be read."), code="invisible")


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC"
