"""Proves what a receiver gets, and that it can trust it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from notifications.models import WebhookEndpoint
from notifications.webhooks import announcing
from tests import misbehaving_http as other_side
from tests.factories import BookingFactory, EnquiryFactory, LocationFactory, ServiceFactory
from tests.webhooks.conftest import again, announced, leave, verified

pytestmark = pytest.mark.django_db
ABOUT_THE_CUSTOMER = ("Ada Lovelace", "ada@example.com", "+49 170 1", "a secret")


def test_a_receiver_can_verify_what_it_gets(server, endpoint):
    delivery = announced()
    leave()
    (payload,) = verified(server, endpoint)

    assert again(delivery).status == "done"
    assert payload["type"] == "booking.submitted"
    assert payload["data"]["booking"]["reference"] == delivery.reference
    assert server.received[0].headers["content-type"] == "application/json"


def test_times_are_told_as_promised_and_events_can_be_ordered(server, endpoint):
    berlin = ServiceFactory(location=LocationFactory(time_zone="Europe/Berlin"))
    booking = BookingFactory(accepted=True, service=berlin)
    announcing.announce_all()
    leave()
    told = {payload["data"]["sequence"]: payload for payload in verified(server, endpoint)}

    assert {key: told[key]["type"] for key in told} == {1: "booking.submitted", 2: "booking.accepted"}
    assert told[1]["timestamp"].endswith("Z")
    about = told[1]["data"]["booking"]
    assert (about["status"], about["version"]) == ("accepted", 2)
    assert about["start"] == booking.starts_at.astimezone(booking.location.zone).isoformat()


@pytest.mark.parametrize("may_know", [False, True])
def test_who_the_customer_is_is_told_only_where_allowed_and_their_link_never(server, endpoint, may_know):
    WebhookEndpoint.objects.update(includes_customer=may_know)
    name, email, phone, notes = ABOUT_THE_CUSTOMER
    booking = BookingFactory(name=name, email=email, phone=phone, notes=notes)
    EnquiryFactory(name=name, email=email, phone=phone, text=notes)
    announcing.announce_all()
    leave()

    assert len(server.received) == 2
    for body in (request.body.decode() for request in server.received):
        assert all((word in body) == may_know for word in ABOUT_THE_CUSTOMER)
        assert booking.token not in body


def test_every_attempt_carries_the_same_id_and_a_fresh_signature(server, endpoint):
    server.behaviours = [other_side.answer(503), other_side.reset_after_the_body, other_side.answer(200)]
    delivery = announced()
    with time_machine.travel(timezone.now()) as clock:
        for _ in range(3):
            leave()
            verified(server, endpoint)  # refuses a signature that is older than five minutes
            assert server.received.pop().headers["webhook-id"] == f"msg_{delivery.uid.hex}"
            clock.shift(timedelta(hours=1))

    assert (again(delivery).status, again(delivery).attempts) == ("done", 3)


def test_during_a_rotation_both_secrets_verify(server, endpoint):
    old = endpoint.secret
    endpoint.rotate(overlap=timedelta(days=1))
    announced()
    leave()
    (request,) = server.received

    assert endpoint.secret != old
    for secret in (old, endpoint.secret):
        assert Webhook(secret).verify(request.body, request.headers)


def test_after_a_rotation_only_the_new_secret_signs(server, endpoint):
    old = endpoint.secret
    endpoint.rotate(overlap=timedelta(seconds=-1))
    announced()
    leave()

    assert verified(server, endpoint)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(server.received[0].body, server.received[0].headers)
