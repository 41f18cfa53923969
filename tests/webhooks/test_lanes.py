"""Proves that a slow receiver holds up its own messages, and nothing else."""

import threading
import time
from dataclasses import replace

import pytest

from notifications import draining
from notifications.models import Delivery, WebhookEndpoint
from notifications.webhooks import announcing, lanes
from tests import misbehaving_http as other_side
from tests.factories import BookingFactory
from tests.run.installation import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def book() -> None:
    BookingFactory()
    announcing.announce_all()


def swift_has_all(endpoint: WebhookEndpoint) -> bool:
    lanes.drain()
    return not Delivery.objects.filter(channel=endpoint.channel).exclude(status="done").exists()


def come_to_rest() -> None:
    until = time.monotonic() + 20
    while lanes.busy() or lanes.due_since():
        assert time.monotonic() < until, "the lanes did not come to rest"
        lanes.drain()
        time.sleep(0.02)


def test_a_slow_receiver_holds_up_nobody(server, endpoint):
    may_answer = threading.Event()
    with other_side.receiver(other_side.held(may_answer, other_side.answer(204))) as slow:
        WebhookEndpoint.objects.create(url=slow.url)
        book()
        started = time.monotonic()
        lanes.drain()  # the slow one is not waited for
        took = time.monotonic() - started
        book()
        eventually(lambda: swift_has_all(endpoint))  # and has no second lane

        assert (len(server.received), len(slow.received)) == (2, 1)
        assert took < 2.5
        may_answer.set()
        come_to_rest()

    assert {delivery.status for delivery in Delivery.objects.all()} == {"done"}


def test_with_all_lanes_taken_the_next_endpoint_gets_one_when_it_is_free(server, endpoint, settings):
    settings.HOLDFAST = replace(settings.HOLDFAST, webhook_lanes_count=1)
    WebhookEndpoint.objects.create(url=server.url)
    book()
    come_to_rest()

    assert len(server.received) == 2


def test_a_lane_that_breaks_off_takes_nobody_along(server, endpoint, monkeypatch, caplog):
    monkeypatch.setattr(draining, "drain", lambda *_: 1 / 0)
    book()
    lanes.drain()

    eventually(lambda: not lanes.busy())
    assert "a lane broke off" in caplog.text
