"""Arithmetic on stretches of time means what it means second by second."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bookings import spans

numbers = st.integers(0, 60)
some = st.lists(st.tuples(numbers, numbers), max_size=6)


def seconds(stretches) -> set[int]:
    return {second for begin, end in stretches for second in range(begin, end)}


@given(some)
def test_merged_spans_are_the_same_time_without_touching(stretches):
    merged = spans.merge(stretches)

    assert seconds(merged) == seconds(stretches)
    assert all(one[1] < other[0] for one, other in pairwise(merged))


@given(some, some)
def test_subtracted_spans_keep_what_the_holes_leave(stretches, holes):
    assert seconds(spans.subtract(stretches, holes)) == seconds(stretches) - seconds(holes)


@given(some)
def test_gaps_are_what_is_not_taken(taken):
    assert seconds(spans.gaps(taken, (5, 50))) == set(range(5, 50)) - seconds(taken)


@given(some, st.integers(1, 10), st.integers(0, 5), st.integers(0, 5))
def test_something_may_start_where_it_fits_with_its_buffers(stretches, length, before, after):
    free = spans.merge(stretches)
    starts = spans.starts_within(free, length, before=before, after=after)

    fits = [
        start for start in range(-5, 70) if {*range(start - before, start + length + after)} <= seconds(free)
    ]
    assert spans.picked(list(range(-5, 70)), starts) == fits
    assert [start for start in range(-5, 70) if spans.covers(starts, start)] == fits


@given(some, some)
def test_common_starts_are_in_both(one, other):
    some_starts = [spans.starts_within(spans.merge(each), 3) for each in (one, other)]
    common = spans.common_starts(*some_starts)

    for start in range(70):
        assert spans.covers(common, start) == all(spans.covers(each, start) for each in some_starts)
