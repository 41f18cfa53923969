"""Booking on behalf of somebody on the telephone: the same intake, other rules, a person behind it."""

from datetime import timedelta

import pytest

from bookings import attending, processing
from bookings.allocation import TimeTaken
from bookings.eligibility import NotOffered, Rules
from bookings.intake import LikelyDuplicate
from bookings.models import Booking
from bookings.resources import Absence
from notifications.models import Delivery
from operations.history import Event
from operations.repair import RecoveryAttempt
from tests.calendar.attending import breaches, call, do, soon, staff
from tests.factories import LocationFactory, ResourceFactory, ServiceFactory, person_of
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    place = LocationFactory(minimum_notice_minutes=3 * 24 * 60)
    ResourceFactory(location=place, name="Lena")
    return ServiceFactory(location=place)


@pytest.fixture
def easy():
    offered = ServiceFactory(location=LocationFactory(minimum_notice_minutes=0))
    person_of(offered.location)
    return offered


def events(booking):
    return list(Event.objects.of(booking))


def test_somebody_with_only_a_telephone_is_booked_and_gets_no_mail(easy):
    booking = call(easy, soon())
    processing.drain()

    booking = Booking.objects.get(pk=booking.pk)
    assert (booking.status, booking.source, booking.email) == ("accepted", "desk", "")
    assert not Delivery.objects.exists()
    assert [event.user_id for event in events(booking)][:1] == [staff().pk]
    assert events(booking)[0].details == {"without_email": True}


def test_the_proof_knows_that_nobody_could_be_told(easy):
    booking = call(easy, soon())
    processing.drain()
    do(Booking.objects.get(pk=booking.pk), attending.MOVING, start=soon(60), resource=None)

    assert breaches() == []


def test_who_left_an_address_is_told_and_the_proof_insists(easy):
    booking = call(easy, soon(), email="anna@example.com")
    processing.drain()
    assert [each.recipient for each in Delivery.objects.filter(kind="confirmation")] == ["anna@example.com"]

    Delivery.objects.filter(kind="confirmation").delete()

    assert f"bookings.booking {booking.pk}" in [breach.record for breach in breaches()]


def test_a_rule_holds_for_staff_too_unless_it_is_set_aside(service):
    with pytest.raises(NotOffered) as refused:
        call(service, soon())

    assert refused.value.code == "notice"
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("minutes", "rule"),
    [(0, "notice"), (14 * 60, "notice"), (6 * 24 * 60 + 14 * 60, "closed"), (100 * 24 * 60, "horizon")],
)
def test_a_rule_set_aside_is_kept_with_its_reason(service, minutes, rule):
    booking = call(service, soon(minutes), rules=Rules.SET_ASIDE, reason="A regular.")

    [event] = events(booking)
    assert (event.reason, event.details["set_aside"]) == ("A regular.", rule)


def test_whoever_works_then_is_chosen_before_somebody_who_is_away(easy):
    absent, present = person_of(easy.location), ResourceFactory(location=easy.location)
    Absence.objects.create(resource=absent, starts_at=soon(-60), ends_at=soon(600))

    assert call(easy, soon(), rules=Rules.SET_ASIDE, reason="why not").resource == present


def test_what_is_taken_is_never_set_aside(easy):
    call(easy, soon())

    with pytest.raises(TimeTaken):
        call(easy, soon(15), rules=Rules.SET_ASIDE, reason="They insist.", phone="1")


def test_of_four_who_take_one_time_at_once_one_has_it(easy):
    staff()

    results = race(
        4,
        lambda index: call(easy, soon(), phone=f"030 {index}", rules=Rules.SET_ASIDE, reason="They insist."),
    )

    assert sorted(type(result).__name__ for result in results) == ["Booking", *["TimeTaken"] * 3]
    assert Booking.objects.count() == 1


def test_the_past_is_never_booked(easy):
    with pytest.raises(NotOffered):
        call(easy, soon() - timedelta(days=3), rules=Rules.SET_ASIDE, reason="yesterday")


def test_staff_have_agreed_to_what_they_wrote_down():
    offered = ServiceFactory(by_staff=True, location=LocationFactory(minimum_notice_minutes=0))
    person_of(offered.location)
    booking = call(offered, soon())

    processing.drain()

    assert Booking.objects.get(pk=booking.pk).status == "accepted"


def test_the_same_telephone_twice_is_a_question(easy):
    call(easy, soon())
    ResourceFactory(location=easy.location)

    with pytest.raises(LikelyDuplicate):
        call(easy, soon())


def test_nobody_is_a_duplicate_for_having_left_nothing(easy):
    ResourceFactory(location=easy.location)

    call(easy, soon(), phone="")
    call(easy, soon(), phone="")

    assert Booking.objects.filter(duplicate_of__isnull=True).count() == 2
    assert not RecoveryAttempt.objects.exists()
