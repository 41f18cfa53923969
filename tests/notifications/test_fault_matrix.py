"""Why a fault at any point of the conversation leaves one honest state: each class at each phase."""

import pytest
from django.db import transaction

from bookings import messages
from notifications import channels, work
from notifications.models import Delivery
from operations.attempts import Attempt
from tests.factories import CUSTOMER, DeliveryFactory, EnquiryFactory
from tests.misbehaving_smtp import DRIP, DROP, HANG
from tests.notifications.checker import check_against

pytestmark = pytest.mark.django_db

BEFORE_THE_MESSAGE = ("connect", "ehlo", "mail", "rcpt", "data")


def send(server, delivery=None):
    """One message through the real engine; returns its record and checks it against the server's log."""
    delivery = delivery or DeliveryFactory()
    work.drain()
    check_against(server)
    return Delivery.objects.get(pk=delivery.pk)


def long_message():
    """More than sockets keep in between, so that the content stops where the server stops reading."""
    enquiry = EnquiryFactory(text="All work and no play makes Jack a dull boy.\n" * 150_000)
    with transaction.atomic():
        return messages.tell_enquirer(enquiry, "enquiry_received", CUSTOMER)


def outcome(delivery):
    return delivery.status, delivery.failure_class, delivery.attempts


def test_a_message_is_accepted(server):
    delivery = send(server)

    assert outcome(delivery) == ("done", "", 1)
    assert (delivery.external_id, delivery.external_text) == ("7F3A", "250 2.0.0 Ok: queued as 7F3A")
    assert server.received[0].message_id == delivery.message_id
    assert server.received[0].recipient == delivery.recipient


@pytest.mark.parametrize("point", BEFORE_THE_MESSAGE)
@pytest.mark.parametrize("answer", [DROP, HANG, DRIP])
def test_a_line_that_breaks_before_the_last_dot_is_tried_again(server, limits, point, answer):
    limits(outside_call_seconds=1)
    server.fault(point, answer)

    assert outcome(send(server)) == ("pending", "transient", 1)
    assert server.received == []


@pytest.mark.parametrize("answer", [DROP, HANG, DRIP])
def test_a_line_that_breaks_inside_a_long_message_is_tried_again(server, limits, answer):
    limits(outside_call_seconds=1)
    server.fault("content", answer)

    assert outcome(send(server, long_message())) == ("pending", "transient", 1)
    assert server.received == []


@pytest.mark.parametrize("answer", [DROP, HANG, DRIP, "??? no number at all"])
def test_a_line_that_breaks_after_the_last_dot_leaves_it_unknown(server, limits, answer):
    limits(outside_call_seconds=1)
    server.fault("dot", answer)
    delivery = send(server)

    assert outcome(delivery) == ("unknown", "unknown", 1)
    assert delivery.handover_at
    assert len(server.received) == 1


@pytest.mark.parametrize("point", ["connect", "ehlo", "mail", "rcpt", "data", "dot"])
def test_not_now_is_tried_again(server, point):
    server.fault(point, "451 4.3.0 local problem")

    assert outcome(send(server)) == ("pending", "transient", 1)


@pytest.mark.parametrize("point", ["connect", "mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize(
    "answer", ["421 too many connections", "450 4.7.28 rate limit", "452 slow down please"]
)
def test_too_fast_gives_the_attempt_back_and_slows_the_channel(server, point, answer):
    server.fault(point, answer)

    assert outcome(send(server)) == ("pending", "throttled", 0)
    assert channels.find("email").is_slow


@pytest.mark.parametrize("answer", ["550 no such user", "551 not local", "553 bad name"])
def test_a_refused_address_is_dead_at_once(server, answer):
    server.fault("rcpt", answer)
    delivery = send(server)

    assert outcome(delivery) == ("dead", "permanent", 1)
    assert "address looks wrong" in delivery.failure_text


def test_a_refused_message_is_dead_at_once(server):
    server.fault("dot", "554 5.7.1 looks like spam")

    assert outcome(send(server)) == ("dead", "permanent", 1)


@pytest.mark.parametrize(
    ("point", "answer"),
    [
        ("connect", "554 no service for you"),
        ("ehlo", "550 who are you"),
        ("mail", "530 5.7.0 authentication required"),
        ("mail", "553 sender not owned by you"),
        ("rcpt", "530 5.7.0 authentication required"),
    ],
)
def test_our_own_mistake_pauses_the_channel_and_holds_the_message(server, point, answer):
    server.fault(point, answer)

    assert outcome(send(server)) == ("held", "configuration", 0)
    assert channels.find("email").is_paused


def test_a_server_that_nobody_runs_is_tried_again(server):
    server.stop()

    assert outcome(send(server)) == ("pending", "transient", 1)


def test_a_server_whose_name_leads_nowhere_is_our_own_mistake(server, settings):
    settings.EMAIL_HOST = "no-such-host.invalid"

    assert outcome(send(server)) == ("held", "configuration", 0)


@pytest.mark.parametrize("answer", [DROP, HANG, "451 what?"])
def test_a_goodbye_that_fails_changes_nothing(server, answer, monkeypatch):
    monkeypatch.setattr("notifications.smtp.QUIT_SECONDS", 0.2)
    server.fault("quit", answer)

    assert outcome(send(server)) == ("done", "", 1)


def test_an_answer_outside_the_protocol_is_a_bug_and_tried_thrice(server, limits):
    limits(backoff_first_seconds=0)
    server.fault("rcpt", "999 eh?")
    delivery = send(server)
    assert outcome(delivery) == ("pending", "bug", 1)
    work.drain()
    work.drain()

    assert outcome(Delivery.objects.get(pk=delivery.pk)) == ("dead", "bug", 3)


def test_each_attempt_keeps_what_the_server_said(server):
    server.fault("rcpt", "450 4.2.0 greylisted")
    attempt = Attempt.objects.of(send(server)).get()

    assert (attempt.outcome, attempt.external_code) == ("transient", "450")
    assert "greylisted" in attempt.text
    assert attempt.handover_at is None
