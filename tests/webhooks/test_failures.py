"""Proves what the record says, and who must act, for each way in which a receiver fails."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from config.identity import free_port
from notifications import channels
from notifications.models import Delivery, WebhookEndpoint
from operations import engine, recovery, repair
from operations.attempts import Attempt
from tests import misbehaving_http as other_side
from tests.factories import SCHEDULE
from tests.webhooks.conftest import again, announced, leave

pytestmark = pytest.mark.django_db


def test_nobody_listening_means_that_nothing_was_handed_over(endpoint):
    WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{free_port()}/")
    delivery = announced()
    leave()

    assert again(delivery).failure_class == "transient"
    assert "could not be reached" in again(delivery).failure_text
    assert Attempt.objects.of(delivery).get().handover_at is None


def test_a_private_address_is_refused_and_says_what_to_do(server, endpoint, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    delivery = announced()
    leave()

    assert (again(delivery).failure_class, again(delivery).status) == ("configuration", "held")
    assert "HOLDFAST_WEBHOOK_ALLOW_PRIVATE" in again(delivery).failure_text
    assert server.connections == 0


def test_the_receivers_wish_to_wait_is_respected(server, endpoint):
    server.always = other_side.answer(429, {"Retry-After": "1000"})
    delivery = announced()
    leave()
    wait = (again(delivery).next_at - timezone.now()).total_seconds()

    assert 1000 - 5 < wait <= 2000
    assert again(delivery).attempts == 0
    assert channels.find(endpoint.channel).is_slow


def test_a_huge_answer_is_an_answer(server, endpoint):
    server.always = other_side.huge(200)
    delivery = announced()
    leave()

    assert again(delivery).status == "done"


def test_what_the_receiver_says_is_kept_short_and_harmless(server, endpoint):
    server.always = other_side.answer(422, body=b"\x00\x1b[31m<script>alert(1)</script>\r\n" + b"x" * 9000)
    delivery = announced()
    leave()

    assert "script" in again(delivery).failure_text
    assert not {"\x00", "\x1b", "<", ">"} & set(again(delivery).failure_text)
    assert len(again(delivery).failure_text) < 500


def test_a_worker_that_vanished_while_sending_leaves_no_doubt(server, endpoint):
    """Receivers know a repeat by its id, so nobody has to find out."""
    delivery = announced()
    (claimed,) = engine.claim(Delivery, endpoint.channel, 1)
    engine.mark_handover(claimed)
    condition = recovery.conditions()["notifications.interrupted"]
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        repair.apply(condition, condition.remedy("reclaim"), [delivery.pk], SCHEDULE)
        assert again(delivery).status == "pending"
        leave()

    assert (again(delivery).status, again(delivery).attempts) == ("done", 1)


def test_no_address_of_an_endpoint_is_logged(server, endpoint, caplog):
    WebhookEndpoint.objects.update(url=f"{server.url}?token=s3cret")
    server.always = other_side.answer(403)
    announced(email="ada@example.com")
    leave()

    assert caplog.records
    assert "s3cret" not in caplog.text
    assert "ada@example.com" not in caplog.text
