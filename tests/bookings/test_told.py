"""Every state of a message is explained to the customer, without claiming more than is known."""

import pytest

from bookings import told
from operations.effects import EffectStatus
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db

SAID = {
    "pending": "It leaves in a moment.",
    "working": "Being sent right now.",
    "done": "Accepted by the mail server at",
    "confirmed": "It reached you.",
    "bounced": "It came back to us.",
    "unknown": "We could not confirm that it reached you.",
    "dead": "It was refused for good.",
    "held": "It waits on our side",
    "cancelled": "It was not sent: a newer message",
    "expired": "It was not sent: it would have come too late",
    "settled": "We reached you in another way.",
}


def test_every_state_is_covered():
    assert SAID.keys() == set(EffectStatus.values)


@pytest.mark.parametrize("status", SAID)
def test_each_state_has_its_sentence(status):
    delivery = DeliveryFactory(**({} if status == "pending" else {status: True}))

    assert told.explain(delivery, delivery.message.booking.location).startswith(SAID[status])


def test_a_message_that_is_tried_again_says_when():
    delivery = DeliveryFactory(failure_class="transient")

    assert "Trying again at" in told.explain(delivery, delivery.message.booking.location)


def test_a_copy_says_that_it_is_one():
    delivery = DeliveryFactory(may_be_duplicate=True)

    assert "you may already have the first one" in told.explain(delivery, delivery.message.booking.location)
