"""Proves that a receiver can be sent everything again, from any point, with the ids it knows."""

import uuid
from dataclasses import replace as replaced
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from notifications.models import Delivery
from notifications.webhooks import announcing, replay, switching
from tests import misbehaving_http as other_side
from tests.factories import STAFF, BookingFactory
from tests.webhooks.conftest import again, announced, leave, verified

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)


def test_a_replay_sends_the_same_ids_marked_as_such(server, endpoint):
    announced()
    leave()
    count = replay.replay(endpoint, timezone.now() - AN_HOUR, STAFF)
    leave()
    first, second = server.received
    payloads = verified(server, endpoint)

    assert count == 1
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert ["is_replay" in payload for payload in payloads] == [False, True]
    connection.check_constraints()


def test_a_replay_of_a_replay_still_carries_the_first_id(server, endpoint):
    announced()
    leave()
    for _ in range(2):
        replay.replay(endpoint, timezone.now() - AN_HOUR, replaced(STAFF, id=uuid.uuid4()))
        leave()

    assert len({request.headers["webhook-id"] for request in server.received}) == 1
    assert len(server.received) == 3


def test_the_same_replay_may_be_repeated_when_it_broke_off(endpoint):
    announced()
    leave()
    since = timezone.now() - AN_HOUR

    assert [replay.replay(endpoint, since, STAFF) for _ in range(2)] == [1, 0]


def test_a_replay_begins_at_its_point(server, endpoint):
    with time_machine.travel(timezone.now() - 2 * AN_HOUR):
        endpoint.told_from = endpoint.told_until = timezone.now()
        endpoint.save()
        announced()
        leave()
    later = announced()
    leave()
    server.received.clear()

    assert replay.replay(endpoint, timezone.now() - AN_HOUR, STAFF) == 1
    leave()
    assert [payload["data"]["booking"]["reference"] for payload in verified(server, endpoint)] == [
        later.reference
    ]


def test_a_replay_tells_what_was_never_told_because_it_happened_before(server, endpoint):
    with time_machine.travel(timezone.now() - 2 * AN_HOUR):
        BookingFactory(accepted=True)
    announcing.announce_all()
    assert not Delivery.objects.exists()

    assert replay.replay(endpoint, timezone.now() - 3 * AN_HOUR, STAFF) == 2
    leave()
    assert len(verified(server, endpoint)) == 2


def test_a_replay_tries_again_what_was_given_up_and_leaves_alone_what_waits(server, endpoint):
    server.behaviours = [other_side.answer(422), other_side.answer(500)]
    dead, waiting = announced(), announced()
    leave()

    assert replay.replay(endpoint, timezone.now() - AN_HOUR, STAFF) == 1
    leave()
    assert (again(dead).status, again(waiting).status) == ("done", "pending")
    assert Delivery.objects.count() == 2


def test_a_disabled_endpoint_is_not_replayed(endpoint):
    switching.disable(endpoint, "Moving.")
    with pytest.raises(replay.EndpointDisabled):
        replay.replay(endpoint, timezone.now() - AN_HOUR, STAFF)


def test_a_test_event_goes_to_its_endpoint_whatever_it_wants_to_hear(server, endpoint):
    endpoint.event_types = ["enquiry.closed"]
    endpoint.save()
    delivery = replay.send_test(endpoint, STAFF)
    leave()
    (payload,) = verified(server, endpoint)

    assert (payload["type"], payload["data"]) == ("webhook.test", {"is_test": True})
    assert again(delivery).status == "done"
