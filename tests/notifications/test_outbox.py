"""Why nobody is told twice, and nothing leaves that a newer message has overtaken."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from notifications import outbox, work
from notifications.models import Delivery
from operations import engine
from operations.workflow import WORKER
from tests.factories import STAFF, DeliveryFactory
from tests.racing import race

pytestmark = pytest.mark.django_db

MESSAGE: dict[str, Any] = {
    "kind": "confirmation",
    "recipient": "a@example.com",
    "dedupe_key": "booking:1:confirmation:1",
}


def queue(**kwargs):
    with transaction.atomic():
        return outbox.queue_message(**{**MESSAGE, **kwargs})


def fresh(delivery):
    return Delivery.objects.get(pk=delivery.pk)


def test_one_key_gives_one_message():
    first = queue()

    assert queue(recipient="somebody-else@example.com") == first
    assert Delivery.objects.get().recipient == "a@example.com"


@pytest.mark.django_db(transaction=True)
def test_one_key_gives_one_message_to_many_at_once():
    made = race(8, lambda _index: queue())

    assert {delivery.pk for delivery in made} == {Delivery.objects.get().pk}


def test_nobody_to_write_to_gives_no_message():
    assert queue(recipient="") is None


def test_a_message_outside_a_transaction_is_refused(transactional_db):
    with pytest.raises(transaction.TransactionManagementError):
        outbox.queue_message(**MESSAGE)


def test_a_message_for_later_does_not_leave_now(server):
    queue(send_at=timezone.now() + timedelta(hours=1))
    work.drain()

    assert server.received == []


@pytest.mark.parametrize(
    ("trait", "after"),
    [
        ("", "cancelled"),
        ("held", "cancelled"),
        ("working", "cancelled"),
        ("unknown", "settled"),
        ("dead", "settled"),
        ("bounced", "settled"),
        ("done", "done"),
        ("confirmed", "confirmed"),
        ("expired", "expired"),
    ],
)
def test_what_is_overtaken_is_taken_back_or_closed(trait, after):
    delivery = DeliveryFactory(**({trait: True} if trait else {}))
    outbox.supersede([delivery], STAFF)

    assert fresh(delivery).status == after


def test_what_was_handed_over_cannot_be_taken_back():
    DeliveryFactory()
    [claimed] = engine.claim(Delivery, "email", 1)
    engine.mark_handover(claimed)

    assert outbox.supersede([claimed], STAFF) == 0
    assert fresh(claimed).status == "working"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_had_claimed_an_overtaken_message_does_not_send_it(server):
    delivery = DeliveryFactory()

    def overtake():
        with transaction.atomic():
            outbox.supersede([delivery], STAFF)
        connections.close_all()
        return "354 go ahead"

    server.fault("data", overtake)
    work.drain()

    assert fresh(delivery).status == "cancelled"
    assert server.received == []


@pytest.mark.parametrize("trait", ["done", "confirmed", "settled", "expired", "cancelled"])
def test_once_more_after_the_end_is_a_marked_copy_with_an_id_of_its_own(server, trait):
    delivery = DeliveryFactory(**{trait: True})
    with transaction.atomic():
        copy = outbox.once_more(delivery, STAFF, not_after=timezone.now() + timedelta(days=1))
    work.drain()

    assert (copy.copy_of, copy.may_be_duplicate) == (delivery, True)
    assert server.received[0].message_id == copy.message_id != delivery.message_id
    assert "You may already have this message" in server.received[0].text


def test_once_more_while_it_waits_only_makes_it_leave_sooner(server):
    delivery = DeliveryFactory(next_at=timezone.now() + timedelta(hours=1))
    with transaction.atomic():
        assert outbox.once_more(delivery, STAFF) == delivery
    work.drain()

    assert [mail.message_id for mail in server.received] == [delivery.message_id]
    assert not fresh(delivery).may_be_duplicate


def test_a_copy_of_a_copy_is_another_copy():
    delivery = DeliveryFactory(done=True)
    with transaction.atomic():
        first = outbox.send_copy(delivery, WORKER)
        second = outbox.send_copy(first, WORKER)

    assert first.pk != second.pk
    assert second.copy_of == delivery


def test_a_copy_to_another_person_is_no_duplicate():
    with transaction.atomic():
        copy = outbox.send_copy(DeliveryFactory(dead=True), WORKER, recipient="right@example.com")

    assert not copy.may_be_duplicate


def test_keys_hold_no_address():
    delivery = DeliveryFactory()

    assert delivery.recipient not in outbox.digest(delivery.recipient)
