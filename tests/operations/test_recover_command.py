"""Scripts recover like people do, and learn from the exit code what came of it."""

import json
import subprocess
import sys
from subprocess import PIPE

import pytest
from django.core.management import CommandError, call_command

from tests.chaos.queue_processes import ROOT, QueueProcesses
from tests.factories import BookingFactory
from tests.operations.test_repair import held
from tests.parcels.models import Parcel

pytestmark = pytest.mark.django_db


@pytest.fixture
def recover(capsys):
    def recover(*arguments: object) -> tuple[int, str]:
        try:
            call_command("recover", *map(str, arguments))
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return code, capsys.readouterr().out

    return recover


def test_the_list_tells_all_that_the_desk_tells(recover):
    parcel = held()

    _, output = recover("list", "--json")

    (entry,) = [entry for entry in json.loads(output) if entry["model"] == "parcels.parcel"]
    assert entry == {
        "condition": "parcels.stuck",
        "title": "Stuck",
        "model": "parcels.parcel",
        "id": parcel.pk,
        "booking": "",
        "status": "held",
        "since": Parcel.objects.get().updated_at.isoformat(),
        "explanation": "It did not arrive.",
        "customer_text": "It did not arrive.",
        "remedies": [{"code": "retry", "title": "Retry now", "says": "Sends it again."}],
    }


def test_it_applies_once(recover):
    parcel = held()
    press = ("apply", "parcels.stuck", "retry", "--id", parcel.pk, "--reason", "the server is back")

    assert recover(*press)[0] == 0
    assert recover(*press)[0] == 3
    assert Parcel.objects.get().status == "pending"


def test_all_means_all_and_none_is_already_resolved(recover):
    held()
    held()
    press = ("apply", "parcels.stuck", "retry", "--all", "--reason", "the server is back")

    assert recover(*press)[0] == 0
    assert Parcel.objects.filter(status="pending").count() == 2
    assert recover(*press)[0] == 3


def test_without_a_reason_it_is_refused(recover):
    parcel = held()

    assert recover("apply", "parcels.stuck", "retry", "--id", parcel.pk, "--reason", " ")[0] == 4
    assert Parcel.objects.get().status == "held"


@pytest.mark.parametrize(("condition", "remedy"), [("no.such", "retry"), ("parcels.stuck", "no_such")])
def test_an_unknown_name_is_an_error(condition, remedy, recover):
    with pytest.raises(CommandError):
        recover("apply", condition, remedy, "--all", "--reason", "x")


def test_the_history_of_a_booking_is_found_by_its_reference(recover):
    booking = BookingFactory(accepted=True)

    _, output = recover("history", booking.reference.lower(), "--json")

    events = json.loads(output)
    assert [event["sequence"] for event in events] == list(range(1, booking.version + 1))
    assert [event["to"] for event in events][-1] == "accepted"
    assert set(events[0]) == {
        *("sequence", "from", "to", "transition"),
        *("actor", "source", "reason", "request_id", "at"),
    }


def test_an_unknown_reference_is_an_error(recover):
    with pytest.raises(CommandError):
        recover("history", "NOBODY")


@pytest.mark.django_db(transaction=True)
def test_who_reads_only_the_first_line_is_spared_a_traceback():
    for _ in range(300):
        held()
    command = (sys.executable, "manage.py", "recover", "list")
    listing = subprocess.Popen(
        command, cwd=ROOT, env=QueueProcesses().environment, stdout=PIPE, stderr=PIPE, text=True
    )
    assert listing.stdout.readline()
    listing.stdout.close()

    assert listing.stderr.read() == ""
    assert listing.wait(20) == 0
