"""Each fault of a webhook's receiver or a text gateway leaves what the table says, on all four sides."""

from dataclasses import replace

import pytest

from config.identity import free_port
from notifications import draining, kinds, sms
from notifications.models import WebhookEndpoint
from notifications.webhooks import announcing
from tests import misbehaving_http as other_side
from tests.factories import DeliveryFactory
from tests.faults.calls import TEXTS, UNREACHED, WEBHOOKS
from tests.faults.sides import Sides
from tests.webhooks.conftest import announced, leave

pytestmark = pytest.mark.django_db
LIMIT_SECONDS = 1.0  # where the other side lets us wait for it; elsewhere the usual limit
WAITED_FOR = ("answers 204 too late", "answers without end", "says no word")


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    announcing.forget_listeners()
    with other_side.receiver() as receiver:
        yield receiver
    announcing.forget_listeners()


@pytest.fixture
def patience(fault, limits):
    """Little where the fault is that the other side uses it up."""
    if fault.what in WAITED_FOR:
        limits(outside_call_seconds=LIMIT_SECONDS)


def announce_to(url, receiver, fault):
    """One event to an endpoint, and its four sides."""
    WebhookEndpoint.objects.create(url=url, description="CRM", event_types=["booking.accepted"])
    delivery = announced(accepted=True)
    leave()

    Sides(delivery, [str(request.body) for request in receiver.received], fault.kept).show(fault.then)


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("fault", WEBHOOKS, ids=str)
def test_each_fault_of_a_receiver(fault, receiver):
    receiver.always = fault.does or other_side.late(1.5 * LIMIT_SECONDS, other_side.answer(204))
    announce_to(receiver.url, receiver, fault)


def test_unknown_host(receiver):
    announce_to("http://nowhere.invalid/", receiver, UNREACHED["unknown_host"])


def test_private_address(receiver, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    announce_to(receiver.url, receiver, UNREACHED["private_address"])
    assert receiver.connections == 0


def test_port_closed(receiver):
    announce_to(f"http://127.0.0.1:{free_port()}/", receiver, UNREACHED["port_closed"])


def test_certificate_of_nobody(receiver, tls):
    with other_side.receiver(tls=tls) as secure:
        address = secure.url.replace("http:", "https:")
        announce_to(address, secure, UNREACHED["certificate_of_nobody"])


def test_each_fault_before_a_request_has_its_test():
    assert {f"test_{code}" for code in UNREACHED} <= set(globals())


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("fault", TEXTS, ids=str)
def test_each_fault_of_a_gateway(fault, receiver, settings, monkeypatch):
    settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_SENDER = receiver.url, "t0ken", "Atelier"
    spoken = replace(kinds.find("confirmation"), short=lambda _delivery: "Tomorrow, 09:30: haircut.")
    monkeypatch.setitem(kinds.kinds(), "confirmation", spoken)
    receiver.always = fault.does
    delivery = DeliveryFactory(channel=sms.SMS, recipient="+49 170 1234567")
    draining.drain(sms.SMS, sms.BY_SMS)

    Sides(delivery, [str(request.body) for request in receiver.received], fault.kept).show(fault.then)
