"""Finds people by the beginnings of their names, in any script and however somebody types the accents."""

from __future__ import annotations

import unicodedata

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import CharField, Func, TextField, Value
from django.db.models.expressions import Combinable

SHORTEST_WORD = 2
# What has no mark to take off is spelt out. Compatible forms are made one (NFKD), then marks are dropped.
FOLDED = r"""
    CREATE OR REPLACE FUNCTION bookings_folded(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT translate(
            replace(replace(replace(replace(
                regexp_replace(lower(normalize(name, NFKD)), '[\u0300-\u036f]', '', 'g'),
                'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
            'øłđðıħŧ', 'olddiht')
    $$"""


def words_of(column: str) -> Combinable:
    """The words of a name as the index holds them."""
    return SearchVector(Func(column, function="bookings_folded", output_field=TextField()), config="simple")


def as_words(term: str) -> str:
    """The term as beginnings of words, all of which a name has to have; "" if it cannot be a name."""
    if "@" in term or any(sign.isdigit() for sign in term):
        return ""
    words = "".join(sign if _is_of_a_word(sign) else " " for sign in term).split()
    return " & ".join(f"'{word}':*" for word in words) if _is_enough(words) else ""


def asked(words: str) -> SearchQuery:
    """What `as_words` made, as a question to the index."""
    folded = Func(Value(words), function="bookings_folded", output_field=CharField())
    return SearchQuery(folded, search_type="raw", config="simple")


def _is_of_a_word(sign: str) -> bool:
    return sign.isalpha() or unicodedata.category(sign).startswith("M")


def _is_enough(words: list[str]) -> bool:
    """One letter names nobody, one Chinese character does."""
    return any(len(word) >= SHORTEST_WORD or word > "\u2e80" for word in words)
