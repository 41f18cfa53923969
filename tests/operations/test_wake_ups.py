"""A wake-up is stored with the work that needs it, once however many ask, and is never taken too early."""

import threading
import uuid
from functools import partial

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from operations import queue, workflow
from operations.engine import claim
from operations.queue import packages
from operations.queue.broker import WakeUps
from tests.operations.processes import in_another_process
from tests.parcels.models import Parcel, post
from tests.racing import race

TOPIC = "parcels"


def take() -> str | None:
    """The topic of the next wake-up that a cluster would be given."""
    package = WakeUps("holdfast")._take()
    return SignedPackage.loads(package[1])["args"][0] if package else None


@pytest.mark.django_db(transaction=True)
class TestTransactions:
    def test_outside_a_transaction_it_is_refused(self):
        with pytest.raises(TransactionManagementError):
            queue.wake(TOPIC)

        assert not OrmQ.objects.exists()

    def test_nothing_is_woken_by_what_was_rolled_back(self):
        with transaction.atomic():
            queue.wake(TOPIC)
            transaction.set_rollback(True)

        assert take() is None

    def test_a_thousand_at_once_store_no_more_than_ran_at_one_time(self):
        def act(_):
            for _ in range(50):
                queue.wake_now(TOPIC)

        answers = race(20, act)

        assert answers == [None] * 20
        assert 1 <= OrmQ.objects.count() <= 20

    def test_a_waiting_one_is_not_taken_before_everybody_who_shares_it_has_committed(self):
        """Otherwise a worker would look before our row is there, and nobody would look again."""
        queue.wake_now(TOPIC)

        def act(number):
            if number:
                is_shared.wait(10)
                early = take()
                may_commit.set()
                return early
            with transaction.atomic():
                queue.wake(TOPIC)
                is_shared.set()
                may_commit.wait(10)
            return take()

        is_shared, may_commit = threading.Event(), threading.Event()
        late, early = race(2, act)

        assert (early, late, OrmQ.objects.count()) == (None, TOPIC, 0)

    def test_a_long_transaction_delays_nobody_else(self):
        queue.wake_now(TOPIC)

        def act(number):
            if number:
                is_shared.wait(10)
                queue.wake_now(TOPIC)
                taken = take()
                may_commit.set()
                return taken
            with transaction.atomic():
                queue.wake(TOPIC)
                is_shared.set()
                may_commit.wait(10)
            return None

        is_shared, may_commit = threading.Event(), threading.Event()
        assert race(2, act) == [None, TOPIC]

    def test_no_row_is_left_without_a_wake_up_that_comes_after_it(self):
        """Many commit work while others take wake-ups and drain: in the end nothing waits unwoken."""
        drained: list[int] = []

        def act(number):
            if number < 6:
                for _ in range(20):
                    post_one()
                done.release()
                return
            while not (all_done() and take_and_drain(drained) is None):
                take_and_drain(drained)

        done = threading.Semaphore(0)

        def all_done() -> bool:
            return done._value == 6

        race(8, act)

        assert sorted(drained) == sorted(Parcel.objects.values_list("pk", flat=True))
        assert len(drained) == 120


@transaction.atomic
def post_one() -> None:
    workflow.begin(Parcel(channel=TOPIC, dedupe_key=str(uuid.uuid4())), workflow.WORKER)
    queue.wake(TOPIC)


def take_and_drain(drained: list[int]) -> str | None:
    """What a worker does: take a wake-up, then claim whatever is there."""
    if topic := take():
        while batch := claim(Parcel, TOPIC, 20):
            drained.extend(parcel.pk for parcel in batch)
    return topic


@pytest.mark.django_db
class TestPackages:
    def test_many_topics_wait_side_by_side_and_leave_in_order(self):
        for topic in ("b", "a", "b", "c"):
            queue.wake(topic)

        assert [take(), take(), take(), take()] == ["b", "a", "c", None]

    def test_a_delayed_one_waits_and_an_immediate_one_does_not_wait_for_it(self):
        queue.wake(TOPIC, after_seconds=60)
        queue.wake(TOPIC, after_seconds=90)
        assert (take(), OrmQ.objects.count()) == (None, 1)

        queue.wake(TOPIC)

        assert (take(), OrmQ.objects.count()) == (TOPIC, 1)

    def test_a_package_names_one_of_our_two_functions_and_one_word(self):
        task = SignedPackage.loads(packages.sign(packages.RUN, TOPIC)[0])

        assert (task["func"], task["args"], task["kwargs"]) == ("operations.queue.run", (TOPIC,), {})

    def test_what_is_due_is_woken_though_the_queue_was_emptied(self):
        post()
        OrmQ.objects.all().delete()

        queue.wake_due()

        assert TOPIC in {take(), take(), take(), take()}

    def test_a_topic_without_a_place_comes_back_later(self, shared_board):
        post(address="127.0.0.1:1")
        OrmQ.objects.all().delete()

        one, other = (partial(shared_board.place, count) for count in (1, 2))
        with in_another_process(one), in_another_process(other):
            queue.run(TOPIC)

        assert Parcel.objects.get().attempts == 0
        assert (take(), OrmQ.objects.count()) == (None, 1)
