"""Each fault of a webhook's receiver or a text gateway leaves what the table says, on all four sides."""

from dataclasses import replace

import pytest

from notifications import draining, kinds, sms
from notifications.models import WebhookEndpoint
from notifications.webhooks import announcing
from tests import misbehaving_http as other_side
from tests.factories import DeliveryFactory
from tests.faults.calls import TEXTS, WEBHOOKS
from tests.faults.sides import Sides
from tests.webhooks.conftest import announced, leave

pytestmark = pytest.mark.django_db
LIMIT_SECONDS = 0.5


@pytest.fixture
def receiver(settings, limits):
    limits(outside_call_seconds=LIMIT_SECONDS)
    settings.WEBHOOK_ALLOW_PRIVATE = True
    announcing.forget_listeners()
    with other_side.receiver() as receiver:
        yield receiver
    announcing.forget_listeners()


@pytest.mark.parametrize("fault", WEBHOOKS, ids=str)
def test_each_fault_of_a_receiver(fault, receiver):
    WebhookEndpoint.objects.create(url=receiver.url, description="CRM", event_types=["booking.accepted"])
    receiver.always = fault.does or other_side.late(1.5 * LIMIT_SECONDS, other_side.answer(204))
    delivery = announced(accepted=True)
    leave()

    Sides(delivery, [str(request.body) for request in receiver.received], fault.kept).show(fault.then)


@pytest.mark.parametrize("fault", TEXTS, ids=str)
def test_each_fault_of_a_gateway(fault, receiver, settings, monkeypatch):
    settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_SENDER = receiver.url, "t0ken", "Atelier"
    spoken = replace(kinds.find("confirmation"), short=lambda _delivery: "Tomorrow, 09:30: haircut.")
    monkeypatch.setitem(kinds.kinds(), "confirmation", spoken)
    receiver.always = fault.does
    delivery = DeliveryFactory(channel=sms.SMS, recipient="+49 170 1234567")
    draining.drain(sms.SMS, sms.BY_SMS)

    Sides(delivery, [str(request.body) for request in receiver.received], fault.kept).show(fault.then)
