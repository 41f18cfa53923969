"""Why a reminder comes at its time, once, and never about a time that counts no more."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from bookings import changes, messages, processing, proof, remedies
from bookings.models import Booking
from notifications import channels, work
from notifications.models import Delivery
from operations import intents, recovery, sweeps, workflow
from operations.history import Event
from operations.workflow import WORKER, Source
from tests.factories import STAFF, BookingFactory, LocationFactory, ResourceFactory, ServiceFactory
from tests.notifications.checker import check_against

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def service():
    """Offered at every hour; somebody is always there."""
    service = ServiceFactory(location__opening_hours="24/7", location__cancel_until_hours=1)
    service.requirements.create(kind="person")
    ResourceFactory(location=service.location)
    return service


def accept(**kwargs) -> Booking:
    """A booking that the worker accepts now."""
    booking = BookingFactory(**kwargs)
    with transaction.atomic():
        processing.accept(workflow.fetch(Booking, pk=booking.pk), WORKER)
    return Booking.objects.get(pk=booking.pk)


def reminders(booking, status="pending"):
    return Delivery.objects.filter(message__booking=booking, kind="reminder", status=status).order_by(
        "next_at"
    )


def work_at(moment):
    with time_machine.travel(moment):
        sweeps.sweep()
        while work.drain():
            pass


def subjects(server):
    return [mail.mail["Subject"].split(":")[0] for mail in server.received]


def request(action):
    return intents.read(intents.issue(), f"web:{action}")


def test_two_reminders_are_queued_with_the_confirmation_and_wait_for_their_time(server):
    booking = accept()
    while work.drain():
        pass

    day, hours = reminders(booking)
    assert (booking.starts_at - day.next_at, booking.starts_at - hours.next_at) == (24 * HOUR, 2 * HOUR)
    assert day.not_after == hours.not_after == booking.starts_at - HOUR / 2
    assert subjects(server) == ["Confirmed"]


def test_each_leaves_when_its_time_has_come_and_once(server):
    booking = accept()
    for before in (25, 23.9, 12, 2.1, 1.9, 1, 0.1, -1):
        work_at(booking.starts_at - before * HOUR)

    assert subjects(server) == ["Confirmed", "Reminder", "Reminder"]
    assert f"/b/{booking.token}/" in server.received[1].text
    assert reminders(booking, "done").count() == 2
    check_against(server)


def test_a_service_says_when_and_whether(service):
    service.reminder_hours = [48]
    service.save()
    [reminder] = reminders(accept(service=service))
    assert reminder.message.booking.starts_at - reminder.next_at == 48 * HOUR

    silent = ServiceFactory(reminder_hours=[])
    assert not reminders(accept(service=silent)).exists()


@pytest.mark.parametrize(("hours", "left"), [(25, 2), (24, 1), (3, 1), (2, 0), (0.4, 0)])
def test_what_should_have_left_before_the_booking_was_accepted_is_not_sent_late(hours, left):
    with time_machine.travel(timezone.now(), tick=False):
        booking = accept(starts_at=timezone.now() + hours * HOUR)

        assert reminders(booking).count() == left


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Berlin", "2027-03-28T09:00+02:00"),  # the night before has 23 hours
        ("Europe/Berlin", "2027-10-31T09:00+01:00"),  # and this one 25
        ("Australia/Lord_Howe", "2027-10-03T09:00+11:00"),  # half an hour less
    ],
)
def test_a_day_ahead_is_twenty_four_hours_whatever_the_clocks_do(zone, start):
    with time_machine.travel("2027-01-05T09:00Z"):
        place = LocationFactory(time_zone=zone, horizon_days=400)
        booking = accept(service__location=place, starts_at=datetime.fromisoformat(start))

        assert booking.starts_at - reminders(booking)[0].next_at == 24 * HOUR


def test_reminders_follow_the_booking_when_it_moves(server, service):
    booking = accept(service=service)
    old = list(reminders(booking))
    later = booking.starts_at + 5 * HOUR
    changes.move(
        request("move"), booking.token, version=booking.version, source=Source.WEB, start=later, resource=None
    )

    assert reminders(booking, "cancelled").count() == len(old) == 2
    assert [later - each.next_at for each in reminders(booking)] == [24 * HOUR, 2 * HOUR]
    work_at(booking.starts_at - 2 * HOUR)
    work_at(later - 24 * HOUR)
    work_at(later - 2 * HOUR)
    assert subjects(server) == ["New time", "Reminder", "Reminder"]
    assert proof.reminded_wrongly() == []


def cancelled_by_customer(booking):
    changes.cancel(request("cancel"), booking.token, version=booking.version, source=Source.WEB)


def cancelled_by_staff(booking):
    with transaction.atomic():
        remedies.cancel(workflow.fetch(Booking, pk=booking.pk), STAFF)


def failed(booking):
    with transaction.atomic():
        processing.fail(workflow.fetch(Booking, pk=booking.pk), "processing_error", WORKER)


@pytest.mark.parametrize("end", [cancelled_by_customer, cancelled_by_staff, failed])
def test_nobody_is_reminded_of_what_will_not_be(server, end):
    booking = accept()
    end(booking)
    work_at(booking.starts_at - 24 * HOUR)

    assert reminders(booking, "cancelled").count() == 2
    assert "Reminder" not in subjects(server)


def test_a_reminder_that_was_never_taken_back_still_does_not_leave(server):
    """The second wall: whoever changes the booking and forgets the reminder reminds nobody."""
    booking = accept()
    with transaction.atomic():
        workflow.perform(
            workflow.fetch(Booking, pk=booking.pk), "cancel", STAFF, by="staff", reason="a test says so"
        )
    assert len(proof.reminded_wrongly()) == 2
    work_at(booking.starts_at - 24 * HOUR)

    assert "Reminder" not in subjects(server)
    assert reminders(booking, "cancelled").count() == 1


def test_a_late_reminder_leaves_while_it_is_of_use(server):
    booking = accept()
    work_at(booking.starts_at - 20 * HOUR)

    assert "Reminder" in subjects(server)


def test_after_an_outage_that_made_both_late_one_reminder_leaves(server):
    booking = accept()
    work_at(booking.starts_at - HOUR)

    assert subjects(server).count("Reminder") == 1
    assert reminders(booking, "cancelled").count() == 1


def test_after_two_days_without_a_worker_they_are_missed_and_staff_see_it(server):
    booking = accept()
    work_at(booking.starts_at - HOUR / 4)

    missed = recovery.conditions()["notifications.missed"]
    assert "Reminder" not in subjects(server)
    [last] = reminders(booking, "expired")
    assert list(missed.records()) == [last]
    assert last.parameters["hours"] == 2


def test_of_two_missed_the_one_that_would_not_have_been_sent_says_why(server):
    booking = accept()
    work_at(booking.starts_at - HOUR / 4)

    [other] = reminders(booking, "cancelled")
    event = Event.objects.of(other).last()
    assert (event.transition, event.reason) == (
        "supersede",
        "The next reminder was due as well; that one counts.",
    )


def test_a_reminder_that_is_the_only_one_is_missed(server):
    booking = accept(service=ServiceFactory(reminder_hours=[24]))
    work_at(booking.starts_at - HOUR / 4)

    assert (
        recovery.conditions()["notifications.missed"].records().get() == reminders(booking, "expired").get()
    )


def test_while_mail_is_down_a_reminder_waits_and_then_leaves(server):
    booking = accept()
    work_at(timezone.now())
    channels.pause("email", "a test says so")
    work_at(booking.starts_at - 23 * HOUR)
    assert reminders(booking, "held").count() == 1
    channels.release("email", "a test says so")
    work_at(booking.starts_at - 22 * HOUR)

    assert subjects(server) == ["Confirmed", "Reminder"]


def test_the_latest_message_is_not_the_reminder(server):
    booking = accept()
    work_at(timezone.now())
    changes.resend(request("resend"), booking.token, version=booking.version, source=Source.WEB)
    work_at(timezone.now())
    assert subjects(server) == ["Confirmed", "Confirmed"]

    work_at(booking.starts_at - 24 * HOUR)
    with transaction.atomic():
        copy = messages.send_copy(booking, STAFF)
    assert copy
    assert copy.kind == "confirmation"


def test_asking_for_a_reminder_by_name_does_not_send_it_early(server):
    booking = accept()
    work_at(timezone.now())
    with transaction.atomic():
        sent = messages.send_copy(booking, STAFF, message_id=reminders(booking)[0].message_id)

    assert sent
    assert sent.kind == "confirmation"
    assert reminders(booking).count() == 2


def test_a_reminder_to_come_is_no_trouble(client):
    booking = accept()
    page = client.get(f"/b/{booking.token}/").content.decode()

    assert 'data-message="reminder" data-message-status="pending" class="to-come"' in page
    assert "It leaves at" in page
    with time_machine.travel(booking.starts_at - 24 * HOUR - timedelta(minutes=1)):
        listed = {code: set(each.records()) for code, each in recovery.conditions().items()}
    to_come = set(reminders(booking))
    assert [code for code, records in listed.items() if records & to_come] == []


def test_the_page_forgets_the_reminders_of_a_time_that_counts_no_more(client):
    booking = accept()
    cancelled_by_customer(booking)

    assert 'data-message="reminder"' not in client.get(f"/b/{booking.token}/").content.decode()


def test_a_request_is_reminded_of_once_it_is_accepted():
    booking = BookingFactory(waiting=True)
    with transaction.atomic():
        messages.remind(booking, WORKER)

    assert not reminders(booking).exists()


def test_a_reminder_to_come_wakes_nobody():
    OrmQ.objects.all().delete()
    booking = BookingFactory(accepted=True)
    with transaction.atomic():
        messages.remind(booking, WORKER)

    assert not OrmQ.objects.exists()


@pytest.mark.parametrize("hours", [[0], [721], [24, 24], [1, 2, 3, 4, 5, 6, 7]])
def test_hours_of_no_use_are_refused(hours):
    with pytest.raises(ValidationError):
        ServiceFactory.build(reminder_hours=hours).clean_fields(exclude=["location"])
