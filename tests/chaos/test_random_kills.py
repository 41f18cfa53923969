"""Random processes of the queue are killed while mail leaves: none is lost, none is sent twice unnoticed."""

import random
import time
from collections import Counter
from itertools import pairwise

import psutil
import pytest
from django.db import transaction

from notifications import outbox
from notifications.models import Delivery
from operations import proving
from tests.chaos.queue_processes import QueueProcesses, eventually, running
from tests.misbehaving_smtp import MisbehavingSMTP, Received

pytestmark = pytest.mark.django_db(transaction=True)
LONGEST_STALL_SECONDS = 15
LONG = pytest.param(500, 20, marks=[pytest.mark.soak, pytest.mark.timeout(600)])


class Arrivals(list[Received]):
    """What a mail server has taken, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[float] = []

    def append(self, message: Received) -> None:
        self.moments.append(time.monotonic())
        super().append(message)

    def longest_gap(self) -> float:
        return max(later - earlier for earlier, later in pairwise(self.moments))


@transaction.atomic
def write(number: int) -> None:
    outbox.queue_message(
        kind="parcel_note", recipient=f"reader{number}@example.com", dedupe_key=f"note:{number}"
    )


def kill_one(processes: QueueProcesses, chance: random.Random) -> int:
    """Kill any process of the cluster: the first, the guard, or one of its children; how many died."""
    try:
        family = [processes.main(), processes.guard(), *processes.guard().children()]
        chance.choice(family).kill()
    except (IndexError, psutil.Error):
        return 0  # in the middle of a replacement
    return 1


def write_and_kill(processes: QueueProcesses, messages: int, kills: int) -> None:
    """Write at a steady rate, and kill at random moments in between."""
    chance = random.Random(messages)
    left = sorted((chance.randrange(messages) for _ in range(kills)), reverse=True)
    for number in range(messages):
        write(number)
        while left and left[-1] <= number and kill_one(processes, chance):
            left.pop()
        time.sleep(0.08)
    for _late in left:  # the cluster was being replaced when their moment came
        eventually(lambda: kill_one(processes, chance))


@pytest.mark.parametrize(("messages", "kills"), [(100, 4), LONG])
def test_none_is_lost_and_duplicates_are_recorded(messages: int, kills: int):
    arrivals = Arrivals()
    with (
        MisbehavingSMTP(received=arrivals) as server,
        running(EMAIL_URL=f"smtp://127.0.0.1:{server.port}") as processes,
    ):
        write_and_kill(processes, messages, kills)
        eventually(lambda: not Delivery.objects.filter(status__in=["pending", "working"]).exists(), 60)

    by_status = Counter(Delivery.objects.values_list("status", flat=True))
    assert set(by_status) <= {"done", "unknown"}
    assert by_status["unknown"] <= kills
    copies = Counter(message.message_id for message in arrivals)
    assert set(copies.values()) == {1}
    done = {delivery.message_id for delivery in Delivery.objects.filter(status="done")}
    assert len(done) == messages - by_status["unknown"]
    assert done <= set(copies)
    assert arrivals.longest_gap() < LONGEST_STALL_SECONDS
    assert proving.prove().findings == []
