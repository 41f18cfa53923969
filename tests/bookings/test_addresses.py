"""A mistyped address is put right by its owner: nothing is lost on the way, and nobody is cut off unseen."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from bookings import changes, customers, messages, processing, redirecting
from bookings.models import Booking, Customer
from notifications import work
from notifications.models import Delivery
from operations import intents, recovery, workflow
from operations.errors import StaleRecord
from operations.workflow import WORKER, Source
from tests.factories import STAFF, BookingFactory, DeliveryFactory
from tests.notifications.test_reminders import accept, reminders

pytestmark = pytest.mark.django_db

RIGHT = "ada@example.com"


def correct(booking, email=RIGHT, *, request=None, version=0) -> Booking:
    """As the customer does on the present page."""
    request = request or intents.read(intents.issue(), "web:address")
    version = version or Booking.objects.get(pk=booking.pk).version
    changed = changes.correct_address(request, booking.token, version=version, source=Source.WEB, email=email)
    return changed.booking


def to(address, **kwargs):
    return Delivery.objects.filter(recipient=address, **kwargs)


def drain():
    while work.drain():
        pass


def on_the_desk(booking) -> set[str]:
    """The conditions that list the booking or one of its messages."""
    told = {*Delivery.objects.filter(message__booking=booking), booking}
    return {code for code, each in recovery.conditions().items() if told & set(each.records())}


def test_what_had_not_left_goes_to_the_right_address(server):
    booking = accept(email="adda@example.com")
    correct(booking)
    drain()

    assert sorted(mail.recipient for mail in server.received) == [RIGHT, "adda@example.com"]
    assert {each.kind for each in to("adda@example.com", status="done")} == {"address_changed"}
    confirmation = to(RIGHT).get(kind="confirmation")
    assert (confirmation.status, confirmation.may_be_duplicate) == ("done", False)


@pytest.mark.parametrize("trait", ["dead", "bounced", "unknown", "held", "working"])
def test_what_got_stuck_at_the_old_address_is_closed_and_sent_to_the_right_one(server, trait):
    booking = BookingFactory(accepted=True, email="adda@example.com")
    stuck = DeliveryFactory(booking=booking, **{trait: True})
    correct(booking)
    drain()

    assert Delivery.objects.get(pk=stuck.pk).status in ("settled", "cancelled")
    assert [mail.recipient for mail in server.received].count(RIGHT) == 1
    assert on_the_desk(booking) == set()


def test_what_a_stranger_has_got_is_sent_again_to_its_owner(server):
    booking = accept(email="adda@example.com")
    drain()
    correct(booking)
    drain()

    [mine] = [mail.mail for mail in server.received if mail.recipient == RIGHT]
    assert [part.get_content_type() for part in mine.iter_attachments()] == ["text/calendar"]


def test_reminders_go_to_the_right_address_only():
    booking = accept(email="adda@example.com")
    correct(booking)
    assert {each.recipient for each in reminders(booking)} == {RIGHT}

    correct(booking, "adda@example.com")
    correct(booking)
    assert [each.recipient for each in reminders(booking)] == [RIGHT, RIGHT]


def test_the_old_address_is_told_without_the_new_one_in_full(server):
    booking = accept(email="adda@example.com")
    drain()
    correct(booking)
    drain()

    told = next(mail for mail in server.received if "address was changed" in mail.mail["Subject"])
    assert told.recipient == "adda@example.com"
    assert f"/b/{booking.token}/" in told.text
    assert "a…@example.com" in told.text
    assert RIGHT not in told.text


def test_an_old_address_that_nobody_has_is_nobody_s_trouble(server):
    booking = accept(email="adda@example.com")
    server.fault("rcpt", "550 5.1.1 no such user", recipient="adda@example.com")
    drain()
    assert "notifications.dead" in on_the_desk(booking)
    correct(booking)
    drain()

    assert on_the_desk(booking) == set()
    assert [mail.recipient for mail in server.received] == [RIGHT]
    assert to("adda@example.com", kind="address_changed").get().status == "cancelled"


def test_a_correction_is_one_step_of_the_booking_s_history_and_leaves_the_rest():
    booking = accept(email="adda@example.com")
    after = correct(booking)

    assert (after.email, after.version, after.revision) == (RIGHT, booking.version + 1, booking.revision)
    assert (after.status, after.starts_at) == (booking.status, booking.starts_at)


def test_asking_twice_corrects_once():
    booking = accept()
    request = intents.read(intents.issue(), "web:address")
    version = booking.version
    correct(booking, request=request, version=version)
    correct(booking, request=request, version=version)

    assert to(RIGHT, kind="confirmation").count() == 1


def test_a_stale_page_corrects_nothing():
    booking = accept()
    with pytest.raises(StaleRecord):
        correct(booking, version=booking.version - 1)

    assert not to(RIGHT).exists()


@pytest.mark.parametrize("same", ["adda@example.com", " ADDA@Example.com "])
def test_the_same_address_is_no_correction(same):
    booking = accept(email="adda@example.com")
    with pytest.raises(redirecting.SameAddress):
        correct(booking, same)

    assert Booking.objects.get().version == booking.version


def test_nobody_tries_out_one_address_after_the_other(settings):
    booking = accept()
    for number in range(settings.HOLDFAST.address_corrections_per_day):
        correct(booking, f"{number}@example.com")
    with pytest.raises(redirecting.CorrectedTooOften):
        correct(booking)

    assert not to(RIGHT).exists()


def test_before_the_first_message_only_the_address_changes(server):
    booking = BookingFactory(email="adda@example.com")
    after = correct(booking)
    assert not Delivery.objects.exists()

    with transaction.atomic():
        processing.accept(after, WORKER)
    drain()
    assert [mail.recipient for mail in server.received] == [RIGHT]


def test_long_after_the_appointment_there_is_nothing_to_correct():
    booking = BookingFactory(completed=True, starts_at=timezone.now() - timedelta(days=3))
    with pytest.raises(changes.NotAllowedNow):
        correct(booking)


def test_a_copy_asked_for_later_goes_to_the_present_address(server):
    booking = accept(email="adda@example.com")
    drain()
    first = to("adda@example.com").get(kind="confirmation")
    correct(booking)
    changes.resend(
        intents.read(intents.issue(), "web:resend"),
        booking.token,
        version=booking.version + 1,
        source=Source.WEB,
        message_id=first.message_id,
    )
    drain()

    assert [mail.recipient for mail in server.received].count("adda@example.com") == 2  # and the notice
    latest = messages.latest(booking)
    assert latest
    assert latest.recipient == RIGHT


class TestTheCustomersRow:
    def noted(self, **fields):
        booking = BookingFactory(accepted=True, email="adda@example.com", **fields)
        customers.collect()
        return booking

    def known(self):
        return sorted(Customer.objects.values_list("email", flat=True))

    def test_it_goes_along_so_that_the_wrong_address_is_nowhere(self):
        booking = self.noted()
        Customer.objects.update(presses=1)

        correct(booking)

        assert self.known() == [RIGHT]
        assert Customer.objects.get().presses == 1

    def test_one_is_left_where_the_right_address_was_known_already(self):
        BookingFactory(email=RIGHT)
        booking = self.noted()

        correct(booking)

        assert self.known() == [RIGHT]

    def test_whoever_else_has_the_wrong_address_keeps_their_row(self):
        BookingFactory(email="Adda@example.com")
        booking = self.noted()

        correct(booking)

        assert self.known() == [RIGHT, "adda@example.com"]

    def test_what_staff_wrote_about_somebody_else_stays_with_them(self):
        booking = self.noted()
        Customer.objects.update(presses=1, created_at=booking.created_at - timedelta(days=30))

        correct(booking)

        assert self.known() == [RIGHT, "adda@example.com"]

    def test_a_corrected_number_leaves_no_row_either(self):
        booking = BookingFactory(accepted=True, email="", phone="+49 170 5550123")
        customers.collect()

        with transaction.atomic():
            redirecting.correct_phone(workflow.fetch(Booking, pk=booking.pk), "+49 170 5550199", STAFF)

        assert [each.phone for each in Customer.objects.all()] == ["+49 170 5550199"]
