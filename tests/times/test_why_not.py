"""Why a time is not offered: a reason exactly when it is not, and the right one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings import times, why_not
from bookings.models import Absence, Closure, Requirement
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory
from tests.times.test_agrees_with_oracle import build, fill, worlds

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 2, 1, 6, 0, tzinfo=UTC)  # a Monday, 07:00 in Berlin

GOOD_FRIDAY = datetime(2027, 3, 26, 9, 0, tzinfo=UTC)


def moment(clock: str, day: int = 2) -> datetime:
    """A time in Berlin in February 2027; the 2nd is a Tuesday."""
    hours, minutes = map(int, clock.split(":"))
    return datetime(2027, 2, day, hours - 1, minutes, tzinfo=UTC)


def service_of(hours: str = "Mo-Fr 09:00-12:00,14:00-18:00; PH off", **given):
    rules = {"slot_step_minutes": 30, "minimum_notice_minutes": 60, "horizon_days": 60}
    location = LocationFactory(opening_hours=hours, **(rules | given.pop("location", {})))
    service = ServiceFactory(location=location, **given)
    return service, ResourceFactory(location=location, name="Lena")


def codes(service, start, **asked):
    return [each.code for each in why_not.reasons(service, start, now=NOW, **asked)]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    asked=worlds(),
    wish=st.integers(-1, 3),
    picks=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 3)), max_size=2),
    seed=st.integers(0, 1000),
)
def test_a_time_is_offered_exactly_when_there_is_no_reason_against_it(asked, wish, picks, seed):
    world, taken, first, last, now = asked
    service, resources = build(world, taken)
    before = world.offers(first, last, now)
    for number, booked in picks:
        if before:
            fill(world, service, resources, before[number % len(before)], booked)
    keys = sorted(resources)
    wished = resources[keys[wish]] if 0 <= wish < len(keys) else None
    found = times.offers(service, first, last, resource=wished, now=now)
    offered = {each.start.astimezone(UTC) for each in found}
    grid = sorted(world._grid([first, last]))
    some = grid[seed % 17 :: 17] + [each + timedelta(minutes=7) for each in grid[:1]] + sorted(offered)[::9]

    for start in some:
        if first <= start.astimezone(world.zone).date() <= last:
            reasons = why_not.reasons(service, start, resource=wished, now=now)
            assert (not reasons) == (start in offered), (start, reasons)


def test_the_hours_of_the_place():
    service, _lena = service_of()

    [closed] = why_not.reasons(service, moment("13:00"), now=NOW)

    assert closed.code == "closed"
    assert closed.text == (
        "The place is closed at that time: on Tuesday 2 February 2027 it is open 09:00–12:00, 14:00–18:00."
    )
    assert codes(service, moment("09:00", day=6)) == ["closed"]
    assert codes(service, moment("17:30")) == []
    assert codes(service_of(minutes=60)[0], moment("17:30")) == ["too_long"]
    assert codes(service, moment("09:10")) == ["off_step"]


def test_a_public_holiday_is_named():
    service, _lena = service_of(location={"subdivision": "", "country": "DE", "horizon_days": 100})

    [closed] = why_not.reasons(service, GOOD_FRIDAY, now=NOW)

    assert "a public holiday (Good Friday)" in closed.text
    with override("de"):
        assert "Karfreitag" in why_not.reasons(service, GOOD_FRIDAY, now=NOW)[0].text


def test_notice_horizon_and_the_past():
    service, _lena = service_of()

    assert codes(service, moment("09:00", day=1) - timedelta(hours=3)) == ["past"]
    assert codes(service, NOW + timedelta(minutes=30)) == ["notice"]
    assert codes(service, NOW + timedelta(days=90)) == ["horizon"]


def test_closures_absences_and_breaks_are_told_with_their_reasons():
    service, lena = service_of()
    Absence.objects.create(
        resource=lena, starts_at=moment("09:00"), ends_at=moment("10:00"), reason="Dentist"
    )
    Closure.objects.create(
        location=service.location, starts_at=moment("14:00"), ends_at=moment("15:00"), reason="Water pipe"
    )
    lena.breaks = ["11:00-11:30"]
    lena.save()

    assert "Dentist" in why_not.reasons(service, moment("09:30"), now=NOW)[0].text
    assert "Water pipe" in why_not.reasons(service, moment("14:30"), now=NOW)[0].text
    assert codes(service, moment("11:00")) == ["break"]
    assert codes(service, moment("10:00")) == []


def test_a_booking_is_named_and_so_is_the_time_kept_free_around_one():
    service, lena = service_of(buffer_after_minutes=10)
    booking = BookingFactory(service=service, resource=lena, starts_at=moment("10:00"))
    [taken] = why_not.reasons(service, moment("10:00"), now=NOW)
    [after] = why_not.reasons(service, moment("10:30"), now=NOW)
    [before] = why_not.reasons(service, moment("09:30"), now=NOW)

    assert (taken.code, taken.booking) == ("taken", booking.pk)
    assert booking.reference in taken.text
    assert (after.code, after.booking) == ("their_buffer", booking.pk)
    assert (before.code, before.booking) == ("own_buffer", booking.pk)


def test_a_room_that_is_taken_stands_beside_nobody_else():
    service, lena = service_of()
    room = ResourceFactory(location=service.location, room=True, name="Blue room")
    for kind in ("person", "room"):
        Requirement.objects.create(service=service, kind=kind)
    other = ServiceFactory(location=service.location)
    BookingFactory(service=other, resource=room, starts_at=moment("10:00"))

    [taken] = why_not.reasons(service, moment("10:00"), now=NOW)

    assert "Blue room" in taken.text
    assert lena.name not in taken.text


def test_a_full_group_says_how_full_it_is():
    service, lena = service_of(capacity=2)
    first = BookingFactory(service=service, resource=lena, starts_at=moment("10:00"))
    BookingFactory(session=first.session, resource=lena)

    assert codes(service, moment("10:00"))[0] == "full"


def test_what_is_switched_off_says_so():
    service, lena = service_of()
    ResourceFactory(location=service.location)
    lena.is_active = False
    lena.save()
    assert codes(service, moment("10:00"), resource=lena) == ["left"]

    service.is_active = False

    assert codes(service, moment("10:00")) == ["service_off"]


def test_without_anybody_nothing_can_be_booked():
    service = ServiceFactory(location=LocationFactory(slot_step_minutes=30))

    assert codes(service, moment("10:00")) == ["nobody"]
