"""Hours as a table of weekdays: text and table mean the same, whatever is in them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import opening, weekly_hours
from bookings.weekly_hours import Day, NoTable, Week

FEBRUARY = [date(2027, 2, 1) + timedelta(days=number) for number in range(28)]

clock = st.integers(0, 287).map(lambda number: number * 5)
span = st.builds(
    lambda begin, length: (begin, begin + length), clock, st.integers(1, 288).map(lambda n: n * 5)
)
spans = st.lists(span, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))
day = st.one_of(st.builds(Day, spans), st.just(Day(is_whole=True)))
weeks = st.builds(Week, st.lists(day, min_size=7, max_size=7).map(tuple), st.none() | day)


@given(weeks)
def test_a_table_survives_being_written_and_read(week):
    if week.is_empty:
        with pytest.raises(opening.InvalidHours):
            weekly_hours.write(week)
        return

    found = weekly_hours.read(weekly_hours.write(week))

    assert found.days == week.days
    assert found.holidays == (None if set(week.days) == {week.holidays} else week.holidays)


rule = st.tuples(
    st.sampled_from(["", "Mo", "Mo-Fr", "Sa,Su", "Fr-Mo", "PH", "PH,Su", "Tu,Th"]),
    st.sampled_from(["09:00-12:00", "09:00-12:00,14:00-18:00", "20:00-04:00", "off", "", "08:00-08:30 open"]),
)


@given(st.lists(rule, min_size=1, max_size=4), st.sampled_from(["; ", ", "]))
def test_a_text_keeps_its_meaning_when_it_is_saved_from_the_table(rules, between):
    text = between.join(f"{days} {times}".strip() or "24/7" for days, times in rules)
    try:
        week = weekly_hours.read(text)
    except (NoTable, opening.InvalidHours):
        return
    if week.is_empty:
        return

    before, after = opening.parse(text), opening.parse(weekly_hours.write(week))

    for day in FEBRUARY:
        for is_holiday in (False, True):
            old, new = (hours.on(day, is_holiday=is_holiday) for hours in (before, after))
            assert (set(old.opens), old.whole_day) == (set(new.opens), new.whole_day)
            assert (old.closes, new.closes) == ((), ())


@pytest.mark.parametrize(
    ("text", "saved"),
    [
        ("Tu-Fr 09:00-18:30; Sa 09:00-14:00; PH off", "Tu-Fr 09:00-18:30; Sa 09:00-14:00; PH off"),
        ("Mo-Su 20:00-04:00", "Mo-Su 20:00-04:00"),
        ("Su-Fr 10:00-16:00", "Mo-Fr,Su 10:00-16:00"),
        ("24/7", "Mo-Su"),
        ("Mo,We,Fr", "Mo,We,Fr"),
        ("Mo-Fr 09:00-17:00; We off", "Mo-Tu,Th-Fr 09:00-17:00"),
        ("Mo-Fr 09:00-17:00; PH 10:00-12:00", "Mo-Fr 09:00-17:00; PH 10:00-12:00"),
    ],
)
def test_usual_hours(text, saved):
    assert weekly_hours.write(weekly_hours.read(text)) == saved


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 09:00-17:00; Jul-Aug Sa off",
        "week 1-53/2 Mo 09:00-12:00",
        "Mo[1] 09:00-12:00",
        "Mo-Fr 09:00-17:00; Dec 24-26 off",
        "Mo-Fr 09:00-17:00; 12:00-13:00 off",
        "PH off; Mo-Fr 09:00-12:00",
    ],
)
def test_months_week_numbers_and_pauses_have_no_table(text):
    try:
        week = weekly_hours.read(text)
    except NoTable:
        return
    assert opening.parse(weekly_hours.write(week)).on(FEBRUARY[0]) == opening.parse(text).on(FEBRUARY[0])


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("09:00–12:00, 14:00–18:00", ["09:00-12:00", "14:00-18:00"]),
        ("9-12 and 14.30 to 18", ["09:00-12:00", "14:30-18:00"]),
        ("20:00 - 4:00", ["20:00-04:00"]),
        ("0-24", ["00:00-24:00"]),
        ("", []),
    ],
)
def test_times_are_read_as_people_write_them(typed, stored):
    assert weekly_hours.written(weekly_hours.parse_times(typed)) == stored


@pytest.mark.parametrize("typed", ["morning", "9:00", "09:00-25:75", "9-12, 11-14", "25:00-26:00"])
def test_what_is_no_time_is_said_in_words(typed):
    with pytest.raises(opening.InvalidHours):
        weekly_hours.parse_times(typed)
