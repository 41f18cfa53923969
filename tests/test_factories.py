"""Keeps the factories honest: every trait must be reachable by real transitions, with a history that fits."""

import pytest
from django.db import connection

from bookings.models import Allocation
from operations.workflow import Event
from tests.factories import BookingFactory, DeliveryFactory, EnquiryFactory, ServiceFactory, SessionFactory

pytestmark = pytest.mark.django_db

BOOKINGS = {
    "": "submitted",
    "draft": "draft",
    "waiting": "submitted",
    "waiting_for_payment": "submitted",
    "waiting_for_partner": "submitted",
    "accepted": "accepted",
    "in_progress": "in_progress",
    "completed": "completed",
    "cancelled": "cancelled",
    "cancelled_by_staff": "cancelled",
    "failed": "failed",
}
DELIVERIES = (
    *("working", "done", "confirmed", "bounced", "unknown"),
    *("dead", "held", "cancelled", "expired", "settled"),
)
CASES = [
    *((BookingFactory, trait, status) for trait, status in BOOKINGS.items()),
    *((EnquiryFactory, trait, trait or "open") for trait in ("", "answered", "closed")),
    *((DeliveryFactory, trait, trait or "pending") for trait in ("", *DELIVERIES)),
]


@pytest.mark.parametrize(("make", "trait", "status"), CASES)
def test_each_trait_leads_to_its_status_with_a_history_that_fits(make, trait, status):
    record = make(**({trait: True} if trait else {}))

    connection.check_constraints()
    assert record.status == status
    assert Event.objects.of(record).last().sequence == record.version


def test_bookings_of_one_session_take_the_next_place():
    session = SessionFactory(service=ServiceFactory(group=True))

    assert [BookingFactory(session=session).place for _ in range(3)] == [1, 2, 3]


def test_a_live_booking_occupies_its_resource_and_a_cancelled_one_does_not():
    assert Allocation.objects.get(session=BookingFactory().session).is_live
    assert not Allocation.objects.get(session=BookingFactory(cancelled=True).session).is_live
