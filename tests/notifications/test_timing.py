"""When a message is tried again: later each time, as the other side asks, and never when it is too late."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications import work
from notifications.models import Delivery
from operations import engine, sweeps
from operations.errors import ThrottledError, TransientError
from operations.recovery import conditions
from tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def pause_after(error, attempts=1, **kwargs):
    """Seconds until the next try after this error."""
    DeliveryFactory(attempts=attempts - 1, **kwargs)
    [claimed] = engine.claim(Delivery, "email", 1)
    engine.record_failure(claimed, error)
    return (Delivery.objects.get().next_at - timezone.now()).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 30), (2, 120), (3, 480), (4, 1920), (5, 7680), (6, 21_600), (7, 21_600)]
)
def test_the_pause_grows_fourfold_to_six_hours(clock, attempts, seconds):
    assert 0.8 * seconds <= pause_after(TransientError("no"), attempts) <= 1.2 * seconds


@pytest.mark.parametrize("asked", [1, 20, 300, 7200])
@pytest.mark.parametrize("attempts", [1, 5])
@pytest.mark.parametrize("error", [TransientError, ThrottledError])
def test_what_the_server_asks_for_is_respected_and_at_most_doubled(clock, error, attempts, asked):
    pause = pause_after(error("no", retry_after_seconds=asked), attempts, not_after=None)

    assert asked <= pause <= 2 * asked


def test_a_server_cannot_ask_for_more_than_a_day(clock):
    error = TransientError("no", retry_after_seconds=10**9)

    assert pause_after(error, not_after=None) <= 2 * 86_400


def test_one_last_try_is_made_while_it_is_of_use(clock):
    ends = timezone.now() + timedelta(hours=3)
    pause = pause_after(TransientError("no"), attempts=6, not_after=ends)

    assert pause == 3 * 3600 - 120


def test_nothing_is_tried_after_its_use(clock):
    pause = pause_after(TransientError("no"), attempts=3, not_after=timezone.now() + timedelta(seconds=90))

    assert pause == 90


def test_too_late_it_expires_and_is_shown_as_missed(server, clock):
    delivery = DeliveryFactory()
    server.stop()
    work.drain()
    clock.shift(timedelta(days=8))
    sweeps.sweep()
    work.drain()

    assert Delivery.objects.get(pk=delivery.pk).status == "expired"
    assert conditions()["notifications.missed"].records().get() == delivery


def test_what_nobody_misses_is_not_shown_as_missed(clock):
    DeliveryFactory(kind="link_sent_again", expired=True)

    assert not conditions()["notifications.missed"].records().exists()


def test_eight_tries_take_about_fifteen_hours_and_then_it_is_dead(server, clock):
    begun = timezone.now()
    made = DeliveryFactory()
    server.fault("rcpt", "450 4.2.0 not now")
    for _hour in range(200):
        clock.shift(timedelta(minutes=6))
        work.drain()
    delivery = Delivery.objects.get(pk=made.pk)

    assert (delivery.status, delivery.attempts) == ("dead", 8)
    hours = (delivery.updated_at - begun) / timedelta(hours=1)
    assert 12 <= hours <= 20
    assert server.commands.count("rcpt") == 8
