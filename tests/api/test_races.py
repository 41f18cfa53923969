"""Many calls at one moment, each in a transaction of its own: one does it, the others learn the truth."""

import threading
import uuid
from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import transaction

from bookings.models import Booking
from operations import intents
from operations.models import Intent
from operations.workflow import Event
from tests.api.calls import assert_problem, book, post, wish
from tests.factories import BookingFactory, ResourceFactory, ServiceFactory, in_a_week
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    service = ServiceFactory()
    ResourceFactory(location=service.location)
    return service


def test_one_call_sent_fifty_times_at_once_books_once(service):
    key, body = uuid.uuid4(), wish(service, in_a_week())

    answers = race(50, lambda _: post("/bookings", body, key=key))

    assert {answer.status_code for answer in answers} == {201}
    assert len({(answer.content, answer["ETag"], answer["Location"]) for answer in answers}) == 1
    assert Counter(answer.get("Idempotency-Replayed") for answer in answers) == {"true": 49, None: 1}
    assert Booking.objects.count() == 1
    assert Intent.objects.get().repeats == 49


def test_of_fifty_customers_for_one_time_49_are_shown_others(service):
    start = in_a_week()

    answers = race(50, lambda n: post("/bookings", wish(service, start, email=f"customer{n}@example.com")))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 49}
    for answer in answers:
        if answer.status_code == 409:
            alternatives = assert_problem(answer, 409, "time-taken")["alternatives"]
            assert alternatives
            assert start not in [datetime.fromisoformat(time["start"]) for time in alternatives]
    assert Booking.objects.count() == 1


def test_of_ten_who_act_on_one_version_one_does(service):
    booking = BookingFactory(service=service)

    answers = race(10, lambda _: post(f"/bookings/{booking.token}/cancel", seen='"1"'))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 9}
    assert Event.objects.of(booking).filter(transition="cancel").count() == 1


def test_a_booking_that_somebody_else_holds_is_asked_for_again(service, settings):
    settings.HOLDFAST = replace(settings.HOLDFAST, lock_timeout_milliseconds=100)
    booking, held, answered = BookingFactory(service=service), threading.Event(), threading.Event()

    def hold_or_cancel(index):
        if index == 0:
            with transaction.atomic():
                Booking.objects.select_for_update().get(pk=booking.pk)
                held.set()
                assert answered.wait(timeout=20)
            return None
        assert held.wait(timeout=20)
        try:
            return post(f"/bookings/{booking.token}/cancel", seen='"1"')
        finally:
            answered.set()

    answer = race(2, hold_or_cancel)[1]

    assert_problem(answer, 503, "busy")
    assert answer["Retry-After"] == "1"
    assert Booking.objects.get().status == "submitted"


def test_a_call_that_is_still_being_worked_on_is_asked_to_come_back(service, settings):
    settings.HOLDFAST = replace(settings.HOLDFAST, lock_timeout_milliseconds=100)
    key, body = uuid.uuid4(), wish(service, in_a_week())
    claimed, answered = threading.Event(), threading.Event()

    def hold_or_post(index):
        if index == 0:
            with transaction.atomic():
                intents.claim(intents.Request("api:public:POST:/bookings", key), {"never": "committed"})
                claimed.set()
                assert answered.wait(timeout=20)
                transaction.set_rollback(True)
            return None
        assert claimed.wait(timeout=20)
        try:
            return post("/bookings", body, key=key)
        finally:
            answered.set()

    answer = race(2, hold_or_post)[1]

    assert_problem(answer, 409, "in-flight")
    assert answer["Retry-After"] == "1"
    assert book(service, in_a_week()).status_code == 201
