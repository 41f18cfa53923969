"""Fills `{name}` and the like into texts that staff write: names only, no code, nothing else in braces."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
NAME = re.compile(r"[a-z_]+")


class Unfillable(ValueError):
    """Raised for a text that cannot be filled in; `piece` is what is wrong with it."""

    def __init__(self, piece: str) -> None:
        self.piece = piece
        super().__init__(f"{piece} cannot be filled in")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each `{name}` replaced by its value; `{{` and `}}` are braces. Raises Unfillable."""

    def value(match: re.Match[str]) -> str:
        piece = match[0]
        if piece in ("{{", "}}"):
            return piece[0]
        if match[1] is None or not NAME.fullmatch(match[1]) or match[1] not in values:
            raise Unfillable(piece)
        return values[match[1]]

    return PIECE.sub(value, text)


def check(text: str, known: Collection[str]) -> None:
    """Raise Unfillable for the first thing in braces that is not one of the `known` names."""
    fill(text, dict.fromkeys(known, ""))
