"""Why an outage costs no message: the channel closes, holds what is due, asks again, lets everything go."""

from datetime import timedelta

import pytest
import structlog
import time_machine
from django.utils import timezone

from notifications import channels, work
from notifications.models import Channel, Delivery
from operations import repair, sweeps
from operations.errors import TransientError
from operations.recovery import conditions, words
from tests.factories import STAFF, BookingFactory, DeliveryFactory
from tests.misbehaving_smtp import DROP
from tests.notifications.checker import check_against
from tests.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def drain_all():
    for _round in range(50):
        if not work.drain():
            return
    raise AssertionError("it never ends")


def statuses():
    return set(Delivery.objects.values_list("status", flat=True))


def break_it(server, count=5):
    """Failures in a row to as many recipients, until the breaker opens."""
    server.fault("mail", DROP)
    DeliveryFactory.create_batch(count)
    drain_all()


def test_five_failures_in_a_row_to_several_people_open_the_breaker(server, clock):
    break_it(server)
    channel = channels.find("email")

    assert channel.is_closed
    assert not channel.is_paused
    assert server.commands.count("mail") == 5


def test_failures_to_one_person_alone_do_not(server, clock):
    server.fault("rcpt", "450 4.2.1 busy")
    DeliveryFactory.create_batch(6, recipient="one@example.com")
    drain_all()

    assert not channels.find("email").is_closed


def test_a_success_in_between_starts_the_count_anew(server, clock):
    for answer in ["450 busy"] * 4 + ["250 ok"] + ["450 busy"] * 4:
        server.fault("rcpt", answer, times=1)
    DeliveryFactory.create_batch(9)
    drain_all()

    assert not channels.find("email").is_closed


def test_what_is_due_on_a_closed_channel_is_held_without_using_attempts(server, clock):
    break_it(server)
    made = DeliveryFactory()
    drain_all()
    fresh = Delivery.objects.get(pk=made.pk)

    assert (fresh.status, fresh.held_by, fresh.attempts) == ("held", "channel", 0)
    assert server.commands.count("mail") == 5


def test_a_closed_channel_is_probed_with_one_message_a_minute(server, clock):
    break_it(server)
    DeliveryFactory.create_batch(3)
    drain_all()
    before = server.commands.count("mail")
    for minute in range(1, 4):
        clock.shift(timedelta(seconds=61))
        assert channels.due_since("email") is not None
        drain_all()
        drain_all()
        assert server.commands.count("mail") == before + minute

    assert max(Delivery.objects.values_list("attempts", flat=True)) == 1


def test_the_first_success_opens_the_channel_and_everything_leaves(server, clock):
    break_it(server)
    DeliveryFactory.create_batch(30)
    drain_all()
    server.behave()
    clock.shift(timedelta(minutes=5))
    drain_all()

    assert statuses() == {"done"}
    assert len(server.received) == 35
    check_against(server)


def test_a_probe_that_fails_harms_nobody(server, clock):
    break_it(server)
    for _minute in range(60):
        clock.shift(timedelta(seconds=61))
        sweeps.sweep()
        drain_all()

    assert statuses() == {"held"}
    assert max(Delivery.objects.values_list("attempts", flat=True)) == 1


def test_three_hours_without_a_mail_server_lose_nothing(server, clock):
    """Bookings go on meanwhile, and everybody hears once the server is back."""
    server.fault("connect", DROP)
    for _quarter in range(12):
        DeliveryFactory.create_batch(2)
        clock.shift(timedelta(minutes=15))
        sweeps.sweep()
        drain_all()
    assert statuses() <= {"held", "pending"}
    server.behave()
    for _minute in range(3):
        clock.shift(timedelta(seconds=61))
        sweeps.sweep()
        drain_all()

    assert statuses() == {"done"}
    assert len(server.received) == 24
    check_against(server)


def test_a_refused_login_pauses_at_once_and_is_told_once(server, clock):
    server.fault("mail", "530 5.7.0 authentication required")
    DeliveryFactory.create_batch(8)
    with structlog.testing.capture_logs() as logs:
        drain_all()
        clock.shift(timedelta(seconds=61))
        drain_all()

    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["channel closed"]
    assert statuses() == {"held"}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    assert server.commands.count("mail") == 2


def test_a_repaired_login_needs_no_button(server, clock):
    server.fault("mail", "530 5.7.0 authentication required", times=1)
    DeliveryFactory.create_batch(3)
    drain_all()
    clock.shift(timedelta(seconds=61))
    drain_all()

    assert statuses() == {"done"}
    assert not channels.find("email").is_paused


def test_what_staff_paused_only_staff_release(server, clock):
    channels.pause("email", "the relay moves house")
    DeliveryFactory.create_batch(2)
    drain_all()
    clock.shift(timedelta(hours=1))
    drain_all()
    assert statuses() == {"held"}

    channels.release("email", "it moved")
    drain_all()
    assert statuses() == {"done"}


def test_a_pause_by_staff_outlives_a_success_that_was_under_way(server):
    channels.pause("email", "the relay moves house")
    channels.take_success("email")

    assert channels.find("email").is_paused


def test_what_staff_hold_stays_when_the_channel_opens(server, clock):
    held = DeliveryFactory(held=True)
    channels.pause("email", "for a moment")
    channels.release("email", "over")
    drain_all()

    assert Delivery.objects.get(pk=held.pk).status == "held"


def test_the_desk_shows_a_closed_channel_and_can_open_it(server, clock):
    break_it(server)
    condition = conditions()["notifications.channel_closed"]
    channel = condition.records().get()
    assert "failures in a row" in words(condition.explanation, channel)

    [outcome] = repair.apply(condition, condition.remedy("release"), [channel.pk], STAFF)
    assert outcome.result == "applied"
    assert not condition.records().exists()


def test_a_throttled_channel_sends_one_by_one_for_a_while(server, limits):
    limits(slow_pace_milliseconds=20)
    server.fault("rcpt", "450 4.7.28 too many messages", times=1)
    DeliveryFactory.create_batch(4)
    work.drain()
    channel = channels.find("email")
    assert channel.is_slow
    assert len(server.received) == 0

    work.drain()
    work.drain()
    assert len(server.received) <= 2
    drain_all()
    assert len(server.received) == 3  # the throttled one comes after its pause


def test_throttled_again_and_again_it_slows_down_longer(server, clock, limits):
    limits(slow_pace_milliseconds=0)
    server.fault("mail", "421 too many connections")
    DeliveryFactory()
    pauses = []
    for _time in range(4):
        drain_all()
        slow_until = channels.find("email").slow_until
        assert slow_until
        pauses.append((slow_until - timezone.now()).total_seconds())
        clock.shift(timedelta(minutes=11))

    assert pauses == [30, 60, 120, 240]
    assert Delivery.objects.get().attempts == 0


def test_an_idle_or_paused_channel_is_not_due(server, clock):
    assert channels.due_since("email") is None
    channels.pause("email", "over night")
    DeliveryFactory()
    assert channels.due_since("email") is not None  # it is to be held
    drain_all()
    assert channels.due_since("email") is None


def test_a_message_past_its_use_makes_nothing_due(server, clock):
    DeliveryFactory(booking=BookingFactory(accepted=True))
    clock.shift(timedelta(days=8))

    assert channels.due_since("email") is None
    drain_all()
    assert server.received == []


@pytest.mark.django_db(transaction=True)
def test_many_failures_at_once_are_all_counted():
    delivery = DeliveryFactory()
    race(8, lambda _index: channels.take_failure("email", delivery, TransientError("no")))

    assert Channel.objects.get().failures_in_row == 8


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_probes():
    channel = channels.find("email")
    Channel.objects.filter(pk=channel.pk).update(open_until=timezone.now())
    channel = Channel.objects.get()
    permits = race(8, lambda _index: channels.permit(channel))

    assert len([permit for permit in permits if permit]) == 1


def test_holding_many_takes_as_few_statements_as_holding_one(server, django_assert_num_queries):
    channels.pause("email", "over night")
    for count in (1, 40):
        DeliveryFactory.create_batch(count)
        channel = channels.find("email")
        with django_assert_num_queries(3):  # the statement and its savepoint
            channels.hold_due(channel)
    assert statuses() == {"held"}
