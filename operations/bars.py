"""Bars of a drawing that is stretched to the width of its page: where each one stands, on one scale."""

from __future__ import annotations

from dataclasses import dataclass

SLOT, LEAST = 10, 2  # units of the drawing


@dataclass(frozen=True)
class Bar:
    """Where it stands in the drawing; nothing that happened is too little to be seen."""

    x: float
    y: float
    height: float

    width = SLOT - 2


def standing(place: int, number: float, most: float, *, foot: int) -> Bar | None:
    """The bar of the place counted from the left, growing up from `foot`, which the highest one fills."""
    height = _height(number, most, foot)
    return Bar(place * SLOT + 1, foot - height, height) if height else None


def hanging(place: int, number: float, most: float, *, top: int, bottom: int) -> Bar | None:
    """The same, growing down from `top`; the longest one reaches `bottom`."""
    height = _height(number, most, bottom - top)
    return Bar(place * SLOT + 1, top, height) if height else None


def _height(number: float, most: float, longest: int) -> float:
    return round(max(LEAST, longest * number / most), 2) if number else 0
