"""A request that staff must agree to has its full time to be answered, whenever it was asked."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bookings import changes, intake, processing
from bookings.models import Booking
from notifications.models import Delivery
from operations import intents, sweeps
from operations.recovery import conditions
from operations.workflow import Source
from tests.factories import ResourceFactory, ServiceFactory, in_a_week

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def service():
    service = ServiceFactory(by_staff=True, answer_within_hours=24)
    ResourceFactory(location=service.location)
    return service


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def sent(service) -> Booking:
    wish = intake.Submission(
        service=service, start=in_a_week(), resource=None, name="Ada", email="ada@example.com"
    )
    return intake.submit(intents.Request("web:book", uuid.uuid4()), wish, source=Source.WEB).booking


def press(act, booking, **wanted) -> None:
    request = intents.Request(f"web:{act.__name__}", uuid.uuid4())
    act(request, booking.token, version=booking.version, source=Source.WEB, **wanted)


def worked(booking) -> Booking:
    while processing.drain():
        pass
    return Booking.objects.get(pk=booking.pk)


def swept(booking) -> Booking:
    sweeps.sweep()
    return Booking.objects.get(pk=booking.pk)


def test_a_request_sent_again_after_it_ended_has_its_full_time_anew(service, clock):
    request = worked(sent(service))
    clock.shift(25 * HOUR)
    ended = swept(request)
    assert ended.failure_code == "confirmation_expired"

    press(changes.retry, ended)

    again = worked(ended)
    assert again.answer_until - timezone.now() == 24 * HOUR
    assert swept(again).waiting_for == "staff"
    mail = Delivery.objects.filter(is_for_staff=True, status="pending").get()
    assert mail.not_after == again.answer_until


def test_a_request_that_no_worker_saw_for_a_day_is_still_asked(service, clock):
    request = sent(service)
    clock.shift(30 * HOUR)

    asked = worked(request)

    clock.shift(HOUR)
    assert swept(asked).waiting_for == "staff"
    assert asked.answer_until - timezone.now() == 23 * HOUR


def test_half_of_the_time_counts_from_when_it_was_sent_again(service, clock):
    request = worked(sent(service))
    clock.shift(25 * HOUR)
    ended = swept(request)
    press(changes.retry, ended)
    again, waiting = worked(ended), conditions()["bookings.awaiting_staff"]

    clock.shift(11 * HOUR)
    assert not waiting.overdue(waiting.records()).exists()
    clock.shift(2 * HOUR)
    assert waiting.overdue(waiting.records()).get() == again


def test_staff_are_asked_about_the_time_that_a_request_was_moved_to(service):
    request = worked(sent(service))

    press(changes.move, request, start=in_a_week() + HOUR, resource=None)

    mails = Delivery.objects.filter(kind="staff_request_waiting").order_by("pk")
    assert [mail.status for mail in mails] == ["cancelled", "pending"]
    assert mails[1].harm_at == in_a_week() + HOUR
