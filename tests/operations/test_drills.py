"""A rehearsal makes its fault for real, in a demonstration only, and the fault has a way out."""

import smtplib
import time
from contextlib import contextmanager

import psutil
import pytest
from django.core.management import CommandError, call_command

from bookings import processing
from bookings.models import Booking
from operations import heartbeat, proving, recovery, rehearsals, repair
from operations.heartbeat import WorkerHeartbeat
from operations.workflow import Actor, Operation, Source
from tests.factories import ResourceFactory, ServiceFactory
from tests.operations.processes import in_another_process
from tests.run.installation import eventually
from tests.run.test_inbox import Inbox, letter

STAFF = Operation(actor=Actor.STAFF, source=Source.DESK, reason="a rehearsal")


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.DEMO = True


@pytest.fixture
def service():
    service = ServiceFactory()
    service.requirements.create(kind="person")
    ResourceFactory(location=service.location)
    return service


def hold(drill: str, capsys) -> str:
    call_command("drill", drill)
    return str(capsys.readouterr().out)


def press(condition: str, remedy: str, booking: Booking) -> repair.Outcome:
    found = recovery.conditions()[condition]
    (outcome,) = repair.apply(found, found.remedy(remedy), [booking.pk], STAFF)
    return outcome


@pytest.mark.parametrize("drill", sorted(rehearsals.drills()))
def test_none_is_held_where_real_people_book(drill, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="real people"):
        call_command("drill", drill)


@pytest.mark.django_db
class TestBookings:
    @pytest.mark.usefixtures("service")
    def test_a_stuck_submission_waits_on_the_desk_until_somebody_presses(self, capsys):
        told = hold("stuck_submission", capsys)

        processing.drain()
        booking = Booking.objects.get()
        assert booking.status == "submitted"
        assert booking in recovery.conditions()["bookings.late"].records()
        assert f"/b/{booking.token}/" in told
        assert press("bookings.late", "process", booking).result == "applied"
        assert Booking.objects.get().status == "accepted"

    @pytest.mark.usefixtures("service")
    def test_a_failed_booking_succeeds_when_it_is_tried_again(self, capsys):
        hold("failed_booking", capsys)

        booking = Booking.objects.get()
        assert (booking.status, booking.failure_code) == ("failed", "processing_error")
        assert press("bookings.failed", "retry", booking).result == "applied"
        processing.drain()
        assert Booking.objects.get().status == "accepted"

    @pytest.mark.usefixtures("service")
    def test_a_rehearsal_breaks_no_promise(self, capsys):
        for drill in ("stuck_submission", "failed_booking", "wrong_address", "lost_answer"):
            hold(drill, capsys)
        processing.drain()

        assert proving.prove().findings == []

    def test_without_a_free_time_it_says_so(self):
        with pytest.raises(CommandError, match="no service"):
            call_command("drill", "failed_booking")


@pytest.mark.django_db
class TestWorker:
    def test_a_worker_is_killed(self, capsys):
        WorkerHeartbeat.objects.all().delete()
        with in_another_process(nothing) as pid:
            WorkerHeartbeat.objects.create(
                worker=heartbeat.worker_id(), pid=pid, process_space=heartbeat.process_space()
            )
            hold("worker_killed", capsys)

            eventually(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)

    def test_without_a_worker_it_says_so(self):
        WorkerHeartbeat.objects.all().delete()

        with pytest.raises(CommandError, match="No worker"):
            call_command("drill", "worker_killed")


@contextmanager
def nothing():
    yield


class TestMail:
    @pytest.fixture
    def inbox(self, tmp_path, settings):
        settings.HOLDFAST_HOME, settings.LOCAL_INBOX = tmp_path, True
        inbox = Inbox(tmp_path)
        yield inbox
        inbox.server.kill()
        inbox.server.wait()

    def test_the_mail_server_is_down_for_a_while(self, inbox, capsys, tmp_path):
        hold("mail_down", capsys)

        eventually(lambda: not inbox.answers())
        (tmp_path / "inbox" / "closed_until").write_text(str(time.time()))
        eventually(inbox.answers)

    def test_a_wrong_address_is_refused_for_good(self, inbox):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            inbox.deliver(letter(), "rita@refused.example")

    def test_an_answer_is_lost_after_the_message_was_taken(self, inbox, tmp_path):
        with pytest.raises(smtplib.SMTPServerDisconnected):
            inbox.deliver(letter(), "rita@silent.example")

        assert list((tmp_path / "inbox").glob("*.eml"))
