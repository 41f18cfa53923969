"""Why a record can be traced to what a mail server said; the faults themselves are in tests/faults."""

import pytest

from notifications import work
from notifications.models import Delivery
from operations.attempts import Attempt
from tests.factories import DeliveryFactory
from tests.notifications.checker import check_against

pytestmark = pytest.mark.django_db


def send(server):
    """One message through the real engine; returns its record and checks it against the server's log."""
    delivery = DeliveryFactory()
    work.drain()
    check_against(server)
    return Delivery.objects.get(pk=delivery.pk)


def test_an_accepted_message_bears_the_servers_own_id(server):
    delivery = send(server)

    assert (delivery.external_id, delivery.external_text) == ("7F3A", "250 2.0.0 Ok: queued as 7F3A")
    assert server.received[0].message_id == delivery.message_id
    assert server.received[0].recipient == delivery.recipient


def test_each_attempt_keeps_what_the_server_said(server):
    server.fault("rcpt", "450 4.2.0 greylisted")
    attempt = Attempt.objects.of(send(server)).get()

    assert (attempt.outcome, attempt.external_code) == ("transient", "450")
    assert "greylisted" in attempt.text
    assert attempt.handover_at is None
