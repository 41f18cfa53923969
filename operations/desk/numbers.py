"""Reads the numbers of records as addresses and forms bring them, which anybody can write by hand."""

from __future__ import annotations

LENGTH = 18  # digits: every such number fits into the database's bigint


def read(text: str) -> int | None:
    """The number, None for what is none or too long to be one of a record."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LENGTH else None
