"""A campaign under way: a few first, five a second, stopped in time, nothing done twice."""

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.utils import timezone

from notifications import channels
from notifications.models import Delivery
from operations.campaigns import control, running
from operations.errors import ConfigurationError, PermanentError, TransientError
from operations.history import Event
from operations.repair import RecoveryAttempt
from tests.desk.campaigns.many import (
    answer,
    carry_on,
    change,
    dead,
    fresh,
    moments,
    prepared,
    press,
    started,
    states,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as moved:
        yield moved


def through(clock, campaign, error=None):
    """Worker and mail server in turns, until the campaign ends."""
    for _ in range(2000):
        before = fresh(campaign).status
        carry_on(clock, steps=1)
        answer(error)
        if not fresh(campaign).is_active and before:
            break
    return fresh(campaign)


def test_nothing_is_done_while_it_can_be_undone(clock):
    dead(3)
    campaign = prepared()
    press(campaign, control.START)

    clock.shift(timedelta(seconds=9))
    carry_on(clock, steps=1)

    assert states(campaign) == {"waiting": 3}
    assert press(campaign, control.STOP).result == "applied"
    assert fresh(campaign).status == "cancelled"
    clock.shift(timedelta(seconds=60))
    assert carry_on(clock) == []


def test_five_go_first_and_the_rest_waits_for_what_comes_of_them(clock):
    dead(12)
    campaign = started(clock)

    carry_on(clock, steps=30)
    assert states(campaign) == {"applied": 5, "waiting": 7}
    assert fresh(campaign).status == "canary"

    answer()
    carry_on(clock, steps=30)
    assert states(campaign) == {"applied": 12}
    answer()
    carry_on(clock)
    assert fresh(campaign).status == "completed"
    assert set(campaign.items.values_list("outcome", flat=True)) == {"good"}


def test_the_soonest_start_goes_first(clock):
    late, soon = dead(1)[0], dead(1)[0]
    Delivery.objects.filter(pk=soon.pk).update(harm_at=timezone.now() + timedelta(hours=3))
    campaign = started(clock)

    carry_on(clock, steps=1)

    assert list(campaign.items.order_by("position").values_list("subject_id", "state")) == [
        (soon.pk, "applied"),
        (late.pk, "waiting"),
    ]


def test_never_more_than_five_within_a_second(clock):
    dead(40)
    campaign = started(clock)
    through(clock, campaign)

    acted = moments()

    assert len(acted) == 40
    assert all(late - early >= timedelta(seconds=1) for early, late in zip(acted, acted[5:], strict=False))


def test_a_slow_channel_sets_the_pace(clock):
    dead(8)
    channel = channels.find("email")
    type(channel).objects.filter(pk=channel.pk).update(slow_until=timezone.now() + timedelta(hours=1))
    campaign = started(clock)
    through(clock, campaign)

    acted = moments()

    assert all(late - early >= timedelta(seconds=1) for early, late in pairwise(acted))


def test_a_closed_channel_is_waited_for(clock):
    dead(3)
    channels.pause("email", "The password is wrong.")
    campaign = started(clock)

    carry_on(clock, steps=20)
    assert states(campaign) == {"waiting": 3}

    channels.release("email", "It is right again.")
    assert through(clock, campaign).status == "completed"


@pytest.mark.parametrize(
    "error",
    [
        PermanentError("550 no such user", external_code="550"),
        TransientError("451 try later", external_code="451"),
        ConfigurationError("535 authentication failed", external_code="535"),
    ],
    ids=lambda error: error.code,
)
def test_the_same_failure_twice_among_the_first_stops_it(clock, error):
    dead(12)
    campaign = started(clock)

    stopped = through(clock, campaign, error)

    assert stopped.status == "stopped"
    assert stopped.stop_text.startswith("The same failure came back twice")
    assert campaign.items.filter(state="applied").count() <= 5
    assert campaign.items.filter(state="waiting").count() >= 7


def test_one_failure_among_the_first_does_not_stop_it(clock):
    dead(12)
    campaign = started(clock)
    carry_on(clock, steps=1)
    answer(PermanentError("550 no such user"))

    assert through(clock, campaign).status == "completed"
    assert campaign.items.filter(outcome="bad").count() == 1


def test_it_stops_when_more_than_a_fifth_of_twenty_failed(clock):
    dead(60)
    campaign = started(clock)
    for number in range(2000):
        carry_on(clock, steps=1)
        answer(None if number < 25 else PermanentError("550 no such user"))
        if not fresh(campaign).is_active:
            break

    stopped = fresh(campaign)
    good, bad = (campaign.items.filter(outcome=outcome).count() for outcome in ("good", "bad"))

    assert stopped.status == "stopped"
    assert stopped.stop_text == f"{bad} of {good + bad} failed."
    assert good + bad >= 20
    assert bad * 5 > good + bad
    assert (bad - 5) * 5 <= good + bad - 5  # it looks once a second
    assert campaign.items.filter(state="waiting").exists()


def test_what_was_changed_since_it_was_shown_is_left_out_with_the_reason(clock):
    sent, settled, *_ = dead(8)
    campaign = started(clock)
    change(sent, "retry")
    change(settled, "settle", evidence="She called.")

    through(clock, campaign)

    lines = dict(campaign.items.values_list("subject_id", "message"))
    assert lines[sent.pk].startswith("Resolved meanwhile: ")
    assert lines[settled.pk] == "Resolved meanwhile: Settled by staff"
    assert states(campaign) == {"skipped": 2, "applied": 6}


def test_a_record_back_in_the_list_in_another_version_is_not_what_was_shown(clock):
    first, *_ = dead(6)
    campaign = started(clock)
    change(first, "retry")
    answer(PermanentError("550 no such user"))

    through(clock, campaign)

    assert campaign.items.get(subject_id=first.pk).message == "It has changed since it was shown."
    assert Event.objects.of(first).filter(operation_id=campaign.operation_id).count() == 0


def test_each_line_is_one_press_by_the_one_who_started_it(clock):
    deliveries = dead(7)
    campaign = started(clock)
    through(clock, campaign)

    for delivery in deliveries:
        [event] = Event.objects.of(delivery).filter(transition="retry")
        [attempt] = RecoveryAttempt.objects.filter(subject_id=delivery.pk, result="applied")
        assert event.operation_id == attempt.operation_id == campaign.operation_id
        assert (event.reason, event.actor, event.user_id) == (
            "The mail server is back.",
            "staff",
            fresh(campaign).user_id,
        )


def test_stopped_by_hand_it_begins_nothing_more_and_resumes_behind_what_was_done(clock):
    deliveries = dead(20)
    campaign = started(clock)
    carry_on(clock, steps=20)
    answer()
    carry_on(clock, steps=4)
    assert press(campaign, control.STOP).result == "applied"
    done = campaign.items.filter(state="applied").count()
    assert 5 < done < 20

    clock.shift(timedelta(hours=1))
    carry_on(clock)
    assert campaign.items.filter(state="applied").count() == done

    assert press(campaign, control.RESUME).result == "applied"
    carry_on(clock, steps=30)
    assert campaign.items.filter(state="applied").count() == done + 5  # a few first again
    assert through(clock, campaign).status == "completed"
    retries = Event.objects.filter(subject_id__in=[each.pk for each in deliveries], transition="retry")
    assert retries.count() == 20


def test_the_rest_can_be_left(clock):
    dead(12)
    campaign = started(clock)
    through(clock, campaign, PermanentError("550 no such user"))

    assert press(campaign, control.END).result == "applied"

    assert fresh(campaign).status == "cancelled"
    assert Delivery.objects.filter(status="dead").count() == 12


def test_outcomes_are_learnt_after_a_stop_too(clock):
    dead(12)
    campaign = started(clock)
    carry_on(clock, steps=20)
    press(campaign, control.STOP)
    answer()

    assert running.look_back() == 5
    assert campaign.items.filter(outcome="good").count() == 5


def test_without_any_outcome_it_does_not_go_on_for_ever(clock):
    dead(12)
    campaign = started(clock)

    carry_on(clock)

    assert fresh(campaign).status == "stopped"
    assert fresh(campaign).stop_text == "Nobody knows yet what came of the first 5."
