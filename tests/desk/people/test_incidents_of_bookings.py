"""Processing that fails by an error of ours is an incident like any other, and comes back like one."""

import pytest
from django.utils import timezone

from bookings import processing
from bookings.models import Booking
from operations import impact
from operations.incidents import Incident
from operations.recovery import conditions
from tests.desk.people.acting import browser_of, form, somebody, text
from tests.factories import BookingFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/desk/incidents/"


@pytest.fixture(autouse=True)
def broken(monkeypatch):
    """A service whose approval nobody can decide about any more."""

    def decide(booking, operation):
        raise ValueError(f"no rule for booking {booking.reference} of {booking.email}")

    monkeypatch.setattr(processing, "decide", decide)


def process(booking, times=1):
    for _ in range(times):
        Booking.objects.filter(pk=booking.pk).update(next_at=timezone.now())
        processing.process(booking.pk)
    return Booking.objects.get(pk=booking.pk)


def page_of(incident):
    return f"{LIST}{incident.pk}/"


def test_bookings_that_fail_alike_are_one_incident_that_names_nobody():
    failed = [process(BookingFactory(), times=3) for _ in range(2)]

    assert {booking.status for booking in failed} == {"failed"}
    [told] = impact.tell(Incident.objects.open())
    assert (told.impact.failures, told.impact.records, told.impact.people) == (6, 2, 2)
    assert told.impact.waiting == 2
    assert failed[0].reference not in str(told.incident)


def test_its_page_leads_to_the_bookings_that_failed_so():
    booking = process(BookingFactory(name="Clara Kunde"), times=3)
    browser = browser_of(somebody("Anna"))

    page = text(browser, page_of(Incident.objects.get()))
    assert str(conditions()["bookings.failed"].title) in page
    mark = Incident.objects.get().fingerprint
    listed = text(browser, f"/admin/desk/bookings.failed/?fingerprint={mark}")
    assert booking.reference in listed


def test_who_has_a_booking_now_waits_no_more(monkeypatch):
    booking = process(BookingFactory())
    monkeypatch.undo()
    assert process(booking).status == "accepted"

    told = impact.of(Incident.objects.get())
    assert (told.people, told.waiting) == (1, 0)


def test_closed_it_comes_back_when_it_happens_again():
    process(BookingFactory())
    incident, browser = Incident.objects.get(), browser_of(somebody("Anna"))
    shown = form(browser, page_of(incident), "close")
    assert browser.post(page_of(incident), shown.fields | {"text": "Rule added."}).status_code == 303
    assert not Incident.objects.open().exists()

    process(BookingFactory())

    assert Incident.objects.open().get() == incident
    assert "Has come back" in text(browser, page_of(incident))
    assert impact.of(incident).failures == 1
