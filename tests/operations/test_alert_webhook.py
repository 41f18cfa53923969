"""An alert gets to a receiver that misbehaves, or it is tried again; nothing holds up who tells it."""

import json
import time
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from config import addresses
from operations import alert_routes, alerts
from operations.alerts import Alert
from operations.heartbeat import WorkerHeartbeat
from tests.desk.stuck import broken_promise
from tests.misbehaving_http import (
    answer,
    drip,
    drip_body,
    garbage,
    huge,
    receiver,
    reset_after_the_body,
    reset_at_once,
    reset_before_the_body,
    silent,
)
from tests.misbehaving_smtp import MisbehavingSMTP

pytestmark = pytest.mark.django_db(transaction=True)

NOT_TAKEN = {
    "an error": answer(500),
    "a refusal": answer(403),
    "a redirection": answer(302, {"Location": "/elsewhere"}),
    "nothing": silent,
    "headers without end": drip(),
    "another protocol": garbage,
    "a reset at once": reset_at_once,
    "a reset before the body": reset_before_the_body,
    "a reset after the body": reset_after_the_body,
}


@pytest.fixture(autouse=True)
def one_cause(transactional_db):
    """Something to tell, and nobody who misses a worker."""
    WorkerHeartbeat.objects.all().delete()
    broken_promise()


@pytest.mark.parametrize("behaviour", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_is_not_taken_is_told_again_with_the_same_key_until_it_is(behaviour, settings, monkeypatch):
    with receiver() as server:
        server.behaviours = [behaviour]
        settings.ALERT_WEBHOOK_URL = server.url
        with monkeypatch.context() as impatient:
            impatient.setattr(alert_routes, "LIMIT_SECONDS", 1)
            began_at = time.monotonic()
            assert alerts.run() == 0
            assert time.monotonic() - began_at < 5
        assert "webhook" in Alert.objects.get().error

        with time_machine.travel(timezone.now() + timedelta(minutes=3)):
            assert alerts.run() == 1
        assert alerts.run() == 0

        keys = {request.headers["idempotency-key"] for request in server.received}
    alert = Alert.objects.get()
    assert keys == {f"holdfast-alert-{alert.pk}"}
    assert (alert.told_by, alert.error) == (["log", "webhook"], "")


@pytest.mark.parametrize("behaviour", [huge(200, 5), drip_body(200)], ids=["huge", "without end"])
def test_the_body_of_an_answer_is_not_waited_for(behaviour, settings):
    with receiver(behaviour) as server:
        settings.ALERT_WEBHOOK_URL = server.url

        assert alerts.run() == 1


def test_it_says_what_is_wrong_where_to_look_and_what_to_do(settings):
    with receiver() as server:
        settings.ALERT_WEBHOOK_URL = f"{server.url}?channel=desk"
        alerts.run()

    [request] = server.received
    told = json.loads(request.body)
    assert request.target == "/hook?channel=desk"
    assert told["alert"] == "operations.promise_broken"
    assert told["page"].endswith("/admin/desk/operations.promise_broken/")
    assert told["runbook"] == "docs/runbooks/operations.promise_broken.md"
    assert told["runbook_page"].endswith("/admin/desk/runbooks/operations.promise_broken/")


def test_of_two_addresses_each_gets_one_mail(settings):
    with MisbehavingSMTP() as server:
        settings.ALERT_EMAIL = addresses.second_mail(f"smtp://127.0.0.1:{server.port}")
        settings.ALERT_EMAIL_TO = ["night@example.com", "day@example.com"]
        alerts.run()

    assert Alert.objects.get().told_by == ["log", "email", "email 2"]
    assert len(server.received) == 2
