"""Start-up fails when a record could get stuck where nobody looks."""

from dataclasses import replace

from operations import checks, recovery
from tests.parcels.models import Parcel


def test_every_status_of_every_workflow_is_final_or_covered():
    assert checks.every_status_is_final_or_covered() == []


def test_a_status_that_no_condition_covers_is_an_error(monkeypatch):
    stuck = recovery.conditions()["parcels.stuck"]
    monkeypatch.setitem(recovery.conditions(), stuck.code, replace(stuck, covers=stuck.covers - {"dead"}))

    (error,) = checks.every_status_is_final_or_covered()

    assert (error.id, error.obj) == ("operations.E001", Parcel)
    assert "'dead'" in error.msg
