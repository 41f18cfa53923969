"""Five tasks about bookings, done by somebody who has only the desk."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings import processing, rehearsal
from bookings.models import Booking
from bookings.rehearsal import Fault
from operations.recovery import conditions
from tests.desk.people.acting import browser_of, somebody
from tests.desk.staff import press
from tests.desk.tasks.conftest import as_the_table_says, mails_to, worker_has_its_turn
from tests.factories import BookingFactory, ResourceFactory, ServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_who_cancelled_it_and_why(server, newcomer):
    booking = BookingFactory(name="Clara Berg", waiting=True, service=ServiceFactory(by_staff=True))
    bert, awaiting = browser_of(somebody("Bert")), conditions()["bookings.awaiting_staff"]
    press(bert, awaiting, booking, "decline", reason="The stylist is ill.")
    worker_has_its_turn()

    anna = newcomer()
    anna.finds(booking.reference)
    anna.clicks("Clara Berg")
    line = anna.page.locator(".timeline > li", has_text="Cancelled")

    assert "Bert" in line.inner_text()
    assert "“The stylist is ill.”" in line.inner_text()
    anna.sees("Accepted by the other side")
    as_the_table_says("cancelled", anna)


def test_two_bookings_by_one_person_did_she_mean_it(server, newcomer):
    earlier = BookingFactory(accepted=True, name="Clara Berg", email="clara@example.com")
    later = BookingFactory(accepted=True, name="Clara Berg", email="clara@example.com", duplicate_of=earlier)

    anna = newcomer()
    anna.clicks("Possibly booked twice")
    anna.clicks("Clara Berg")
    anna.sees(earlier.reference)
    anna.fills("Reason", "She pressed twice, she says.", of="Cancel this one")
    anna.presses("Cancel this one")
    anna.sees("Done: “Cancel this one”")
    worker_has_its_turn()

    assert status_of(later) == "cancelled"
    assert status_of(earlier) == "accepted"
    assert [later.reference in mail.text for mail in mails_to(server, "clara@example.com")] == [True]
    as_the_table_says("twice", anna)


def test_requests_that_nobody_answered_are_about_to_expire(server, newcomer):
    soon, service = timezone.now() + timedelta(minutes=50), ServiceFactory(by_staff=True)
    asked = (("ask", {"whom": "staff", "until": soon}),)
    dora = BookingFactory(service=service, name="Dora Falk", moves=asked)
    emil = BookingFactory(
        service=service, name="Emil Gross", moves=asked, resource=ResourceFactory(location=service.location)
    )

    anna = newcomer()
    anna.sees("Request waiting for staff")
    anna.clicks("Dora Falk")
    anna.sees("Without an answer it ends")
    anna.fills("Reason", "The chair is free.", of="Accept the request")
    anna.presses("Accept the request")
    anna.clicks("Emil Gross")
    anna.fills("Reason", "We close early that day.", of="Decline the request")
    anna.presses("Decline the request")
    anna.sees("Done: “Decline the request”")
    worker_has_its_turn()

    assert (status_of(dora), status_of(emil)) == ("accepted", "cancelled")
    assert len(mails_to(server, dora.email)) == 1
    assert ["We close early that day." in mail.text for mail in mails_to(server, emil.email)] == [True]
    as_the_table_says("requests", anna)


def test_a_booking_failed_because_of_an_error_of_ours(server, settings, newcomer):
    settings.DEMO = True
    broken = rehearsal.mark(Fault.ERROR, timezone.now() + timedelta(hours=1))
    booking = BookingFactory(name="Clara Berg", email="clara@example.com", answers=broken)
    for _ in range(settings.HOLDFAST.processing_max_attempts):
        Booking.objects.update(next_at=timezone.now())
        processing.process(booking.pk)
    Booking.objects.update(answers=rehearsal.mark())  # the error is found and repaired
    customer = browser_of(somebody("Clara", "customer"))
    assert "on our side" in customer.get(f"/b/{booking.token}/").content.decode()

    anna = newcomer()
    anna.clicks("Clara Berg")
    anna.sees("What the customer sees now")
    anna.fills("Reason", "Our error is repaired.", of="Retry now")
    anna.presses("Retry now")
    anna.sees("Done: “Retry now”")
    worker_has_its_turn()

    assert status_of(booking) == "accepted"
    assert "on our side" not in customer.get(f"/b/{booking.token}/").content.decode()
    assert ["expects you" in mail.text for mail in mails_to(server, "clara@example.com")] == [True]
    as_the_table_says("our error", anna)


def test_the_proof_of_what_happened_with_her_booking(server, newcomer):
    booking = BookingFactory(name="Clara Berg", email="clara@example.com")
    worker_has_its_turn()

    anna = newcomer("Olga", "owner")
    anna.finds(booking.reference)
    anna.clicks("Clara Berg")
    anna.clicks("Case file")
    anna.fills("Why do you need it", "She asks what we have about her.")
    with anna.page.expect_download() as download:
        anna.presses("Hand it out")
    file = download.value.path().read_text()

    assert booking.reference in file
    assert "the other side has accepted it" in file
    assert "whether anybody has read it" in file
    assert "Olga" not in file
    as_the_table_says("proof", anna)


def status_of(booking):
    return Booking.objects.get(pk=booking.pk).status
