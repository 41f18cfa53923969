"""Why staff read their mail: one message for a burst of failures, and it is true when it leaves."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from bookings import attention
from notifications import outbox, work
from notifications.models import Delivery
from operations import recovery
from tests.factories import (
    STAFF,
    BookingFactory,
    DeliveryFactory,
    EnquiryFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    advance,
)
from tests.racing import race

pytestmark = pytest.mark.django_db

MINUTES = timedelta(minutes=1)


@pytest.fixture
def place():
    return LocationFactory(slug="salon_kiez", email="desk@example.com")


def failed(place):
    return BookingFactory(service=ServiceFactory(location=place), failed=True)


def undelivered(place, **kwargs):
    person = ResourceFactory(location=place)
    booking = BookingFactory(service=ServiceFactory(location=place), resource=person, accepted=True)
    return DeliveryFactory(booking=booking, **{"dead": True} | kwargs)


def digests():
    return Delivery.objects.filter(kind="staff_needs_attention").order_by("pk")


def minutes_later(minutes):
    """One turn of the schedule and the worker."""
    with time_machine.travel(timezone.now() + minutes * MINUTES):
        made = attention.tell_places()
        while work.drain():
            pass
    return made


def test_a_burst_of_failures_is_one_mail_and_names_what_came_meanwhile(server, place):
    for _ in range(3):
        failed(place)
    minutes_later(0)
    late = undelivered(place)
    for minutes in (1, 2, 6, 7, 30):
        minutes_later(minutes)

    [mail] = server.received
    assert mail.recipient == "desk@example.com"
    assert mail.mail["Subject"] == f"4 matters at {place.name} need a person"
    assert "/admin/desk/bookings.failed/" in mail.text
    assert late.reference in mail.text
    assert "/b/" not in mail.text


def test_what_comes_later_is_told_after_a_pause_and_what_stays_is_not_told_again(server, place):
    failed(place)
    minutes_later(0)
    minutes_later(6)
    assert minutes_later(70) == 0
    with time_machine.travel(timezone.now() + 10 * MINUTES):
        failed(place)
    assert minutes_later(30) == 0
    assert minutes_later(70) == 1
    minutes_later(76)

    assert len(server.received) == 2


def test_what_was_put_right_meanwhile_is_not_written_about(server, place):
    booking = failed(place)
    minutes_later(0)
    advance(booking, "cancel", STAFF, by="staff")
    minutes_later(6)

    assert server.received == []
    assert digests().get().status == "cancelled"


def test_each_place_hears_of_its_own_matters(server, place):
    other = LocationFactory(email="other@example.com")
    failed(place)
    EnquiryFactory(location=other)
    minutes_later(0)
    minutes_later(6)

    texts = {mail.recipient: mail.text for mail in server.received}
    assert "bookings.failed" in texts["desk@example.com"]
    assert "bookings.enquiry_open" in texts["other@example.com"]
    assert "bookings.enquiry_open" not in texts["desk@example.com"]


@pytest.mark.parametrize("missing", [{"email": ""}, {"is_active": False}])
def test_a_place_that_cannot_be_written_to_is_not(missing):
    failed(LocationFactory(**missing))

    assert attention.tell_places() == 0


def test_what_has_a_mail_of_its_own_or_mends_itself_is_left_out(place):
    BookingFactory(service=ServiceFactory(location=place, by_staff=True), waiting=True)
    BookingFactory(
        service=ServiceFactory(location=place),
        resource=ResourceFactory(location=place),
        waiting_for_payment=True,
    )
    undelivered(place, dead=False, held=True)
    undelivered(place, is_for_staff=True)

    assert attention.tell_places() == 0


def test_an_address_that_refuses_it_gets_no_more_of_them(server, place):
    server.fault("rcpt", "550 no such user")
    failed(place)
    minutes_later(0)
    minutes_later(6)
    failed(place)
    assert minutes_later(300) == 0

    assert digests().get().status == "dead"
    assert digests().get() in recovery.conditions()["notifications.dead"].records()


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_write_one(place):
    failed(place)
    race(2, lambda _index: attention.tell_places())

    assert digests().count() == 1


def test_a_hundred_failures_are_a_few_lines_and_a_few_queries(place, django_assert_max_num_queries):
    service = ServiceFactory(location=place)
    for _ in range(20):
        BookingFactory(service=service, failed=True)
    with transaction.atomic():
        outbox.queue_message(
            kind=attention.KIND, recipient=place.email, dedupe_key="attention:x", location=place.slug
        )
    with django_assert_max_num_queries(40):
        letter = attention.compose(digests().get())

    assert letter.text.count("- Customer") == attention.MOST_NAMED
    assert "(20)" in letter.text
