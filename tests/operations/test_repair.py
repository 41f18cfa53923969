"""A remedy is applied once, to what is still in its condition, and every press leaves a trace."""

import pytest
from django.db import transaction

from operations import recovery, repair, workflow
from operations.repair import RecoveryAttempt, Result
from operations.workflow import Actor, Operation, Source
from tests.parcels.models import Parcel, post
from tests.racing import race

STAFF = Operation(actor=Actor.STAFF, source=Source.DESK, reason="the customer called", user_id=7)


def held() -> Parcel:
    (parcel,) = post()
    with transaction.atomic():
        workflow.perform(parcel, "hold", STAFF)
    return parcel


def retry(*ids: int, operation: Operation = STAFF, version: int | None = None) -> list[repair.Outcome]:
    condition = recovery.conditions()["parcels.stuck"]
    return repair.apply(condition, condition.remedy("retry"), ids, operation, version=version)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_press_at_once_one_applies_and_seven_are_told():
    parcel = held()

    answers = race(8, lambda _: retry(parcel.pk)[0].result)

    assert sorted(answers) == [Result.ALREADY_RESOLVED] * 7 + [Result.APPLIED]
    assert Parcel.objects.get().version == parcel.version + 1
    assert RecoveryAttempt.objects.filter(user_id=7).count() == 8


@pytest.mark.django_db
class TestOne:
    def test_it_takes_the_record_out_of_its_list(self):
        parcel = held()

        (outcome,) = retry(parcel.pk)

        assert outcome.result == Result.APPLIED
        assert not recovery.conditions()["parcels.stuck"].records().exists()
        kept = RecoveryAttempt.objects.get()
        assert (kept.remedy, kept.reason, kept.result) == ("retry", STAFF.reason, "applied")

    def test_one_poisoned_record_does_not_stop_the_rest(self):
        poisoned, well = held(), held()
        break_history_of(poisoned)

        results = [outcome.result for outcome in retry(poisoned.pk, well.pk)]

        assert results == [Result.FAILED, Result.APPLIED]
        assert Parcel.objects.get(pk=poisoned.pk).status == "held"

    def test_a_press_from_an_old_page_changes_nothing(self):
        parcel = held()

        (outcome,) = retry(parcel.pk, version=parcel.version - 1)

        assert (outcome.result, Parcel.objects.get().status) == (Result.STALE, "held")

    def test_a_record_that_never_was_is_already_resolved(self):
        assert retry(0)[0].result == Result.ALREADY_RESOLVED

    def test_a_sweep_tells_about_a_record_it_cannot_treat_once_an_hour(self):
        poisoned = held()
        break_history_of(poisoned)
        by_schedule = Operation(actor=Actor.SCHEDULE, source=Source.SCHEDULE)

        for _ in range(3):
            assert retry(poisoned.pk, operation=by_schedule)[0].result == Result.FAILED

        assert RecoveryAttempt.objects.count() == 1


def break_history_of(parcel: Parcel) -> None:
    """Make its next event impossible: somebody has written one of that version already."""
    workflow.Event.objects.create(
        subject_model="parcels.parcel",
        subject_id=parcel.pk,
        sequence=parcel.version + 1,
        to_status="pending",
        transition="broken",
        operation_id=STAFF.id,
    )
