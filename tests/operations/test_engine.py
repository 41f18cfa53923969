"""One worker at a time acts on an effect, and only the owner of the lease records what came of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from operations import engine, heartbeat, turns, workflow
from operations.attempts import Attempt
from operations.engine import LeaseLost, Receipt, acting
from operations.errors import PermanentError, TransientError, UnknownOutcomeError
from operations.workflow import WORKER
from tests.parcels.models import TOPIC, Parcel, post
from tests.racing import race

RECEIPT = Receipt(external_id="42", text="250 taken")


def claim_one():
    return engine.claim(Parcel, TOPIC, 1)[0]


def lapse(parcel: Parcel) -> None:
    Parcel.objects.filter(pk=parcel.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def reclaim(parcel):
    with transaction.atomic():
        engine.reclaim(workflow.fetch(Parcel, pk=parcel.pk), WORKER)
    return Parcel.objects.get(pk=parcel.pk)


def outcomes(parcel: Parcel) -> list[str]:
    return list(Attempt.objects.of(parcel).values_list("outcome", flat=True))


@pytest.mark.django_db(transaction=True)
def test_no_effect_is_claimed_twice_by_many_workers():
    post(60)

    batches = race(
        8, lambda _: [p.pk for p in engine.claim(Parcel, TOPIC, 5) + engine.claim(Parcel, TOPIC, 5)]
    )

    taken = [pk for batch in batches for pk in batch]
    assert len(taken) == len(set(taken)) == 60


@pytest.mark.django_db
class TestLease:
    def test_a_claim_counts_the_attempt_and_names_the_worker_before_anything_is_done(self):
        post()

        parcel = claim_one()

        assert (parcel.status, parcel.attempts, parcel.version) == ("working", 1, 2)
        assert parcel.worker == heartbeat.worker_id()
        assert parcel.lease_until
        assert parcel.lease_until > timezone.now() + timedelta(seconds=100)
        assert outcomes(parcel) == [""]

    def test_what_is_not_due_or_too_late_is_not_claimed(self):
        post(next_at=timezone.now() + timedelta(minutes=1))
        post(not_after=timezone.now() - timedelta(minutes=1))

        assert engine.claim(Parcel, TOPIC, 5) == []

    def test_half_of_a_batch_is_what_became_due_last_so_that_a_backlog_holds_up_nothing_new(self):
        backlog, new = post(50, next_at=timezone.now() - timedelta(hours=3)), post(2)

        claimed = engine.claim(Parcel, TOPIC, 10)

        assert {parcel.pk for parcel in new} <= {parcel.pk for parcel in claimed}
        assert {parcel.pk for parcel in backlog[:5]} <= {parcel.pk for parcel in claimed}
        assert len(claimed) == 10

    @pytest.mark.parametrize("due", [1, 9, 10, 11])
    def test_a_batch_is_full_while_enough_is_due(self, due):
        post(due)

        assert len(engine.claim(Parcel, TOPIC, 10)) == min(due, 10)

    def test_the_owner_records_success_once(self):
        post()
        parcel = claim_one()
        engine.mark_handover(parcel)

        assert engine.acknowledge(parcel, RECEIPT)
        done = Parcel.objects.get()
        assert (done.status, done.external_id, done.lease_token) == ("done", "42", None)
        assert outcomes(parcel) == ["done"]

    def test_nobody_may_send_after_the_lease_has_lapsed(self):
        post()
        parcel = claim_one()
        lapse(parcel)

        with pytest.raises(LeaseLost):
            engine.mark_handover(parcel)

    def test_a_late_acknowledgement_overwrites_nothing(self):
        post()
        slow = claim_one()
        lapse(slow)
        reclaim(slow)
        fast = claim_one()
        engine.acknowledge(fast, Receipt(external_id="the first to finish"))

        assert not engine.acknowledge(slow, RECEIPT)
        assert not engine.record_failure(slow, PermanentError("no such address"))
        assert Parcel.objects.get().external_id == "the first to finish"
        assert outcomes(slow) == ["late", "done"]

    def test_a_late_acknowledgement_does_not_speak_for_the_worker_that_took_over(self):
        post()
        slow = claim_one()
        lapse(slow)
        reclaim(slow)
        claim_one()

        assert not engine.acknowledge(slow, RECEIPT)
        assert not engine.record_failure(slow, PermanentError("no such address"))
        assert Parcel.objects.get().status == "working"

    def test_a_lapsed_lease_is_decided_by_the_mark_of_the_hand_over(self):
        post(2)
        unmarked, marked = claim_one(), claim_one()
        engine.mark_handover(marked)
        lapse(unmarked)
        lapse(marked)

        assert (reclaim(unmarked).status, reclaim(unmarked_again()).attempts) == ("pending", 0)
        assert reclaim(marked).status == "unknown"
        connection.check_constraints()

    def test_the_leases_of_dead_workers_end_at_once(self):
        post()
        parcel = claim_one()
        assert parcel.worker

        assert engine.end_leases([parcel.worker]) == 1
        assert Parcel.objects.lapsed().get() == parcel
        assert engine.end_leases([parcel.worker]) == 0


def unmarked_again():
    """The one that was given back, leased once more and lapsed once more."""
    parcel = claim_one()
    lapse(parcel)
    return parcel


@pytest.mark.django_db
class TestOutcome:
    @pytest.mark.parametrize(
        ("error", "status", "attempts"),
        [
            (TransientError("refused"), "pending", 1),
            (PermanentError("no such address"), "dead", 1),
            (UnknownOutcomeError("no answer"), "unknown", 1),
        ],
    )
    def test_each_class_of_error_has_its_verdict(self, error, status, attempts):
        post()

        engine.attempt(claim_one(), failing(error))

        parcel = Parcel.objects.get()
        assert (parcel.status, parcel.attempts, parcel.failure_class) == (status, attempts, error.code)
        assert outcomes(parcel) == [error.code]

    def test_a_back_off_grows_and_the_last_try_gives_up(self):
        (parcel,) = post()
        pauses = []
        for _ in range(settings.HOLDFAST.effect_max_attempts):
            Parcel.objects.update(next_at=timezone.now())
            engine.attempt(claim_one(), failing(TransientError("refused")))
            parcel = Parcel.objects.get()
            pauses.append((parcel.next_at - timezone.now()).total_seconds())

        assert parcel.status == "dead"
        assert 24 <= pauses[0] <= 36
        assert 96 <= pauses[1] <= 144
        assert max(pauses) <= 21_600 * 1.2

    def test_a_bug_is_tried_three_times(self):
        post()
        for _ in range(3):
            Parcel.objects.update(next_at=timezone.now())
            engine.attempt(claim_one(), failing(ZeroDivisionError("oops")))

        parcel = Parcel.objects.get()
        assert (parcel.status, parcel.failure_class) == ("dead", "bug")
        assert "oops" in parcel.failure_text

    def test_what_a_turn_leaves_no_time_for_is_handed_back_at_no_cost(self, shared_board):
        post(5)
        sent = []

        def act(parcel, handover):
            handover()
            sent.append(parcel)
            shared_board.ask_to_stop()
            return RECEIPT

        with turns.turn():
            engine.work_through(Parcel, TOPIC, act)

        assert len(sent) == 1
        assert list(Parcel.objects.filter(status="pending").values_list("attempts", flat=True)) == [0] * 4

    def test_a_slow_other_side_is_given_no_more_than_a_turn_has_time_for(self, settings, monkeypatch):
        clock = Clock()
        monkeypatch.setattr(acting, "_pace", {})
        monkeypatch.setattr(acting, "time", clock)
        monkeypatch.setattr(turns, "time", clock)
        settings.HOLDFAST = replace(settings.HOLDFAST, drain_budget_seconds=1)
        post(60)

        def slowly(parcel, handover):
            handover()
            clock.sleep(0.2)
            return RECEIPT

        for _ in range(2):
            with turns.turn():
                engine.work_through(Parcel, TOPIC, slowly)

        last = Attempt.objects.order_by("-pk").values_list("outcome", flat=True)[:3]
        assert list(last) == ["done"] * 3
        assert Attempt.objects.count() < 30


class Clock:
    """A clock that moves only when it is told to, so that a busy machine slows nobody."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def failing(error: Exception):
    def act(parcel, handover):
        raise error

    return act
