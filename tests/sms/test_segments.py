"""Proves that segments are counted as the network bills them."""

import pytest

from notifications import segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("Ж" * 70, 1),
        ("Ж" * 71, 2),
        ("Ж" * 134, 2),
        ("Ж" * 135, 3),
        ("🎉" * 35, 1),
        ("🎉" * 36, 2),
        ("🎉" * 67, 3),
        ("ä" * 160, 1),
        ("á" * 71, 2),
    ],
)
def test_segments(text, count):
    assert segments.count(text) == count
