"""All messages of a place in one language, and which of them it says in words of its own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from bookings import text_forms
from bookings.message_texts import MessageText
from bookings.places import Location
from notifications import kinds


@dataclass(frozen=True)
class Line:
    """A kind of message; `own` is the place's text, `lent` the one in its own language that stands in."""

    title: str
    own: MessageText | None
    lent: MessageText | None
    page: str
    preview: str


@dataclass(frozen=True)
class Tongue:
    """A language that texts can be in, and how many this place has written in it."""

    code: str
    name: str
    number: int


def tongues(location: Location) -> list[Tongue]:
    """The place's own language first."""
    written = [text.language for text in location.message_texts.all()]
    home = text_forms.base_of(location.locale)
    codes = dict(text_forms.languages())
    ordered = sorted(codes, key=lambda code: code != home)
    return [Tongue(code, codes[code], written.count(code)) for code in ordered]


def lines(location: Location, language: str) -> list[Line]:
    """Every kind that can be written, in the order of a booking's life; one query."""
    texts = {(text.kind, text.language): text for text in location.message_texts.all()}
    home = text_forms.base_of(location.locale)
    return [
        Line(
            kinds.title(kind),
            own := texts.get((kind, language)),
            None if own else texts.get((kind, home)),
            _page(location, kind, language, own),
            f"{reverse('admin:bookings_preview')}?{urlencode({'location': location.slug, 'kind': kind})}",
        )
        for kind in text_forms.EDITABLE
    ]


def _page(location: Location, kind: str, language: str, own: MessageText | None) -> str:
    if own:
        return reverse("admin:bookings_messagetext_change", args=[own.pk])
    query = urlencode({"location": location.pk, "kind": kind, "language": language})
    return f"{reverse('admin:bookings_messagetext_add')}?{query}"
