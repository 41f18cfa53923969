"""While no mail gets through, the booking's page still tells the truth and gives its owner what they need."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from bookings import processing
from bookings.models import Booking
from notifications import channels, work
from notifications.models import Delivery
from operations import intents
from operations.workflow import WORKER
from tests.factories import BookingFactory
from tests.notifications.conftest import server

__all__ = ["server"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(service):
    booking = BookingFactory(service=service)
    with transaction.atomic():
        processing.accept(Booking.objects.get(pk=booking.pk), WORKER)
    return Booking.objects.get(pk=booking.pk)


def refuse(server):
    server.fault("connect", "421 closed for today")
    work.drain()


def close(server):
    channels.pause("email", "a test says so")
    work.drain()


@pytest.fixture(params=[refuse, close], ids=["refused", "held"])
def down(request, server, booking):
    """The mail server refuses us, or the channel is closed; the confirmation has not left."""
    request.param(server)
    assert Delivery.objects.get(kind="confirmation").status in ("pending", "held")
    return server


def test_the_page_says_so(visitor, booking, down):
    page = visitor.open(f"/b/{booking.token}/")

    assert "Your booking is confirmed" in page.text
    assert "accepted by the mail server" not in page.text.lower()
    assert 'data-message="confirmation" data-message-status="done"' not in page.html


def test_the_calendar_file_is_there(client, booking, down):
    response = client.get(f"/b/{booking.token}/calendar.ics")

    assert response.status_code == 200
    assert b"BEGIN:VEVENT" in response.content


def test_asking_again_is_taken_and_makes_no_second_mail(visitor, booking, down):
    page = visitor.send(visitor.open(f"/b/{booking.token}/resend/").form())

    assert page.status == 200
    assert Delivery.objects.filter(kind="confirmation").count() == 1


def test_asking_again_and_again_is_answered_with_when_it_can_be_asked(visitor, booking, down):
    question = f"/b/{booking.token}/resend/"
    with time_machine.travel(timezone.now().replace(second=30), tick=False) as clock:
        form = visitor.open(question).form()
        assert "You can ask for another one from" in visitor.send(form).text
        refused = visitor.send(form, request_id=intents.issue())
        clock.shift(timedelta(minutes=5))
        early = visitor.open(question)
        clock.shift(timedelta(seconds=30))

        assert visitor.open(question).form()
    assert refused.status == 409
    for page in (refused, early):
        assert "You asked for a copy at" in page.text
        assert not page.forms


def test_the_address_can_be_corrected_and_one_mail_leaves_when_mail_works_again(visitor, booking, down):
    form = visitor.open(f"/b/{booking.token}/address/").form()
    assert visitor.send(form, email="right@example.com").status == 200
    down.behave()
    channels.release("email", "a test says so")
    Delivery.objects.filter(status="pending", kind__in=["confirmation", "address_changed"]).update(
        next_at=booking.created_at
    )
    while work.drain():
        pass

    told = [(mail.recipient, mail.mail["Subject"].split(":")[0]) for mail in down.received]
    assert sorted(told) == [(booking.email, "Your address was changed"), ("right@example.com", "Confirmed")]
