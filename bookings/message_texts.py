"""What a place says in its own words in a message, in place of ours."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.places import Location


class MessageText(models.Model):
    """Subject and beginning of one kind of message at one place, in one language; empty: as we say it."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="message_texts")
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=12)
    subject = models.CharField(max_length=150, blank=True)
    intro = models.TextField(_("beginning"), max_length=4000, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name, verbose_name_plural = _("message text"), _("message texts")
        ordering = ("location__name", "kind", "language")
        constraints = (
            models.UniqueConstraint(
                fields=["location", "kind", "language"], name="bookings_one_text_per_kind_and_language"
            ),
        )

    def __str__(self) -> str:
        return f"{self.location}: {self.kind} ({self.language})"


def find(location: Location, kind: str, language: str) -> MessageText | None:
    """The place's own text in the reader's language, else in the place's own, else None."""
    wanted = [*_from_narrow_to_wide(language), *_from_narrow_to_wide(location.locale)]
    found = {text.language.lower(): text for text in location.message_texts.filter(kind=kind)}
    return next((found[each] for each in wanted if each in found), None)


def _from_narrow_to_wide(language: str) -> list[str]:
    """ "de-AT" is asked for as "de-at" and "de"."""
    narrow = language.lower()
    return list(dict.fromkeys((narrow, narrow.partition("-")[0])))
