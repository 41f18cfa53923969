"""A status moves only by a named transition, with one event, and on the version that was read."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from operations import workflow
from operations.errors import StaleRecord, WrongState
from operations.workflow import WORKER, Actor, Event, Operation, Source
from tests.parcels.models import Parcel, post

pytestmark = pytest.mark.django_db
STAFF = Operation(actor=Actor.STAFF, source=Source.DESK, reason="a test says so", user_id=7)


@pytest.fixture
def parcel() -> Parcel:
    return post()[0]


def status_in_database(parcel: Parcel) -> str:
    return str(Parcel.objects.get(pk=parcel.pk).status)


def test_a_transition_moves_the_record_and_writes_who_did_it(parcel):
    workflow.perform(parcel, "hold", STAFF, by="staff")

    event = Event.objects.of(parcel).get(sequence=2)
    assert (parcel.status, parcel.version) == ("held", 2)
    assert (event.transition, event.from_status, event.to_status) == ("hold", "pending", "held")
    assert (event.actor, event.source, event.reason, event.user_id) == ("staff", "desk", STAFF.reason, 7)


def test_a_transition_that_is_not_allowed_changes_nothing(parcel):
    with pytest.raises(WrongState):
        workflow.perform(parcel, "settle", STAFF, evidence="none")

    assert (status_in_database(parcel), Event.objects.of(parcel).count()) == ("pending", 1)


def test_a_status_cannot_be_assigned(parcel):
    with pytest.raises(AttributeError):
        parcel.status = "done"


def test_update_cannot_skip_the_transitions(parcel):
    with pytest.raises(IntegrityError, match="version 1 cannot become 1"), transaction.atomic():
        Parcel.objects.filter(pk=parcel.pk).update(status="working")

    assert status_in_database(parcel) == "pending"


def test_sql_cannot_make_a_move_that_no_transition_makes(parcel):
    with pytest.raises(IntegrityError, match="pending cannot become done"), transaction.atomic():
        sql("UPDATE parcels_parcel SET status = 'done', version = version + 1 WHERE id = %s", parcel.pk)

    assert status_in_database(parcel) == "pending"


def test_a_record_cannot_begin_in_the_middle():
    with pytest.raises(IntegrityError, match="cannot begin as done"), transaction.atomic():
        workflow.begin(Parcel(status="done", dedupe_key="x", channel="parcels"), WORKER)


def test_a_change_without_its_event_is_refused_at_commit(parcel):
    sql("UPDATE parcels_parcel SET status = 'held', version = 2 WHERE id = %s", parcel.pk)

    with pytest.raises(IntegrityError, match="version 2 has no event"):
        connection.check_constraints()


def test_a_stale_save_is_refused(parcel):
    theirs = Parcel.objects.get(pk=parcel.pk)
    workflow.perform(theirs, "hold", STAFF, by="staff")

    with pytest.raises(StaleRecord), transaction.atomic():
        workflow.perform(parcel, "supersede", STAFF)

    assert (status_in_database(parcel), Event.objects.of(parcel).count()) == ("held", 2)


def test_a_record_that_went_away_and_came_back_is_still_another_version(parcel):
    """A to B to A: the status that was seen is there again, and yet it is not what was seen."""
    theirs = Parcel.objects.get(pk=parcel.pk)
    workflow.perform(theirs, "hold", STAFF, by="staff")
    workflow.perform(theirs, "retry", STAFF)
    assert status_in_database(parcel) == "pending"

    with pytest.raises(StaleRecord), transaction.atomic():
        workflow.perform(parcel, "supersede", STAFF)
    with pytest.raises(StaleRecord):
        workflow.fetch(Parcel, pk=parcel.pk, version=1)


@pytest.mark.parametrize(
    "statement", ["UPDATE operations_event SET reason = 'other'", "DELETE FROM operations_event"]
)
def test_history_is_never_rewritten(statement, parcel):
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        sql(statement)

    assert Event.objects.of(parcel).get().reason == ""


@pytest.mark.django_db(transaction=True)
def test_nothing_is_performed_outside_a_transaction():
    (parcel,) = post()

    with pytest.raises(TransactionManagementError):
        workflow.perform(parcel, "hold", STAFF, by="staff")

    assert status_in_database(parcel) == "pending"


def sql(statement: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
