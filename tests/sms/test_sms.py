"""Proves what a gateway gets, and what the record says for each way in which it fails."""

import json
from dataclasses import replace

import pytest

from config.identity import free_port
from notifications import draining, kinds, sms
from notifications.kinds import Content, Kind
from notifications.models import Delivery
from operations.errors import PermanentError
from tests import misbehaving_http as other_side
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db
TEXT = "Tomorrow, 09:30: haircut at Atelier Süd."


@pytest.fixture
def gateway(settings):
    with other_side.receiver(other_side.answer(201, body=b'{"id": "sm-17"}')) as server:
        settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_SENDER = server.url, "t0ken", "Atelier"
        settings.HOLDFAST = replace(settings.HOLDFAST, outside_call_seconds=1)
        yield server


@pytest.fixture
def short(monkeypatch):
    """What the text message says."""
    said = [TEXT]
    letter = Content(subject="", text="")
    kind = Kind(code="whisper", title="Whisper", compose=lambda _: letter, short=lambda _: said[0])
    monkeypatch.setitem(kinds.kinds(), "whisper", kind)
    return said


def sent(**fields: object) -> Delivery:
    """A text message after one try."""
    defaults = {"kind": "whisper", "channel": sms.SMS, "recipient": "+49 170 1234567"}
    delivery = DeliveryFactory(**(defaults | fields))
    draining.drain(sms.SMS, sms.BY_SMS)
    return Delivery.objects.get(pk=delivery.pk)


@pytest.mark.usefixtures("short")
def test_a_gateway_gets_number_text_and_a_key(gateway):
    delivery = sent()
    (request,) = gateway.received

    assert (delivery.status, delivery.external_id) == ("done", "sm-17")
    assert json.loads(request.body) == {
        "to": "+491701234567",
        "from": "Atelier",
        "text": TEXT,
        "reference": str(delivery.uid),
    }
    assert request.headers["authorization"] == "Bearer t0ken"
    assert request.headers["idempotency-key"] == str(delivery.uid)


@pytest.mark.usefixtures("short")
def test_a_gateway_that_is_away_is_tried_again(gateway, settings):
    settings.SMS_URL = f"http://127.0.0.1:{free_port()}/"

    assert sent().failure_class == "transient"


@pytest.mark.usefixtures("short")
def test_without_a_gateway_messages_are_held(settings):
    settings.SMS_URL = ""
    delivery = sent()

    assert (delivery.status, delivery.failure_class) == ("held", "configuration")
    assert "HOLDFAST_SMS_URL" in delivery.failure_text


def test_what_is_too_long_is_not_sent(gateway, short):
    short[0] = "x" * 1000
    delivery = sent()

    assert (delivery.status, delivery.failure_class) == ("dead", "permanent")
    assert not gateway.received


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+49 170 123-4567", "+491701234567"),
        ("0049 (170) 123.4567", "+491701234567"),
        (" +1/202/555/0100 ", "+12025550100"),
    ],
)
def test_numbers_are_written_as_the_network_knows_them(typed, number):
    assert sms.number(typed) == number


@pytest.mark.parametrize(
    "typed", ["0170 1234567", "+", "call me", "+49 170 12345678901234", "+0 12345678", ""]
)
def test_a_number_without_country_is_for_staff_to_correct(typed):
    with pytest.raises(PermanentError):
        sms.number(typed)
