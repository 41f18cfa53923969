"""Random processes of the queue are killed while messages leave: none is lost, none is sent twice."""

import random
import time
from itertools import pairwise

import psutil
import pytest

from tests.chaos.queue_processes import QueueProcesses, eventually, running
from tests.parcels.models import Parcel, post
from tests.parcels.sink import Sink, listening

pytestmark = pytest.mark.django_db(transaction=True)
LONGEST_STALL_SECONDS = 15


def kill_one(processes: QueueProcesses, chance: random.Random) -> None:
    """Kill any process of the cluster: the first, the guard, or one of its children."""
    try:
        family = [processes.main(), processes.guard(), *processes.guard().children()]
        chance.choice(family).kill()
    except (IndexError, psutil.Error):
        pass  # in the middle of a replacement; there will be other chances


def post_and_kill(processes: QueueProcesses, sink: Sink, messages: int, kills: int) -> None:
    """Post at a steady rate, and kill at random moments in between."""
    chance = random.Random(messages)
    at = sorted(chance.randrange(messages) for _ in range(kills))
    for number in range(messages):
        post(1, sink.address)
        for _ in range(at.count(number)):
            kill_one(processes, chance)
        time.sleep(0.08)


def longest_gap(sink: Sink) -> float:
    """The longest time in which nothing arrived."""
    moments = [moment for _, moment in sink.received]
    return max(later - earlier for earlier, later in pairwise(moments))


LONG = pytest.param(500, 20, marks=[pytest.mark.soak, pytest.mark.timeout(600)])


@pytest.mark.parametrize(("messages", "kills"), [(100, 4), LONG])
def test_none_is_lost_and_duplicates_are_recorded(messages: int, kills: int):
    with listening() as sink, running() as processes:
        sink.pause = 0.02
        post_and_kill(processes, sink, messages, kills)
        eventually(lambda: not Parcel.objects.filter(status__in=["pending", "working"]).exists(), 60)

        unknown = set(Parcel.objects.filter(status="unknown").values_list("uid", flat=True))
        done = set(Parcel.objects.filter(status="done").values_list("uid", flat=True))
        assert len(done) + len(unknown) == messages
        assert len(unknown) <= kills
        assert {str(uid) for uid in done} <= set(sink.names())
        assert len(sink.names()) == len(set(sink.names()))
        assert longest_gap(sink) < LONGEST_STALL_SECONDS
