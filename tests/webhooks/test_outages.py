"""Proves that a receiver that is away for days loses nothing, and that one that is gone is left alone."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications import channels
from notifications.models import Channel, Delivery, WebhookEndpoint
from notifications.webhooks import announcing, switching
from operations import recovery
from tests import misbehaving_http as other_side
from tests.factories import BookingFactory
from tests.webhooks.conftest import again, announced, leave, verified

pytestmark = pytest.mark.django_db
STEP = timedelta(hours=2)


def book(count: int) -> None:
    for _ in range(count):
        BookingFactory()
    announcing.announce_all()


def test_four_days_of_500_then_410(server, endpoint):
    server.always = other_side.answer(500)
    book(6)
    with time_machine.travel(timezone.now()) as clock:
        leave()
        for _ in range(4 * 12):
            clock.shift(STEP)
            leave()
        tried = len(server.received)
        statuses = set(Delivery.objects.values_list("status", flat=True))
        assert statuses == {"held"}
        assert max(Delivery.objects.values_list("attempts", flat=True)) <= 8

        server.always = other_side.answer(410)
        clock.shift(STEP)
        leave()

    gone = WebhookEndpoint.objects.get()
    assert tried < 5 * 6 + 4 * 12 + 1  # until the breaker opened, then one probe each time we looked
    assert (gone.is_enabled, gone.is_gone) == (False, True)
    assert "410" in gone.disabled_reason
    assert [held.pk for held in recovery.conditions()["notifications.webhook_gone"].records()] == [gone.pk]
    assert Delivery.objects.filter(status="held").count() == 6


def test_what_was_held_leaves_when_the_endpoint_is_enabled_again(server, endpoint):
    book(2)
    switching.disable(endpoint, "Moving.")
    leave()
    assert {delivery.status for delivery in Delivery.objects.all()} == {"held"}
    assert not server.received

    switching.enable(endpoint)
    leave()
    assert {delivery.status for delivery in Delivery.objects.all()} == {"done"}
    assert len(verified(server, endpoint)) == 2


def test_the_first_success_after_an_outage_lets_the_rest_go(server, endpoint):
    server.always = other_side.answer(503)
    book(6)
    with time_machine.travel(timezone.now()) as clock:
        for _ in range(6):
            leave()
            clock.shift(timedelta(minutes=10))
        assert channels.find(endpoint.channel).is_closed
        server.always = other_side.answer(204)
        server.received.clear()
        leave()

    assert {delivery.status for delivery in Delivery.objects.all()} == {"done"}
    assert len(server.received) == 6
    assert not channels.find(endpoint.channel).is_closed


def test_a_wrong_address_closes_the_channel_instead_of_killing_every_message(server, endpoint):
    server.always = other_side.answer(404)
    book(20)
    leave()

    assert Delivery.objects.filter(status="dead").count() == 5
    assert Delivery.objects.filter(status="held").count() == 15
    assert Channel.objects.get().is_closed


def test_released_by_hand_a_disabled_endpoint_is_still_told_nothing(server, endpoint):
    delivery = announced()
    switching.disable(endpoint, "Moving.")
    channels.release(endpoint.channel, "a test says so")
    leave()

    assert again(delivery).status == "held"
    assert channels.find(endpoint.channel).is_paused
    assert not server.received


def test_what_a_disabled_endpoint_holds_is_explained(endpoint):
    delivery = announced()
    switching.disable(endpoint, "The receiver is being moved.")
    leave()
    condition = recovery.conditions()["notifications.held"]

    assert [held.pk for held in condition.records()] == [delivery.pk]
    assert endpoint.channel in recovery.words(condition.explanation, again(delivery))
    closed = recovery.conditions()["notifications.channel_closed"]
    assert "being moved" in recovery.words(closed.explanation, closed.records().get())
