"""Proves that an event which an endpoint was never told is found."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications import proof
from notifications.models import Delivery, WebhookEndpoint
from notifications.webhooks import announcing
from tests.factories import BookingFactory

pytestmark = pytest.mark.django_db


def test_a_forgotten_event_breaks_the_promise(endpoint):
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        WebhookEndpoint.objects.update(told_from=timezone.now())
        BookingFactory(accepted=True)
        announcing.announce_recent()
    assert not list(proof.untold())

    Delivery.objects.filter(kind="booking.accepted").delete()
    assert [breach.record for breach in proof.untold()] == [f"endpoint {endpoint.pk}"]


def test_what_it_does_not_want_is_not_missed(endpoint):
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        WebhookEndpoint.objects.update(told_from=timezone.now(), location="elsewhere")
        BookingFactory(accepted=True)

    assert not list(proof.untold())
