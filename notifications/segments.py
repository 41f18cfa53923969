"""How many text messages a text becomes: the telephone network counts, and bills, in segments."""

from __future__ import annotations

# 3GPP TS 23.038 section 6.2.1: the alphabet of 7 bits, and what needs two of its places
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
ALONE, JOINED = 160, 153  # places of 7 bits in a message of its own, and in one of several
WIDE_ALONE, WIDE_JOINED = 70, 67  # the same in UTF-16, as soon as one character is outside the alphabet


def count(text: str) -> int:
    """The number of segments, 1 for an empty text."""
    if set(text) <= BASIC | EXTENDED:
        return _count([1 + (sign in EXTENDED) for sign in text], ALONE, JOINED)
    return _count([len(sign.encode("utf-16-be")) // 2 for sign in text], WIDE_ALONE, WIDE_JOINED)


def _count(widths: list[int], alone: int, joined: int) -> int:
    if sum(widths) <= alone:
        return 1
    segments, room = 1, joined
    for width in widths:  # a character is never split between two segments
        if width > room:
            segments, room = segments + 1, joined
        room -= width
    return segments
