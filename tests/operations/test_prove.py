"""Each promise is kept by what really happens, and notices what must never happen."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from django_q.models import Schedule

from operations import engine, promises, proving, queue, recovery, workflow
from operations.errors import DeliveryError
from operations.intents import Intent
from operations.proving import Proof
from operations.workflow import WORKER, Event
from tests.operations.test_repair import held
from tests.parcels.models import TOPIC, Parcel, post

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: object) -> None:
    """Do what the database itself refuses to anybody else."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("parcels_parcel", "operations_event"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, list(values))  # type: ignore[arg-type]


def broken() -> dict[str, list[str]]:
    """What the proof finds: the records that break a promise, by its code."""
    return {
        finding["code"]: [breach["record"] for breach in finding["broken"]]
        for finding in proving.prove().findings
    }


@pytest.fixture
def parcel() -> Parcel:
    return post()[0]


def name(parcel: Parcel) -> str:
    return f"parcels.parcel {parcel.pk}"


def test_what_really_happens_keeps_every_promise():
    post(4)
    done, lost, failed = engine.claim(Parcel, TOPIC, 3)
    engine.acknowledge(done, engine.Receipt())
    engine.mark_handover(lost)
    with transaction.atomic():
        engine.reclaim(workflow.fetch(Parcel, pk=lost.pk), WORKER)
    engine.record_failure(failed, DeliveryError("a bug"))
    held()
    queue.reconcile_schedules()

    assert broken() == {}


def test_a_status_without_its_event(parcel):
    sql("UPDATE parcels_parcel SET status = 'held' WHERE id = %s", parcel.pk)

    assert broken() == {"history.explains": [name(parcel)]}


def test_a_record_without_history(parcel):
    sql("DELETE FROM operations_event")

    assert broken() == {"history.explains": [name(parcel)]}


def test_a_gap():
    parcel = held()
    sql("DELETE FROM operations_event WHERE subject_id = %s AND sequence = 1", parcel.pk)

    assert set(broken()) == {"history.complete", "history.allowed"}


def test_a_step_that_no_transition_makes(parcel):
    sql("UPDATE parcels_parcel SET status = 'done', version = 2 WHERE id = %s", parcel.pk)
    Event.objects.create(
        subject_model="parcels.parcel",
        subject_id=parcel.pk,
        sequence=2,
        from_status="pending",
        to_status="done",
        transition="magic",
        operation_id=WORKER.id,
    )

    assert broken() == {"history.allowed": [name(parcel)]}


def test_a_record_that_waits_where_nobody_looks(parcel, monkeypatch):
    Parcel.objects.update(stale_after=timezone.now() - timedelta(hours=1))

    assert broken() == {"desk.complete": [name(parcel)]}


def test_a_stuck_effect_that_its_condition_forgets(monkeypatch):
    parcel = held()
    monkeypatch.delitem(recovery.conditions(), "parcels.stuck")

    assert broken() == {"desk.complete": [name(parcel)]}


def test_a_lease_that_nobody_works_under(parcel):
    sql("UPDATE parcels_parcel SET lease_token = gen_random_uuid(), lease_until = now()")

    assert broken() == {"effects.leased": [name(parcel)]}


def test_a_request_of_which_nothing_came():
    intent = Intent.objects.create(scope="web:book", key="5f0c7a0e-8a4a-4c5b-9e6e-7f4f9f1d2b3c")

    assert broken() == {"intents.recorded": [f"operations.intent {intent.pk}"]}


def test_a_schedule_that_nobody_records():
    queue.reconcile_schedules()
    Schedule.objects.create(name="stranger", func="operations.queue.run_job")

    assert broken() == {"jobs.recorded": ["schedule stranger"]}


def test_a_promise_that_cannot_be_checked_is_not_kept(monkeypatch):
    broken_one = promises.Promise("a.bug", "It works.", lambda: promises.found_by("SELECT nonsense"))
    monkeypatch.setitem(promises.promises(), "a.bug", broken_one)

    assert broken() == {"a.bug": ["a.bug"]}


def test_the_command_names_the_records_and_ends_with_one(parcel, capsys):
    sql("UPDATE parcels_parcel SET status = 'held' WHERE id = %s", parcel.pk)

    with pytest.raises(SystemExit) as end:
        call_command("prove", "--json")

    report = json.loads(capsys.readouterr().out)
    assert end.value.code == 1
    assert not report["kept"]
    assert report["broken"][0]["broken"][0]["record"] == name(parcel)


def test_a_broken_promise_is_on_the_desk_until_it_is_kept_again(parcel):
    condition = recovery.conditions()["operations.promise_broken"]
    sql("UPDATE parcels_parcel SET status = 'held' WHERE id = %s", parcel.pk)
    proving.prove()
    assert name(parcel) in recovery.words(condition.explanation, condition.records().get())

    sql("UPDATE parcels_parcel SET status = 'pending' WHERE id = %s", parcel.pk)
    proving.prove()

    assert not condition.records().exists()
    assert Proof.objects.count() == 2
