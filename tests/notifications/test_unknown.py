"""Why an unknown outcome ends well: by evidence, or by one marked copy, or by a person, never by guessing."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bookings.models import Booking
from notifications import evidence, kinds, work
from notifications.models import Delivery
from operations import sweeps
from tests.factories import BookingFactory, DeliveryFactory
from tests.misbehaving_smtp import DROP
from tests.notifications.checker import check_against

pytestmark = pytest.mark.django_db


def unknown(server):
    """A message that the server took without ever saying so."""
    delivery = DeliveryFactory()
    server.fault("dot", DROP, times=1)
    work.drain()
    assert fresh(delivery).status == "unknown"
    return delivery


def fresh(delivery):
    return Delivery.objects.get(pk=delivery.pk)


def later(**kwargs):
    with time_machine.travel(timezone.now() + timedelta(**kwargs)):
        sweeps.sweep()
        work.drain()


def test_without_evidence_one_marked_copy_leaves_after_a_while(server):
    delivery = unknown(server)
    later(minutes=14)
    assert len(server.received) == 1
    later(minutes=16)

    assert (fresh(delivery).status, fresh(delivery).may_be_duplicate) == ("done", True)
    first, second = server.received
    assert first.message_id == second.message_id == delivery.message_id
    assert "You may already have this message" not in first.text
    assert "You may already have this message" in second.text
    check_against(server)


def test_a_second_copy_is_the_last(server):
    delivery = unknown(server)
    server.fault("dot", DROP, times=1)
    later(minutes=16)
    later(minutes=60)
    later(hours=5)

    assert fresh(delivery).status == "unknown"
    assert len(server.received) == 2
    check_against(server)


def test_a_kind_that_must_not_be_doubled_is_left_to_people(server, monkeypatch):
    delivery = unknown(server)
    kind = kinds.find(delivery.kind)
    monkeypatch.setitem(kinds._kinds, delivery.kind, kinds.Kind(**{**vars(kind), "resend_unknown": False}))
    later(minutes=16)

    assert fresh(delivery).status == "unknown"
    assert len(server.received) == 1


def test_a_copy_that_would_come_too_late_does_not_leave(server):
    delivery = unknown(server)
    later(days=8)

    assert fresh(delivery).status == "unknown"
    assert len(server.received) == 1


def test_opening_its_link_settles_the_question(server):
    delivery = unknown(server)

    assert evidence.opened(delivery.uid)
    assert fresh(delivery).status == "confirmed"
    later(minutes=16)
    assert len(server.received) == 1


def test_opening_the_first_copy_takes_the_second_back(server):
    delivery = unknown(server)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        sweeps.sweep()
        assert fresh(delivery).status == "pending"
        evidence.opened(delivery.uid)
        work.drain()

    assert fresh(delivery).status == "cancelled"
    assert fresh(delivery).opened_at
    assert len(server.received) == 1


def test_opening_a_link_says_nothing_of_the_booking_or_other_messages():
    booking = BookingFactory(accepted=True)
    opened, other = DeliveryFactory(done=True, booking=booking), DeliveryFactory(done=True, booking=booking)
    evidence.opened(str(opened.uid))

    assert fresh(opened).status == "confirmed"
    assert fresh(other).status == "done"
    assert Booking.objects.get(pk=booking.pk).version == booking.version


def test_opening_twice_is_news_once():
    delivery = DeliveryFactory(done=True)

    assert [evidence.opened(delivery.uid) for _time in range(3)] == [True, False, False]


@pytest.mark.parametrize("nonsense", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_an_id_that_is_none_of_ours_is_no_error(nonsense):
    assert not evidence.opened(nonsense)
    assert not evidence.bounced(nonsense, "550")


@pytest.mark.parametrize("trait", ["done", "confirmed", "unknown"])
def test_a_message_that_comes_back_is_on_the_desk(trait):
    delivery = DeliveryFactory(**{trait: True})

    assert evidence.bounced(delivery.uid, "550 no such user")
    assert (fresh(delivery).status, fresh(delivery).evidence) == ("bounced", "550 no such user")
    assert not evidence.bounced(delivery.uid, "550 no such user")


@pytest.mark.parametrize("trait", ["", "dead", "held", "cancelled", "settled"])
def test_what_never_left_cannot_come_back(trait):
    delivery = DeliveryFactory(**({trait: True} if trait else {}))

    assert not evidence.bounced(delivery.uid, "550 no such user")
