"""A place that wants to know is told by mail what its customers did by themselves."""

import pytest

from bookings import changes, processing
from bookings.letters import compose
from bookings.models import Booking
from notifications.models import Delivery
from operations import intents
from operations.workflow import Source
from tests.calendar.attending import call, soon
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    place = LocationFactory(staff_notices=True, email="front@salon.example", cancel_until_hours=0)
    ResourceFactory(location=place)
    return ServiceFactory(location=place)


def booked(service, **changes):
    booking = BookingFactory(service=service, starts_at=soon(), **changes)
    processing.drain()
    return Booking.objects.get(pk=booking.pk)


def change(verb, booking, **given):
    request = intents.read(intents.issue(), f"web:{verb}")
    act = getattr(changes, verb)
    return act(request, booking.token, version=booking.version, source=Source.WEB, **given).booking


def told() -> list[str]:
    return [each.kind for each in Delivery.objects.filter(is_for_staff=True).order_by("pk")]


def test_a_booking_its_move_and_its_cancellation_are_told(service):
    booking = booked(service, phone="+49 30 5550 199", notes="By the window")
    letter = compose(Delivery.objects.get(kind="staff_booked"))
    moved = change("move", booking, start=soon(60), resource=None)
    change("cancel", moved, reason="Ill")

    assert told() == ["staff_booked", "staff_moved", "staff_cancelled"]
    assert set(Delivery.objects.filter(is_for_staff=True).values_list("recipient", flat=True)) == {
        "front@salon.example"
    }
    for fact in (booking.name, "+49 30 5550 199", "By the window", f"/bookings/{booking.pk}/"):
        assert fact in letter.text
    assert booking.token not in letter.text + letter.html


def test_the_cancellation_says_why(service):
    change("cancel", booked(service), reason="Ill")

    assert "Their reason: Ill" in compose(Delivery.objects.get(kind="staff_cancelled")).text


def test_what_staff_do_themselves_and_places_that_do_not_want_it_are_left_in_peace(service):
    taken = call(service, soon(120))
    processing.drain()
    assert told() == []

    change("cancel", Booking.objects.get(pk=taken.pk), reason="")
    assert told() == ["staff_cancelled"]
    service.location.staff_notices = False
    service.location.save()
    change("cancel", booked(service), reason="")
    assert told() == ["staff_cancelled"]


def test_a_request_that_staff_answer_is_mailed_once(service):
    service.approval = "staff"
    service.save()
    booked(service)

    assert told() == ["staff_request_waiting"]
