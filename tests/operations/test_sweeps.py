"""A sweep treats whatever is due, each row for itself, as often and by as many as you like."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.utils import timezone

from operations import engine, recovery, sweeps, turns
from operations.workflow import Event
from tests.operations.test_repair import break_history_of
from tests.parcels.models import TOPIC, Parcel, post
from tests.racing import race


def lapsed(count: int) -> list[Parcel]:
    post(count)
    parcels = engine.claim(Parcel, TOPIC, count)
    Parcel.objects.update(lease_until=timezone.now())
    return parcels


@pytest.mark.django_db
class TestOne:
    def test_it_takes_back_what_dead_workers_held(self):
        lapsed(3)

        assert sweeps.sweep() == 3
        assert Parcel.objects.filter(status="pending").count() == 3

    def test_poisoned_rows_hold_up_nobody_however_many_they_are(self, settings):
        settings.HOLDFAST = replace(settings.HOLDFAST, recovery_batch_count=2)
        parcels = lapsed(8)
        for poisoned in parcels[:5]:
            break_history_of(poisoned)

        assert sweeps.sweep() == 3
        assert set(Parcel.objects.filter(status="pending")) == set(parcels[5:])

    def test_a_condition_that_cannot_be_read_stops_no_other_and_is_not_silent(self, monkeypatch):
        broken = replace(
            recovery.conditions()["parcels.interrupted"],
            code="a.broken",
            records=lambda: Parcel.objects.filter(pk="?"),
        )
        monkeypatch.setitem(recovery.conditions(), broken.code, broken)
        lapsed(1)

        with pytest.raises(ValueError, match="expected a number"):
            sweeps.sweep()

        assert Parcel.objects.get().status == "pending"

    def test_what_a_turn_has_no_time_for_is_left_to_the_next(self, shared_board):
        lapsed(1)
        shared_board.ask_to_stop()

        with turns.turn():
            assert sweeps.sweep() == 0

    def test_the_command_says_what_it_moved(self, capsys):
        lapsed(2)

        call_command("sweep")

        assert "2" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_do_no_harm():
    parcels = lapsed(20)

    moved = race(2, lambda _: sweeps.sweep())

    assert sum(moved) == 20
    for parcel in parcels:
        assert list(Event.objects.of(parcel).values_list("sequence", flat=True)) == [1, 2, 3]
