"""A service with hours of its own: when it starts, what it must fit into, and what is said beside that."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from bookings import eligibility, times, why_not
from bookings.eligibility import NotOffered, Rules
from bookings.models import Closure
from tests.factories import LocationFactory, ResourceFactory, ServiceFactory

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, WEDNESDAY = date(2027, 2, 1), date(2027, 2, 2), date(2027, 2, 3)
NOW = datetime(2027, 1, 28, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def january():
    with time_machine.travel(NOW, tick=False):
        yield


def a_class(hours, place="Mo-Su 07:00-22:00", zone="Europe/Berlin", step=30, **fields):
    """75 minutes with one teacher."""
    location = LocationFactory(
        opening_hours=place, time_zone=zone, slot_step_minutes=step, minimum_notice_minutes=0, horizon_days=90
    )
    ResourceFactory(location=location)
    return ServiceFactory(location=location, hours=hours, **{"minutes": 75, "name": "Vinyasa"} | fields)


def starts(service, first=MONDAY, last=None):
    return [f"{each.start:%a %H:%M}" for each in times.offers(service, first, last or first)]


def at(service, day, clock):
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=service.location.zone)


def refusal(service, start, rules=Rules.ALL):
    with pytest.raises(NotOffered) as refused:
        eligibility.candidates(service, start, rules)
    return refused.value.code


def test_a_class_is_offered_exactly_when_it_takes_place():
    service = a_class("Mo,We 18:00-19:15")

    assert starts(service, MONDAY, date(2027, 2, 7)) == ["Mon 18:00", "Wed 18:00"]


def test_its_starts_are_counted_from_its_own_beginning_and_not_from_the_opening():
    assert starts(a_class("Mo 18:10-20:30", step=30, minutes=60)) == [
        "Mon 18:10",
        "Mon 18:40",
        "Mon 19:10",
    ]


def test_two_classes_that_follow_each_other_are_not_one_stretch():
    assert starts(a_class("Mo 18:00-19:15,19:15-20:30", step=15)) == ["Mon 18:00", "Mon 19:15"]


def test_a_day_as_such_is_as_the_place_is_open():
    place = "Mo-Fr 09:00-11:00,11:00-12:00"
    everyday, tuesdays = (a_class(hours, place, minutes=60) for hours in ("", "Tu"))

    assert starts(tuesdays) == []
    assert starts(tuesdays, TUESDAY) == starts(everyday, TUESDAY) != []


def test_around_the_clock_days_as_such_go_on_past_midnight():
    service = a_class("Mo,Tu", "24/7", minutes=120, step=60)

    assert "Mon 23:00" in starts(service)
    assert starts(service, TUESDAY)[-1] == "Tue 22:00"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Mo-Su 18:20-22:00", ["Mon 18:30", "Mon 19:00"]),
        ("Mo-Su 07:00-19:30", ["Mon 18:00", "Mon 18:30"]),
        ("Mo-Su 07:00-12:00", []),
        ("Mo-Su 19:00-20:00; Mo 07:00-18:50", []),
    ],
)
def test_the_hours_of_the_place_cut_them_and_shift_no_start(place, expected):
    assert starts(a_class("Mo 18:00-20:00", place, minutes=60)) == expected


def test_a_closure_removes_starts_and_shifts_none():
    service = a_class("Mo 18:00-20:30", minutes=60)
    Closure.objects.create(
        location=service.location,
        starts_at=at(service, MONDAY, "17:00"),
        ends_at=at(service, MONDAY, "18:20"),
    )

    assert starts(service) == ["Mon 18:30", "Mon 19:00", "Mon 19:30"]


def test_what_its_own_hours_take_out_begins_anew_after_it():
    service = a_class("Mo 09:00-13:00; Mo 10:00-10:20 off", minutes=30)

    assert starts(service)[:4] == ["Mon 09:00", "Mon 09:30", "Mon 10:20", "Mon 10:50"]


def test_holidays_count_where_its_hours_name_them():
    holiday = date(2027, 3, 26)
    kept, off = a_class("Fr 18:00-19:15"), a_class("Fr 18:00-19:15; PH off")

    assert starts(kept, holiday) == ["Fri 18:00"]
    assert starts(off, holiday) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [  # 02:00 to 03:00 is missing on 28 March; on 31 October 02:00 to 03:00 comes twice
        (date(2027, 3, 28), ["01:30+01:00", "03:00+02:00", "03:30+02:00"]),
        (
            date(2027, 10, 31),
            [
                *("01:30+02:00", "02:00+02:00", "02:30+02:00"),
                *("02:00+01:00", "02:30+01:00", "03:00+01:00", "03:30+01:00"),
            ],
        ),
    ],
)
def test_across_a_clock_change_steps_are_counted_in_elapsed_time(day, expected):
    service = a_class("Su 01:30-04:00", "24/7", minutes=30)
    service.location.horizon_days = 400

    found = [each.start for each in times.offers(service, day, day)]

    assert [f"{each:%H:%M}{each.isoformat()[-6:]}" for each in found] == expected


@pytest.mark.parametrize("rules", [Rules.ALL, Rules.DESK, Rules.PROMISED])
@pytest.mark.parametrize(("day", "clock"), [(TUESDAY, "18:00"), (MONDAY, "18:30"), (MONDAY, "17:30")])
def test_whoever_asks_is_told_that_the_service_is_not_offered_then(rules, day, clock):
    service = a_class("Mo,We 18:00-19:15")

    assert refusal(service, at(service, day, clock), rules) == "service_hours"


@pytest.mark.parametrize("rules", [Rules.DESK, Rules.PROMISED])
def test_where_steps_do_not_count_any_time_inside_will_do(rules):
    service = a_class("Mo 18:00-20:30", minutes=60)

    assert eligibility.candidates(service, at(service, MONDAY, "18:40"), rules).by_kind
    assert refusal(service, at(service, MONDAY, "18:40")) == "off_step"


def test_staff_may_set_them_aside():
    service = a_class("Mo,We 18:00-19:15")

    assert eligibility.candidates(service, at(service, TUESDAY, "10:00"), Rules.SET_ASIDE).by_kind


def test_the_hours_of_the_place_are_named_first():
    service = a_class("Mo,We 18:00-19:15", "Mo-Su 07:00-19:00")

    assert refusal(service, at(service, MONDAY, "20:00")) == "closed"
    assert refusal(service, at(service, MONDAY, "18:00")) == "too_long"


def test_the_next_date_and_the_nearest_times_are_those_of_the_class():
    service = a_class("Mo,We 18:00-19:15")

    assert times.next_offer_date(service, MONDAY) == WEDNESDAY
    nearest = times.nearest(service, at(service, MONDAY, "10:00"), count=2)
    assert [f"{each.start:%a %H:%M}" for each in nearest] == ["Mon 18:00", "Wed 18:00"]


@pytest.mark.parametrize(
    ("day", "clock", "said"),
    [
        (
            TUESDAY,
            "18:00",
            "Vinyasa has hours of its own and does not take place on Tuesday 2 February 2027.",
        ),
        (
            MONDAY,
            "10:00",
            "Vinyasa has hours of its own: on Monday 1 February 2027 it takes place 18:00–20:30.",
        ),
        (MONDAY, "19:30", "It would end at 20:45, and by its own hours Vinyasa ends at 20:30."),
        (
            MONDAY,
            "18:10",
            "Nothing starts at exactly this time: starts are every 30 minutes, counted from the beginning of"
            " the service's own hours. The nearest ones: 18:00, 18:30.",
        ),
    ],
)
def test_why_not_names_the_hours_of_the_service(day, clock, said):
    service = a_class("Mo,We 18:00-20:30")

    assert [each.text for each in why_not.reasons(service, at(service, day, clock))] == [said]
