"""A batch reads what its messages are about in one go, and never tells what was true long ago."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.letters import compose
from bookings.models import Booking
from notifications import gathering, work
from notifications.models import Delivery
from tests.factories import BookingFactory, DeliveryFactory

pytestmark = pytest.mark.django_db


def renamed_after_it_was_read():
    """What a message says whose customer changed the name when its batch had been read."""
    booking = BookingFactory(accepted=True, name="Ada")
    delivery = DeliveryFactory(booking=booking)
    gathering.gather([delivery])
    Booking.objects.filter(pk=booking.pk).update(name="Grace")
    return compose(delivery).text


def test_a_batch_asks_once_what_its_messages_are_about(server):
    for _ in range(5):
        DeliveryFactory()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        work.drain()

    assert len(server.received) == 5
    assert sum('FROM "bookings_message"' in query["sql"] for query in asked) == 1


def test_what_was_read_a_while_ago_is_read_again(monkeypatch):
    assert "Ada" in renamed_after_it_was_read()
    monkeypatch.setattr(gathering, "FRESH_SECONDS", 0)
    assert "Grace" in renamed_after_it_was_read()


def test_a_batch_that_cannot_be_read_is_read_one_by_one(server, monkeypatch):
    def fails(_deliveries):
        raise ZeroDivisionError

    monkeypatch.setattr("notifications.work.BY_MAIL", work.Route(acts=work.BY_MAIL.acts, prepare=fails))
    DeliveryFactory()
    work.drain()

    assert Delivery.objects.get().status == "done"
