"""Makes one colour of a place into a look that everybody can read, in light and in dark."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

Colour = tuple[float, float, float]  # red, green, blue from 0 to 1

HEX = re.compile(r"#[0-9a-fA-F]{6}")
READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3
WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
DARKEST_LIGHT, LIGHTEST_DARK = "#f8f7f4", "#1d1f22"  # --paper in light, --surface in dark (tokens.css)
TINT = 0.15  # the strongest mix of the colour into a surface on which it is also the colour of words
STEP = 0.02


def validate_colour(text: str) -> None:
    """Accept a colour such as #1f6b4f that can be read on our paper, and white letters on it."""
    if not HEX.fullmatch(text):
        raise ValidationError(_("Write the colour as # and six digits or letters a to f, e.g. #1f6b4f."))
    if not _is_readable(_parse(text), _parse(DARKEST_LIGHT)):
        raise ValidationError(
            _("This colour is too pale to be read. Of its kind, %(darker)s is dark enough."),
            params={"darker": _towards(text, BLACK, DARKEST_LIGHT)},
        )


def for_dark(text: str) -> str:
    """The same colour, light enough to be read on dark surfaces."""
    return _towards(text, WHITE, LIGHTEST_DARK)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _towards(text: str, end: Colour, surface: str) -> str:
    colour, ground, share = _parse(text), _parse(surface), 0.0
    while not _is_readable(mixed := _mix(end, colour, share), ground) and share < 1:
        share += STEP
    return "#" + "".join(f"{round(part * 255):02x}" for part in mixed)


def _is_readable(colour: Colour, surface: Colour) -> bool:
    return contrast(colour, _mix(colour, surface, TINT)) >= READABLE


def _mix(colour: Colour, into: Colour, share: float) -> Colour:
    red, green, blue = (part * share + other * (1 - share) for part, other in zip(colour, into, strict=True))
    return red, green, blue


def _parse(text: str) -> Colour:
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
