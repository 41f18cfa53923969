"""Arithmetic on half-open stretches of time, so that open, closed and taken time can be combined quickly."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

Span = tuple[int, int]
"""Begin and end in seconds since the epoch; the end is not part of it."""


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same time as sorted spans that neither touch nor overlap; empty ones vanish."""
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if end <= begin:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of each span, in its order; unlike `merge`, spans that touch stay apart."""
    holes = merge(holes)
    left: list[Span] = []
    for begin, end in spans:
        for hole_begin, hole_end in holes:
            if hole_end <= begin:
                continue
            if hole_begin >= end:
                break
            if begin < hole_begin:
                left.append((begin, hole_begin))
            begin = hole_end
        if begin < end:
            left.append((begin, end))
    return left


def gaps(taken: Iterable[Span], window: Span) -> list[Span]:
    """What of the window is not taken."""
    free: list[Span] = []
    begin = window[0]
    for taken_begin, taken_end in [*merge(taken), (window[1], window[1])]:
        until = min(taken_begin, window[1])
        if begin < until:
            free.append((begin, until))
        begin = max(begin, taken_end)
    return free


def starts_within(free: Iterable[Span], length: int, *, before: int = 0, after: int = 0) -> list[Span]:
    """First and last second (both included) at which something of this length may start in each span."""
    return [
        (begin + before, end - length - after)
        for begin, end in free
        if begin + before <= end - length - after
    ]


def common(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What each span has in common with the others, in its order; spans that touch or overlap stay apart."""
    spans = list(spans)
    return subtract(spans, subtract(spans, others))


def joined(starts: Iterable[Span]) -> list[Span]:
    """Stretches of starts (both ends included) that may overlap, as sorted ones that do not."""
    return [(first, end - 1) for first, end in merge((first, last + 1) for first, last in starts)]


def common_starts(one: list[Span], other: list[Span]) -> list[Span]:
    """The starts (both ends included) that two sorted lists of `starts_within` have in common."""
    common: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        first, last = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if first <= last:
            common.append((first, last))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return common


def covers(starts: list[Span], start: float) -> bool:
    """Whether a start lies in one of the sorted stretches of starts, both ends included."""
    at = bisect_right(starts, (start, math.inf)) - 1
    return at >= 0 and starts[at][0] <= start <= starts[at][1]


def picked(grid: list[int], starts: Iterable[Span]) -> list[int]:
    """The points of a sorted grid that lie in one of the sorted stretches of starts."""
    return [
        point for first, last in starts for point in grid[bisect_left(grid, first) : bisect_right(grid, last)]
    ]
