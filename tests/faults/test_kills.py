"""A worker may be killed at each step of an attempt: what happened is known, or said to be unknown."""

import pytest
import time_machine
from django.utils import timezone

from notifications.models import WebhookEndpoint
from notifications.webhooks import announcing
from operations import sweeps
from tests import misbehaving_http as other_side
from tests.faults import acts
from tests.faults.acts import CLAIM, MARK, RECORD, killed
from tests.killing import kill_at
from tests.webhooks.conftest import announced, leave

pytestmark = pytest.mark.django_db(transaction=True)


def test_killed_before_the_claim(server, show):
    killed(server, show, CLAIM, "before")


def test_killed_after_the_claim(server, show):
    killed(server, show, CLAIM, "after")


def test_killed_after_the_hand_over_mark(server, show):
    killed(server, show, MARK, "after")


def test_killed_after_the_250(server, show):
    killed(server, show, RECORD, "before")


def test_killed_after_the_commit(server, show):
    killed(server, show, RECORD, "after")


def test_killed_while_calling(settings, show):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    announcing.forget_listeners()
    with other_side.receiver() as receiver:
        WebhookEndpoint.objects.create(url=receiver.url, description="CRM", event_types=["booking.accepted"])
        delivery = announced(accepted=True)
        kill_at(leave, RECORD, "before")
        with time_machine.travel(timezone.now() + acts.LEASE):
            ids = [request.headers["webhook-id"] for request in receiver.received]
            show("when its lease has run out", delivery, arrived=ids)
            sweeps.sweep()
            leave()
            ids = [request.headers["webhook-id"] for request in receiver.received]
            show("in the end", delivery, arrived=ids)
    announcing.forget_listeners()
    assert len(set(ids)) == 1


def test_late_answer(server, show):
    acts.late_answer(server, show)
