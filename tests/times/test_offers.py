"""What is offered: what the rules allow, less what is taken; and why a time is not."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from bookings import eligibility, times
from bookings.eligibility import NotOffered
from bookings.models import Absence, Closure, Requirement
from tests.factories import BookingFactory, ResourceFactory, ServiceFactory, SessionFactory, advance

pytestmark = pytest.mark.django_db

MONDAY = date(2027, 1, 4)
NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def new_year():
    with time_machine.travel(NOW, tick=False):
        yield


def at(clock: str, day: date = MONDAY) -> datetime:
    """A UTC time of Monday; the places of this file are in UTC."""
    return datetime.fromisoformat(f"{day}T{clock}+00:00")


def a_service(**fields):
    """Half an hour, every half hour from 09:00 to 12:00, by nobody yet."""
    defaults = {
        "location__time_zone": "UTC",
        "location__opening_hours": "Mo-Fr 09:00-12:00",
        "location__slot_step_minutes": 30,
        "location__minimum_notice_minutes": 60,
        "location__horizon_days": 30,
    }
    return ServiceFactory(**{**defaults, **fields})


@pytest.fixture
def service():
    return a_service()


@pytest.fixture
def anna(service):
    return ResourceFactory(location=service.location, name="Anna", position=0)


@pytest.fixture
def ben(service):
    return ResourceFactory(location=service.location, name="Ben", position=1)


def offered(service, day=MONDAY, **kwargs) -> dict[str, tuple[str, ...]]:
    """Who can be chosen, by start."""
    return {
        f"{offer.start:%H:%M}": tuple(each.name for each in offer.resources)
        for offer in times.offers(service, day, day, **kwargs)
    }


def places(service, **kwargs) -> dict[str, int]:
    return {
        f"{offer.start:%H:%M}": offer.places_left for offer in times.offers(service, MONDAY, MONDAY, **kwargs)
    }


ALL = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]


def test_a_free_morning(service, anna):
    assert list(offered(service)) == ALL


def test_a_booking_takes_its_time_from_whoever_serves_it(service, anna, ben):
    BookingFactory(service=service, resource=anna, starts_at=at("10:00"))

    assert offered(service)["09:30"] == ("Anna", "Ben")
    assert offered(service)["10:00"] == ("Ben",)
    assert list(offered(service, resource=anna)) == ["09:00", "09:30", "10:30", "11:00", "11:30"]


def test_a_cancelled_booking_gives_its_time_back(service, anna):
    booking = BookingFactory(service=service, resource=anna, starts_at=at("10:00"), accepted=True)
    assert "10:00" not in offered(service)

    advance(booking, "cancel", by="customer")

    assert list(offered(service)) == ALL


def test_a_booking_of_another_service_takes_the_time_too(service, anna):
    other = a_service(location=service.location, minutes=60)
    BookingFactory(service=other, resource=anna, starts_at=at("10:00"))

    assert list(offered(service)) == ["09:00", "09:30", "11:00", "11:30"]


def test_own_buffers_need_room_and_may_run_past_closing(anna):
    service = a_service(location=anna.location, buffer_before_minutes=15, buffer_after_minutes=30)
    BookingFactory(service=a_service(location=anna.location), resource=anna, starts_at=at("10:30"))

    assert list(offered(service)) == ["09:00", "09:30", "11:30"]


def test_the_buffer_of_a_booking_blocks_others(service, anna):
    colour = a_service(location=service.location, buffer_after_minutes=45)
    BookingFactory(service=colour, resource=anna, starts_at=at("09:00"))

    assert list(offered(service)) == ["10:30", "11:00", "11:30"]


@pytest.mark.parametrize("model", [Closure, Absence])
def test_closures_and_absences_remove_what_overlaps_them(model, service, anna):
    whose = {"location": service.location} if model is Closure else {"resource": anna}
    model.objects.create(starts_at=at("09:59"), ends_at=at("10:30"), **whose)

    assert list(offered(service)) == ["09:00", "10:30", "11:00", "11:30"]


def test_an_absence_concerns_one_person_only(service, anna, ben):
    Absence.objects.create(resource=anna, starts_at=at("00:00"), ends_at=at("23:59"))

    assert set(offered(service).values()) == {("Ben",)}


def test_overlapping_openings_each_anchor_their_starts():
    service = a_service(location__opening_hours="Mo 09:00-10:00,09:45-11:00", minutes=15)
    ResourceFactory(location=service.location)

    assert list(offered(service)) == ["09:00", "09:30", "09:45", "10:15", "10:45"]


def test_a_duration_may_run_from_one_opening_into_one_that_touches_it():
    service = a_service(location__opening_hours="Mo 09:00-10:10,10:10-11:00", minutes=40)
    ResourceFactory(location=service.location)

    assert list(offered(service)) == ["09:00", "09:30", "10:00", "10:10"]


def test_people_and_rooms_are_both_needed(service, anna):
    room = ResourceFactory(location=service.location, room=True)
    Requirement.objects.create(service=service, kind="person")
    Requirement.objects.create(service=service, kind="room")
    elsewhere = a_service(location=service.location, minutes=60)
    SessionFactory(service=elsewhere, starts_at=at("09:00"), resources=[room], is_live=True)
    room.allocations.update(is_live=True)

    assert list(offered(service)) == ["10:00", "10:30", "11:00", "11:30"]
    assert offered(service)["10:00"] == ("Anna",)


def test_only_named_people_serve_where_people_are_named(service, anna, ben):
    Requirement.objects.create(service=service, kind="person").resources.add(ben)

    assert set(offered(service).values()) == {("Ben",)}
    assert offered(service, resource=anna) == {}


def test_rooms_serve_where_nothing_is_said_and_there_are_no_people(service):
    ResourceFactory(location=service.location, room=True, name="Court")

    assert offered(service)["09:00"] == ("Court",)


def test_who_has_left_is_not_offered(service, anna, ben):
    anna.is_active = False
    anna.save()

    assert set(offered(service).values()) == {("Ben",)}


def test_a_group_counts_down_and_keeps_its_teacher():
    service = a_service(capacity=3)
    anna = ResourceFactory(location=service.location, name="Anna")
    session = SessionFactory(service=service, starts_at=at("10:00"), resources=[anna])
    BookingFactory.create_batch(2, session=session, resource=anna)

    assert places(service) == {**dict.fromkeys(ALL, 3), "10:00": 1}
    assert offered(service)["10:00"] == ("Anna",)


def test_a_full_group_is_offered_no_more_and_a_cancelled_place_again():
    service = a_service(capacity=2)
    anna = ResourceFactory(location=service.location)
    session = SessionFactory(service=service, starts_at=at("10:00"), resources=[anna])
    first, _second = [
        BookingFactory(session=session, resource=anna, place=place, accepted=True) for place in (1, 2)
    ]
    assert "10:00" not in places(service)

    advance(first, "cancel", by="customer")

    assert places(service)["10:00"] == 1


def test_places_left_are_those_of_the_group_and_of_whoever_is_free_besides():
    service = a_service(capacity=3)
    anna, ben = ResourceFactory.create_batch(2, location=service.location)
    session = SessionFactory(service=service, starts_at=at("10:00"), resources=[anna])
    BookingFactory(session=session, resource=anna)

    assert places(service)["10:00"] == 2 + 3
    assert places(service, resource=anna)["10:00"] == 2
    assert places(service, resource=ben)["10:00"] == 3


def test_a_group_whose_teacher_falls_ill_is_not_joined():
    service = a_service(capacity=3)
    anna = ResourceFactory(location=service.location)
    session = SessionFactory(service=service, starts_at=at("10:00"), resources=[anna])
    BookingFactory(session=session, resource=anna)
    Absence.objects.create(resource=anna, starts_at=at("10:00"), ends_at=at("11:00"))

    assert "10:00" not in places(service)


def test_notice_and_horizon_limit_what_is_offered(service, anna):
    now = at("09:31")

    assert list(offered(service, now=now)) == ["11:00", "11:30"]
    assert list(offered(service, MONDAY + timedelta(days=29), now=now)) == ALL
    assert offered(service, MONDAY + timedelta(days=31), now=now) == {}


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [(date.min, date.max, 6 * 20), (date.max, date.min, 0), (date.max, date.max, 0)],
)
def test_senseless_dates_do_no_harm(service, anna, first, last, count):
    assert len(times.offers(service, first, last)) == count


def test_the_next_date_with_a_free_time(service, anna):
    assert times.next_offer_date(service, date(2027, 1, 1)) == MONDAY
    assert times.next_offer_date(service, date(2027, 1, 8)) == date(2027, 1, 11)
    assert times.next_offer_date(service, date.min) == date(2027, 1, 4)
    assert times.next_offer_date(service, date.max) is None

    Closure.objects.create(
        location=service.location, starts_at=at("00:00"), ends_at=at("00:00", date(2027, 1, 27))
    )
    assert times.next_offer_date(service, date(2027, 1, 1)) == date(2027, 1, 27)


def test_the_nearest_times_come_in_order_and_from_both_sides(service, anna):
    BookingFactory(service=service, resource=anna, starts_at=at("10:00"))

    nearest = times.nearest(service, at("10:00"), count=4)

    assert [offer.start for offer in nearest] == [at("09:00"), at("09:30"), at("10:30"), at("11:00")]


@pytest.mark.parametrize(
    ("start", "first"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), at("09:00")),
        (datetime.max.replace(tzinfo=UTC), at("09:00", date(2027, 1, 29))),
        (at("09:00", date(2027, 1, 16)), at("09:00", date(2027, 1, 15))),
    ],
)
def test_the_nearest_times_of_any_time(service, anna, start, first):
    nearest = times.nearest(service, start)

    assert (nearest[0].start, len(nearest)) == (first, 6)


def test_nothing_is_near_where_nothing_is_offered(service):
    assert times.nearest(service, at("10:00")) == []


def refusal(service, start: datetime) -> str:
    with pytest.raises(NotOffered) as refused:
        eligibility.candidates(service, start)
    assert refused.value.message
    return refused.value.code


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "past"),
        (NOW - timedelta(seconds=1), "past"),
        (NOW + timedelta(minutes=59), "notice"),
        (at("09:00", date(2027, 2, 1)), "horizon"),
        (datetime.max.replace(tzinfo=UTC), "horizon"),
        (at("08:30"), "closed"),
        (at("12:00"), "closed"),
        (at("09:00", date(2027, 1, 9)), "closed"),
        (at("09:15"), "off_step"),
        (at("09:00") + timedelta(microseconds=1), "off_step"),
    ],
)
def test_why_a_time_is_not_offered(service, anna, start, code):
    assert refusal(service, start) == code


def test_what_would_not_end_before_closing_is_too_long(anna):
    assert refusal(a_service(location=anna.location, minutes=45), at("11:30")) == "too_long"


def test_a_closed_day_is_closed(service, anna):
    Closure.objects.create(location=service.location, starts_at=at("00:00"), ends_at=at("23:00"))

    assert refusal(service, at("10:00")) == "closed"


def test_nobody_there(service, anna):
    Absence.objects.create(resource=anna, starts_at=at("10:00"), ends_at=at("10:01"))

    assert refusal(service, at("10:00")) == "nobody"


def test_what_is_not_active_is_not_offered(service, anna):
    service.is_active = False

    assert refusal(service, at("10:00")) == "inactive"
    assert offered(service) == {}


def test_candidates_are_those_whose_rules_allow_it_free_or_not(service, anna, ben):
    BookingFactory(service=service, resource=anna, starts_at=at("10:00"))
    ben.hours = "Mo 09:00-10:15"
    ben.save()

    assert eligibility.candidates(service, at("09:30")).by_kind == {"person": (anna, ben)}
    assert eligibility.candidates(service, at("10:00")).by_kind == {"person": (anna,)}
