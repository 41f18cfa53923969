"""Elapsed time rules over nights in which the clock jumps; what the clock shows decides only the opening."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from bookings import eligibility, times
from tests.factories import ResourceFactory, ServiceFactory
from tests.times.places import CLOCK_CHANGES, every, service, starts

pytestmark = pytest.mark.django_db
BEFORE = datetime(2027, 1, 1, tzinfo=UTC)


def invented(zone: str, opening_hours: str, *, step: int = 30, minutes: int = 30, **fields):
    """A service of one person at a place with these hours."""
    found = ServiceFactory(
        minutes=minutes,
        location__time_zone=zone,
        location__opening_hours=opening_hours,
        location__slot_step_minutes=step,
        location__minimum_notice_minutes=0,
        location__horizon_days=800,
    )
    ResourceFactory(location=found.location, **fields)
    return found


def instants(found, first: str, last: str) -> list[datetime]:
    offers = times.offers(found, date.fromisoformat(first), date.fromisoformat(last), now=BEFORE)
    return [offer.start.astimezone(UTC) for offer in offers]


def test_casablanca_has_an_hour_more_in_the_night_of_the_fold(seven_places):
    night = service("night-clinic-casablanca", "Consultation")
    offered = starts(night, "2027-02-07")[:15]

    assert offered[4:13] == [
        "01:20+01:00",
        "01:40+01:00",
        "02:00+01:00",
        "02:20+01:00",
        "02:40+01:00",
        "02:00+00:00",
        "02:20+00:00",
        "02:40+00:00",
        "03:00+00:00",
    ]
    assert offered[14] == "03:40+00:00"


def test_casablanca_has_an_hour_less_in_the_night_of_the_gap(seven_places):
    offered = starts(service("night-clinic-casablanca", "Consultation"), "2027-03-14")[:10]

    assert offered[5:8] == ["01:40+00:00", "03:00+01:00", "03:20+01:00"]
    assert offered[8:] == ["03:40+01:00", "20:00+01:00"]


@time_machine.travel(BEFORE, tick=False)
def test_both_passes_of_an_ambiguous_time_can_be_booked_and_keep_their_identity(seven_places):
    night = service("night-clinic-casablanca", "Consultation")
    first = datetime.fromisoformat("2027-02-07T02:20:00+01:00")
    second = datetime.fromisoformat("2027-02-07T02:20:00+00:00")

    assert eligibility.candidates(night, first).by_kind
    assert eligibility.candidates(night, second).by_kind
    offered = [offer.start for offer in times.offers(night, date(2027, 2, 7), date(2027, 2, 7))]
    assert [moment.fold for moment in offered if (moment.hour, moment.minute) == (2, 20)] == [0, 1]


@time_machine.travel(BEFORE, tick=False)
def test_the_same_instant_in_another_offset_is_the_same_start(seven_places):
    night = service("night-clinic-casablanca", "Consultation")

    assert eligibility.candidates(night, datetime.fromisoformat("2027-02-07T08:05:00+05:45")).by_kind


def test_lord_howe_moves_by_half_an_hour(seven_places):
    tyres = service("garage-lord-howe", "Tyre change")

    assert starts(tyres, "2027-04-02")[0] == "07:30+11:00"
    assert starts(tyres, "2027-04-05")[0] == "07:30+10:30"


@pytest.mark.parametrize(
    ("day", "count"), [("2027-04-03", 48), ("2027-04-04", 49), ("2027-10-03", 47), ("2027-10-04", 48)]
)
def test_lord_howe_has_days_of_half_an_hour_more_or_less(day, count):
    assert len(starts(invented("Australia/Lord_Howe", "24/7"), day, now=BEFORE)) == count


@pytest.mark.parametrize("place", ["barber-berlin", "physio-london", "yoga-ny"])
def test_daytime_hours_stay_what_the_clock_shows(seven_places, place):
    found = service(
        place, {"barber-berlin": "Bart", "physio-london": "Follow-up"}.get(place, "Vinyasa class")
    )

    for change in CLOCK_CHANGES[found.location.time_zone]:
        day = date.fromisoformat(change["local_after"][:10])
        walls = {
            offer.start.strftime("%H:%M")
            for number in (-7, 7)
            for offer in times.offers(
                found, day + timedelta(days=number - 3), day + timedelta(days=number + 3), now=BEFORE
            )
        }
        assert min(walls) == found.location.opening_hours.split(" ")[1][:5]


@pytest.mark.parametrize(
    ("zone", "hours", "first", "last"),
    [
        ("Europe/Berlin", "22:00-06:00", "2027-03-27T22:00+01:00", "2027-03-28T05:30+02:00"),
        ("Europe/Berlin", "22:00-06:00", "2027-10-30T22:00+02:00", "2027-10-31T05:30+01:00"),
        ("Europe/London", "00:30-03:00", "2027-10-31T00:30+01:00", "2027-10-31T02:30+00:00"),
        ("America/New_York", "22:00-03:30", "2027-03-13T22:00-05:00", "2027-03-14T03:00-04:00"),
        ("Pacific/Chatham", "02:00-05:00", "2027-04-04T02:00+13:45", "2027-04-04T04:30+12:45"),
        ("America/St_Johns", "01:15-04:00", "2027-11-07T01:15-02:30", "2027-11-07T03:15-03:30"),
        # Days without midnight: what opens at 00:00 opens at 01:00, the same instant.
        ("America/Santiago", "00:00-04:00", "2027-09-05T01:00-03:00", "2027-09-05T03:30-03:00"),
        ("Africa/Cairo", "00:00-04:00", "2027-04-30T01:00+03:00", "2027-04-30T03:30+03:00"),
        # Days with 23:00 to 24:00 twice.
        ("America/Santiago", "22:00-24:00", "2027-04-03T22:00-03:00", "2027-04-03T23:30-04:00"),
        ("Africa/Cairo", "22:00-02:00", "2027-10-28T22:00+03:00", "2027-10-29T01:30+02:00"),
        # RFC 5545: in a gap by the offset before it, in a fold the first of the two.
        ("Europe/Berlin", "02:30-06:00", "2027-03-28T03:30+02:00", "2027-03-28T05:30+02:00"),
        ("Europe/Berlin", "02:30-06:00", "2027-10-31T02:30+02:00", "2027-10-31T05:30+01:00"),
        ("Europe/Berlin", "22:00-02:30", "2027-10-30T22:00+02:00", "2027-10-31T02:00+02:00"),
        ("Europe/Berlin", "02:15-02:45", "2027-03-28T03:15+02:00", "2027-03-28T03:15+02:00"),
    ],
)
def test_a_night_lasts_as_long_as_it_lasts(zone, hours, first, last):
    day, next_day = first[:10], last[:10]
    offered = instants(invented(zone, f"Mo-Su {hours}"), day, next_day)

    expected = every(30, first, last)
    assert [moment for moment in offered if expected[0] <= moment <= expected[-1]] == expected
    assert not {expected[0] - timedelta(minutes=30), expected[-1] + timedelta(minutes=30)} & {*offered}


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2027-03-28", 23),
        ("Europe/Berlin", "2027-10-31", 25),
        ("America/Santiago", "2027-09-05", 23),
        ("America/Santiago", "2027-04-03", 25),
        ("Africa/Cairo", "2027-04-30", 23),
        ("Africa/Cairo", "2027-10-28", 25),
        ("Asia/Kathmandu", "2027-03-28", 24),
    ],
)
def test_a_place_that_never_closes_has_as_many_hours_as_the_day(zone, day, hours):
    assert len(starts(invented(zone, "24/7", step=60, minutes=60), day, now=BEFORE)) == hours


def test_a_long_service_may_run_over_midnight_where_the_place_never_closes():
    assert (
        len(starts(invented("Europe/Berlin", "24/7", step=60, minutes=600), "2027-01-05", now=BEFORE)) == 24
    )


def test_a_break_in_the_gap_moves_with_it():
    found = invented("Europe/Berlin", "Mo-Su 00:00-06:00", breaks=["02:00-03:00"])

    assert starts(found, "2027-03-28", now=BEFORE)[:5] == [
        "00:00+01:00",
        "00:30+01:00",
        "01:00+01:00",
        "01:30+01:00",
        "03:00+02:00",
    ]


def test_a_person_of_days_works_the_night_that_began_on_them():
    found = invented("Africa/Casablanca", "Mo-Su 20:00-04:00", hours="Tu")
    offered = starts(found, "2027-06-01", "2027-06-02", now=BEFORE)  # Tuesday and Wednesday

    assert (offered[0], offered[-1], len(offered)) == ("20:00+01:00", "03:30+01:00", 16)


def test_the_night_of_a_holiday_is_off_and_the_night_before_it_is_not():
    found = invented("Europe/Berlin", "Mo-Su 20:00-04:00; PH off")

    assert starts(found, "2027-05-01", now=BEFORE) == [
        f"0{hour}:{minute}+02:00" for hour in range(4) for minute in ("00", "30")
    ]
    assert starts(found, "2027-05-02", now=BEFORE)[0] == "20:00+02:00"
