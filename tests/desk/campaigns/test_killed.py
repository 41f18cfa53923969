"""Killed at any point, raced by others, and ten thousand at once: nothing is lost and nothing done twice."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django_q.models import OrmQ

from notifications.models import Delivery
from operations import recovery, repair
from operations.campaigns import control, running
from operations.campaigns.campaign import Campaign
from operations.history import Event
from operations.repair import RecoveryAttempt
from operations.work import works
from tests.desk.campaigns.many import (
    answer,
    dead,
    dead_in_bulk,
    fresh,
    operation,
    owner,
    prepared,
    press,
    states,
)
from tests.killing import points
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def make_due():
    """The time to undo it and every pause are over."""
    Campaign.objects.active().update(next_at=timezone.now() - timedelta(seconds=1))


def pressed(campaign):
    """How often the remedy was pressed on each record in the campaign's name."""
    events = Event.objects.filter(operation_id=campaign.operation_id, subject_model="notifications.delivery")
    return Counter(events.values_list("subject_id", flat=True))


def is_consistent(campaign):
    """Each line says exactly what was done: done once where it says so, not at all where it does not."""
    done = set(campaign.items.filter(state="applied").values_list("subject_id", flat=True))
    applied = RecoveryAttempt.objects.filter(operation_id=campaign.operation_id, result="applied")
    return (
        pressed(campaign) == Counter(done)
        and Counter(applied.values_list("subject_id", flat=True)) == Counter(done)
        and set(Delivery.objects.exclude(status="dead").values_list("pk", flat=True)) == done
    )


def started_on(number):
    dead(number)
    campaign = prepared(remedy="settle", answers={"evidence": "The hotline told them."})
    assert press(campaign, control.START).result == "applied"
    make_due()
    return campaign


def test_a_worker_killed_at_any_point_resumes_exactly_where_it_was():
    campaign, kills = started_on(30), 0

    for _point in points(running.step):
        kills += 1
        assert is_consistent(campaign)
        make_due()
    assert kills > 30
    assert 1 <= states(campaign)["applied"] < 30  # some died before the commit, some behind it
    while fresh(campaign).status != "completed":
        make_due()
        running.step()

    assert is_consistent(campaign)
    assert states(campaign) == {"applied": 30}


def test_many_workers_at_once_treat_each_record_once():
    campaign = started_on(12)

    for _ in range(6):
        make_due()
        race(6, lambda _index: running.step())
    while fresh(campaign).is_active:
        make_due()
        running.step()

    assert is_consistent(campaign)
    assert states(campaign) == {"applied": 12}


def test_of_two_started_at_one_moment_one_runs():
    dead(2)
    campaigns, head = [prepared(), prepared()], owner()

    outcomes = race(2, lambda index: press(campaigns[index], control.START, head))

    assert sorted(outcome.result for outcome in outcomes) == ["applied", "refused"]
    assert Campaign.objects.active().count() == 1


def test_of_eight_presses_on_one_campaign_one_starts_it():
    dead(2)
    campaign, head = prepared(), owner()

    def start(_index):
        condition = recovery.conditions()["operations.campaign_prepared"]
        return repair.apply(condition, control.START, [campaign.pk], operation(head))[0].result

    results = race(8, start)

    assert sorted(results) == ["already resolved"] * 7 + ["applied"]
    assert Event.objects.of(campaign).filter(transition="schedule").count() == 1


def test_a_wiped_queue_loses_nothing():
    started_on(1)
    OrmQ.objects.all().delete()

    assert works()[control.TOPIC].due_since() is not None


@pytest.mark.timeout(300)
def test_ten_thousand_failed_messages_stopped_half_way_killed_and_resumed():
    dead_in_bulk(10_000)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        campaign = prepared()
        assert (campaign.items.count(), campaign.left_count) == (1000, 9000)
        soonest = Delivery.objects.order_by("harm_at").values_list("pk", flat=True)[:1000]
        assert set(campaign.items.values_list("subject_id", flat=True)) == set(soonest)
        press(campaign, control.START)

        go(clock, until=lambda: campaign.items.filter(state="applied").count() >= 500)
        press(campaign, control.STOP)
        half = states(campaign)
        go(clock, until=lambda: True)
        assert states(campaign) == half

        press(campaign, control.RESUME)
        kills = 0
        for _point in points(running.step):
            kills += 1
            assert set(pressed(campaign).values()) == {1}
            clock.shift(timedelta(seconds=1))
            answer()
        assert kills > 40
        go(clock, until=lambda: not fresh(campaign).is_active)

    assert fresh(campaign).status == "completed"
    assert states(campaign) == {"applied": 1000}
    assert set(campaign.items.values_list("outcome", flat=True)) == {"good"}
    assert Delivery.objects.filter(status="done").count() == 1000
    assert Delivery.objects.filter(status="dead").count() == 9000
    sent = Event.objects.filter(transition="acknowledge").values_list("subject_id", flat=True)
    assert len(sent) == len(set(sent)) == 1000


def go(clock, *, until):
    """Worker and mail server in turns."""
    for number in range(5000):
        pause = running.step()
        clock.shift(timedelta(seconds=pause or 1))
        if number % 5 == 4:
            answer()
        if until():
            return
    raise AssertionError("it never came so far")
