"""Opening hours as their writers mean them, and why the library's own intervals are not used."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opening_hours import OpeningHours

from bookings import opening

MONDAY = date(2027, 2, 1)


def week(text: str, *, holidays: str = "") -> dict[str, list[str]]:
    """The openings that begin on each day of a week, as text; holidays is e.g. "Tu"."""
    hours, found = opening.parse(text), {}
    for number, name in enumerate(("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")):
        plan = hours.on(MONDAY + timedelta(days=number), is_holiday=name in holidays)
        spans = [f"{b // 60:02}:{b % 60:02}-{e // 60:02}:{e % 60:02}" for b, e in plan.opens]
        if spans or plan.whole_day:
            found[name] = spans + ["all day"] * plan.whole_day
    return found


def test_days_and_times():
    assert week("Tu-We 09:00-18:30; Sa 09:00-14:00; PH off") == {
        "Tu": ["09:00-18:30"],
        "We": ["09:00-18:30"],
        "Sa": ["09:00-14:00"],
    }


def test_openings_that_touch_or_overlap_stay_apart():
    assert week("Mo 08:00-12:00,12:00-16:00,15:00-18:00") == {
        "Mo": ["08:00-12:00", "12:00-16:00", "15:00-18:00"]
    }


def test_a_night_belongs_to_the_day_on_which_it_began():
    assert week("Mo-We 20:00-04:00; Tu off") == {"Mo": ["20:00-28:00"], "We": ["20:00-28:00"]}


def test_the_library_cuts_a_night_at_the_next_day_and_opens_the_night_of_a_closed_one():
    """When this fails the library has changed, and `opening` may perhaps become simpler."""
    library = OpeningHours("Mo-We 20:00-04:00; Tu off")

    assert library.is_closed(datetime(2027, 2, 2, 1)), "Monday's night is cut at Tuesday"
    assert library.is_open(datetime(2027, 2, 3, 1)), "Tuesday is off, but not its night"


def test_a_later_rule_replaces_the_day_and_a_comma_adds_to_it():
    assert week("Mo-Tu 09:00-12:00; Tu 14:00-18:00") == {"Mo": ["09:00-12:00"], "Tu": ["14:00-18:00"]}
    assert week("Mo-Tu 09:00-12:00, Tu 14:00-18:00") == {
        "Mo": ["09:00-12:00"],
        "Tu": ["09:00-12:00", "14:00-18:00"],
    }


@pytest.mark.parametrize(
    ("text", "on_a_holiday"),
    [
        ("Tu 09:00-12:00", ["09:00-12:00"]),
        ("Tu 09:00-12:00; PH off", None),
        ("Mo-Fr 09:00-12:00; PH 10:00-11:00", ["10:00-11:00"]),
        ("Su,PH 10:00-11:00", ["10:00-11:00"]),
        ("PH,Su 10:00-11:00; Tu off", None),
        ("Tu; PH off", None),
    ],
)
def test_holidays_count_where_the_hours_say_so(text, on_a_holiday):
    assert week(text, holidays="Tu").get("Tu") == on_a_holiday


def test_days_without_times():
    assert week("Tu-We") == {"Tu": ["all day"], "We": ["all day"]}
    assert week("24/7; Mo-Sa off") == {"Su": ["all day"]}


def test_a_pause_of_the_place_closes_without_replacing_the_day():
    plan = opening.parse("Mo-Fr 09:00-17:00; 12:00-13:00 off").on(MONDAY)

    assert (plan.opens, plan.closes) == (((540, 1020),), ((720, 780),))


@pytest.mark.parametrize(
    "text",
    [
        "week 1-53/2 Mo 09:00-12:00",
        "2027 Feb 01-2027 Feb 03 09:00-12:00",
        "Feb 01-Feb 03: Mo-Su 09:00-12:00",
        "Mo[1] 09:00-12:00",
        "Mo-Fr 09:00 - 12:00; easter off; Dec 24-26 off",
        "mo-fr 09:00-12:00 open",
    ],
)
def test_seasons_weeks_and_counted_days_are_understood(text):
    assert week(text)["Mo"] == ["09:00-12:00"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whenever",
        "Mo-Fr 9-17",
        "Mo 10:00",
        "Mo 10:75-11:00",
        "PH off",
        "Mo 09:00-12:00+",
        "Mo 09:00+",
        "Mo 09:00-12:00/01:00",
        "Mo sunrise-12:00",
        'Mo 09:00-12:00 "by appointment"',
        "Mo 09:00-12:00 unknown",
        "Mo 09:00-12:00 || Tu 10:00-11:00",
        "SH off; Mo 10:00-12:00",
        "PH Mo 10:00-12:00",
        "Mo-Fr 10:00-12:00; PH +1 day off",
    ],
)
def test_what_cannot_be_booked_by_is_refused(text):
    with pytest.raises(opening.InvalidHours):
        opening.parse(text)


@pytest.mark.parametrize("text", ["12:30", "25:00-26:00", "12:60-13:00", "lunch", "12:30-13:15,14:00-15:00"])
def test_a_break_is_one_span_of_time(text):
    with pytest.raises(opening.InvalidHours):
        opening.parse_span(text)


days = st.lists(st.sampled_from(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]), min_size=1, unique=True)
daytime = st.integers(0, 20).flatmap(lambda begin: st.tuples(st.just(begin), st.integers(begin + 1, 23)))
rules = st.lists(st.tuples(days, daytime), min_size=1, max_size=4)


@given(rules, st.integers(0, 400))
def test_hours_of_one_span_a_day_mean_what_the_library_says(rules, later):
    text = "; ".join(f"{','.join(names)} {b:02}:00-{e:02}:00" for names, (b, e) in rules)
    day = MONDAY + timedelta(days=later)
    midnight = datetime(day.year, day.month, day.day)

    expected = [
        (begin.hour * 60, (end - midnight).total_seconds() // 60)
        for begin, end, state, _comment in OpeningHours(text).intervals(
            midnight, midnight + timedelta(days=1)
        )
        if str(state) == "open"
    ]

    assert list(opening.parse(text).on(day).opens) == expected
