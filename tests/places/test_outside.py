"""A change of the rules names the bookings it leaves outside, and touches none of them."""

from datetime import timedelta

import pytest
from django.db import transaction

from bookings import outside
from bookings.models import Absence, Closure, LeftOutside, Requirement, Service
from bookings.outside import Unseen, Watch
from tests.factories import (
    BookingFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    advance,
    in_a_week,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def change(location, apply, seen=()):
    with transaction.atomic():
        watch = Watch(location.pk)
        apply()
        return watch.settle(frozenset(seen))


def set_to(record, **fields):
    return lambda: type(record).objects.filter(pk=record.pk).update(**fields)


def absence(booking):
    around = {"starts_at": booking.starts_at - HOUR, "ends_at": booking.ends_at}
    return lambda: Absence.objects.create(resource=booking.resource, **around)


def closure(booking):
    around = {"starts_at": booking.starts_at - HOUR, "ends_at": booking.ends_at}
    return lambda: Closure.objects.create(location=booking.location, **around)


def other_room(booking):
    room = ResourceFactory(location=booking.location, kind=booking.resource.kind)

    def apply():
        needed = Requirement.objects.create(service=booking.service, kind=booking.resource.kind)
        needed.resources.add(room)

    return apply


CHANGES = {
    "lacking": lambda each: lambda: Requirement.objects.create(service=each.service, kind="room"),
    "not_theirs": other_room,
    "service_hours": lambda each: set_to(each.service, hours="Mo-Su 01:00-02:00"),
    "closed": lambda each: set_to(each.location, opening_hours="Mo-Su 01:00-02:00"),
    "not_at_work": lambda each: set_to(each.resource, hours="Mo-Su 01:00-02:00"),
    "break": lambda each: set_to(each.resource, breaks=["00:00-24:00"]),
    "left": lambda each: set_to(each.resource, is_active=False),
    "service_off": lambda each: set_to(each.service, is_active=False),
    "away": absence,
    "closure": closure,
}


@pytest.mark.parametrize("code", CHANGES)
def test_a_change_is_refused_until_its_bookings_were_seen_and_then_leaves_them(code):
    booking = BookingFactory(accepted=True)
    apply = CHANGES[code](booking)
    before = type(booking).objects.filter(pk=booking.pk).values().get()

    with pytest.raises(Unseen) as refusal:
        change(booking.location, apply)
    assert [(hit.booking.pk, hit.obstacle.code) for hit in refusal.value.hits] == [(booking.pk, code)]
    assert not outside.of(booking.location)  # nothing was saved

    change(booking.location, apply, seen=[booking.pk])

    assert list(outside.listed()) == [booking]
    assert outside.why(outside.listed().get()) == str(outside.WORDS[code])
    assert type(booking).objects.filter(pk=booking.pk).values().get() == before


def test_a_change_that_hits_nobody_asks_nothing():
    booking = BookingFactory(accepted=True)

    assert change(booking.location, set_to(booking.location, opening_hours="Mo-Su 00:00-24:00")) == []


def test_what_was_outside_before_is_not_asked_about_again():
    booking = BookingFactory(accepted=True)
    change(booking.location, CHANGES["left"](booking), seen=[booking.pk])

    assert change(booking.location, CHANGES["closed"](booking)) == []


def test_bookings_that_came_since_the_page_was_shown_are_shown_first():
    first, second = (BookingFactory(service=service_at(), accepted=True) for _each in range(2))
    later = BookingFactory(service=first.service, starts_at=in_a_week() + HOUR, accepted=True)

    with pytest.raises(Unseen):
        change(first.location, CHANGES["closed"](first), seen=[first.pk])

    assert later.location_id == first.location_id != second.location_id
    assert not LeftOutside.objects.exists()


def service_at():
    return ServiceFactory(location=LocationFactory())


def test_going_back_to_the_old_hours_takes_bookings_off_the_list():
    booking = BookingFactory(accepted=True)
    change(booking.location, CHANGES["left"](booking), seen=[booking.pk])

    change(booking.location, set_to(booking.resource, is_active=True))

    assert not LeftOutside.objects.exists()


def test_what_is_over_cancelled_or_elsewhere_is_no_hit():
    booking = BookingFactory(cancelled=True)
    BookingFactory(service=booking.service, starts_at=in_a_week() - timedelta(days=9), accepted=True)
    BookingFactory(accepted=True)

    assert change(booking.location, set_to(booking.location, opening_hours="Mo-Su 01:00-02:00")) == []


@pytest.mark.parametrize("code", ["closure", "left", "service_off"])
def test_a_time_held_during_a_change_is_asked_about_by_nobody_and_listed_once_it_is_booked(code):
    held = BookingFactory(draft=True)

    assert change(held.location, CHANGES[code](held)) == []
    assert not outside.listed()
    advance(held, "submit")

    assert list(outside.listed()) == [held]


def test_a_longer_duration_leaves_bookings_as_they_are():
    booking = BookingFactory(accepted=True)

    assert change(booking.location, set_to(booking.service, minutes=600)) == []
    assert Service.objects.get().minutes == 600


def test_where_it_could_move_is_found_by_the_new_rules_and_its_own_time_with_somebody_else():
    booking = BookingFactory(accepted=True)
    lena = ResourceFactory(location=booking.location)

    with pytest.raises(Unseen) as refusal:
        change(booking.location, CHANGES["left"](booking))

    [hit] = refusal.value.hits
    assert (booking.starts_at, lena) in [(way.start, way.resource) for way in hit.ways]
    assert len(hit.ways) == 3


def test_whoever_asked_for_somebody_is_offered_their_times_first():
    booking = BookingFactory(accepted=True, wants_resource=True)
    ResourceFactory(location=booking.location)

    with pytest.raises(Unseen) as refusal:
        change(booking.location, CHANGES["closed"](booking))

    [hit] = refusal.value.hits
    assert {way.resource for way in hit.ways} == {booking.resource}
    assert {way.start.astimezone(booking.location.zone).hour for way in hit.ways} == {1}


def test_whoever_serves_it_stays_where_they_are_free_and_somebody_else_is_named():
    booking = BookingFactory(accepted=True)
    first = ResourceFactory(location=booking.location, position=0)
    booking.resource.position = 1
    booking.resource.save()
    until = booking.starts_at.astimezone(booking.location.zone).replace(hour=2, minute=0)
    Absence.objects.create(resource=booking.resource, starts_at=until - HOUR / 2, ends_at=until)

    with pytest.raises(Unseen) as refusal:
        change(booking.location, CHANGES["closed"](booking))

    [hit] = refusal.value.hits
    by_whom = {way.start: way.resource for way in hit.ways}
    assert by_whom[until - HOUR / 2] == first
    assert by_whom[until - HOUR] == booking.resource


def test_the_price_is_the_same_however_many_are_booked(django_assert_max_num_queries):
    service = service_at()
    for number in range(20):
        person = ResourceFactory(location=service.location)
        BookingFactory(service=service, resource=person, starts_at=in_a_week() + number * HOUR / 2)

    with django_assert_max_num_queries(7):
        outside.of(service.location)
