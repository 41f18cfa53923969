"""A day as a table: every stretch is shown once and as long as it is, on odd days and over midnight too."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings.calendar import day_grid, planning
from bookings.places import Closure
from bookings.resources import Absence
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory, SessionFactory

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def place(zone="Europe/Berlin", hours="Mo-Su 08:00-12:00", step=30):
    return LocationFactory(time_zone=zone, opening_hours=hours, slot_step_minutes=step)


def grid_of(location, day, now=LONG_AGO):
    plan = planning.load(location, day, day)
    return day_grid.lay_out(plan, day, plan.resources, now)


def column(grid, number=0):
    """What a column shows, cell by cell, with how long each is in minutes."""
    shown = []
    for cell, (first, last) in cells(grid, number):
        minutes = (last.end - first.begin).total_seconds() // 60
        shown.append((first.label, minutes, cell.block or cell.reason or "free"))
    return shown


def cells(grid, number):
    """A column's cells with their first and last row; a cell of several rows is not repeated below."""
    busy = [0] * len(grid.columns)
    found = []
    for at, row in enumerate(grid.rows):
        own = iter(row.cells)
        for index in range(len(grid.columns)):
            if busy[index] == 0:
                cell = next(own)
                busy[index] = cell.rows
                if index == number:
                    found.append((cell, (row, grid.rows[at + cell.rows - 1])))
            busy[index] -= 1
        assert next(own, None) is None, "a cell too many"
    assert busy == [0] * len(grid.columns), "a cell reaches past the table"
    return found


def hours_shown(grid):
    return (
        sum((row.end.astimezone(UTC) - row.begin.astimezone(UTC)).total_seconds() for row in grid.rows) / 3600
    )


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2027, 3, 28), 23),
        ("Europe/Berlin", date(2027, 10, 31), 25),
        ("Australia/Lord_Howe", date(2027, 4, 4), 24.5),
        ("Australia/Lord_Howe", date(2027, 10, 3), 23.5),
        ("Asia/Beirut", date(2027, 3, 28), 23),
        ("Asia/Kathmandu", date(2027, 3, 28), 24),
    ],
)
def test_a_day_is_as_long_as_its_clock_makes_it(zone, day, hours):
    location = place(zone, "24/7")
    ResourceFactory(location=location)

    grid = grid_of(location, day)

    assert hours_shown(grid) == hours
    assert len({row.begin.astimezone(UTC) for row in grid.rows}) == len(grid.rows)
    assert len({row.label for row in grid.rows}) == len(grid.rows)


def test_an_hour_that_comes_twice_stands_there_twice_with_its_offset():
    location = place("Europe/Berlin", "24/7")
    ResourceFactory(location=location)

    labels = [row.label for row in grid_of(location, date(2027, 10, 31)).rows]

    assert [label for label in labels if label.startswith("02:")] == [
        "02:00 (UTC+02:00)",
        "02:30 (UTC+02:00)",
        "02:00 (UTC+01:00)",
        "02:30 (UTC+01:00)",
    ]


def test_a_day_that_begins_at_one_begins_at_one():
    location = place("Asia/Beirut", "24/7")
    ResourceFactory(location=location)

    assert grid_of(location, date(2027, 3, 28)).rows[0].label == "01:00"


def test_a_night_is_shown_to_its_end_and_the_closed_day_between_is_one_row():
    location = place("Africa/Casablanca", "Mo-Su 20:00-04:00", step=60)
    ResourceFactory(location=location)

    grid = grid_of(location, date(2027, 5, 11))

    labels = [row.label for row in grid.rows]
    assert labels == [f"0{hour}:00" for hour in range(5)] + [f"{hour}:00" for hour in range(20, 24)] + [
        f"0{hour}:00" for hour in range(4)
    ]
    assert [row.begin.date().day for row in grid.rows if row.is_midnight] == [11, 12]


def test_a_booking_after_midnight_is_on_its_own_date_and_in_the_night_that_led_to_it():
    location = place("Africa/Casablanca", "Mo-Su 20:00-04:00", step=20)
    service = ServiceFactory(location=location)
    booking = BookingFactory(service=service, starts_at=datetime(2027, 5, 12, 0, 40, tzinfo=UTC))
    assert booking.local_start.startswith("2027-05-12T01:40")

    for day in (11, 12):
        shown = [
            block.first
            for _at, _long, block in column(grid_of(location, date(2027, 5, day)))
            if block != "free" and not isinstance(block, str)
        ]
        assert shown == [booking]


def test_a_column_shows_work_break_booking_and_buffer_in_their_true_length():
    location = place()
    lena = ResourceFactory(location=location, breaks=["09:00-09:20"])
    service = ServiceFactory(location=location, minutes=20, buffer_after_minutes=5)
    booking = BookingFactory(
        service=service, resource=lena, starts_at=datetime(2027, 5, 11, 8, 0, tzinfo=UTC)
    )

    shown = column(grid_of(location, date(2027, 5, 11)))

    assert [(at, long, getattr(what, "first", what)) for at, long, what in shown] == [
        ("08:00", 30, "free"),
        ("08:30", 30, "free"),
        ("09:00", 20, "Break"),
        ("09:20", 10, "free"),
        ("09:30", 30, "free"),
        ("10:00", 20, booking),
        ("10:20", 5, "Preparing"),
        ("10:25", 5, "free"),
        ("10:30", 30, "free"),
        ("11:00", 30, "free"),
        ("11:30", 30, "free"),
    ]


def test_absence_closure_and_days_off_are_named():
    location = place(hours="Mo-Su 08:00-10:00")
    ResourceFactory(location=location, name="Lena", hours="Mo")
    mehmet = ResourceFactory(location=location, name="Mehmet")
    nine = datetime(2027, 5, 11, 7, 0, tzinfo=UTC)
    Absence.objects.create(
        resource=mehmet, starts_at=nine - timedelta(hours=1), ends_at=nine, reason="Dentist"
    )
    Closure.objects.create(location=location, starts_at=nine, ends_at=nine + timedelta(hours=1))

    grid = grid_of(location, date(2027, 5, 11))

    assert [what for _at, _long, what in column(grid)] == ["Not at work", "Closed"]
    assert [what for _at, _long, what in column(grid, 1)] == ["Dentist", "Closed"]


def test_on_a_day_off_nobody_has_a_break():
    location = place(hours="Mo-Su 08:00-12:00")
    ResourceFactory(location=location, hours="We", breaks=["09:00-09:20"])

    assert column(grid_of(location, date(2027, 5, 11))) == [("08:00", 240, "Not at work")]


def test_only_free_time_to_come_can_be_chosen():
    location = place(hours="Mo-Su 08:00-10:00")
    ResourceFactory(location=location)
    nine = datetime(2027, 5, 11, 7, 0, tzinfo=UTC)

    grid = grid_of(location, date(2027, 5, 11), now=nine - timedelta(minutes=5))

    assert [cell.start is not None for cell, _rows in cells(grid, 0)] == [False, False, True, True]
    assert [row.label for row in grid.rows if row.is_now] == ["08:30"]


def test_a_group_is_one_block_with_everybody_in_it():
    location = place()
    service = ServiceFactory(location=location, group=True)
    session = SessionFactory(service=service, starts_at=datetime(2027, 5, 11, 7, 0, tzinfo=UTC))
    for _each in range(3):
        BookingFactory(session=session)

    [block] = [
        what for _at, _long, what in column(grid_of(location, date(2027, 5, 11))) if not isinstance(what, str)
    ]

    assert (len(block.bookings), block.capacity) == (3, 14)


def test_somebody_who_left_is_shown_while_something_is_booked_with_them():
    location = place()
    gone = ResourceFactory(location=location)
    booking = BookingFactory(
        service__location=location, resource=gone, starts_at=datetime(2027, 5, 11, 8, 0, tzinfo=UTC)
    )
    type(gone).objects.update(is_active=False)

    shown = column(grid_of(location, date(2027, 5, 11)))

    assert [what.first for _at, _long, what in shown if not isinstance(what, str)] == [booking]
    assert {what for _at, _long, what in shown if isinstance(what, str)} == {"Not at work"}


def test_a_closed_day_has_no_rows():
    location = place(hours="Mo 08:00-10:00")
    ResourceFactory(location=location)

    assert grid_of(location, date(2027, 5, 11)).rows == []


def test_a_class_with_hours_of_its_own_can_be_entered_at_its_beginning():
    location = place()
    ResourceFactory(location=location)
    ServiceFactory(location=location, hours="Mo 09:10-10:25; Tu 09:00-10:00", minutes=75)
    ServiceFactory(location=location, hours="Mo 11:10-11:20,12:10-13:00", minutes=75, is_active=False)

    labels = [row.label for row in grid_of(location, date(2027, 2, 1)).rows]

    assert labels == ["08:00", "08:30", "09:00", "09:10", "09:30", "10:00", "10:30", "11:00", "11:30"]
    assert "09:10" not in [row.label for row in grid_of(location, date(2027, 2, 2)).rows]
