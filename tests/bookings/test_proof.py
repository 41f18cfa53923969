"""The proof over bookings is kept by what customers and staff really do, and notices what must never be."""

import uuid

import pytest
from django.db import connection

from bookings import changes, intake, processing, remedies
from bookings.intake import Submission
from bookings.models import Allocation, Booking, Message
from operations import intents, proving
from operations.workflow import Actor, Operation, Source
from tests.factories import ResourceFactory, ServiceFactory, in_a_week

pytestmark = pytest.mark.django_db
STAFF = Operation(actor=Actor.STAFF, source=Source.DESK, reason="a test says so")


@pytest.fixture
def service():
    service = ServiceFactory()
    service.requirements.create(kind="person")
    ResourceFactory(location=service.location)
    return service


def a_request(scope: str = "web:book") -> intents.Request:
    return intents.Request(scope, uuid.uuid4())


def book(service, hour: int = 9) -> Booking:
    """Submitted and processed."""
    wanted = Submission(
        service=service,
        start=in_a_week().replace(hour=hour),
        resource=None,
        name="Ada Lovelace",
        email=f"ada{hour}@example.com",
    )
    booking = intake.submit(a_request(), wanted, source=Source.WEB).booking
    while processing.drain():
        pass
    return Booking.objects.get(pk=booking.pk)


def broken() -> set[str]:
    return {finding["code"] for finding in proving.prove().findings}


def sql(statement: str) -> None:
    """Do what the database itself refuses to anybody else."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("booking", "session", "allocation"):
            cursor.execute(f"ALTER TABLE bookings_{table} DISABLE TRIGGER USER")
        cursor.execute(statement)


def test_what_customers_and_staff_do_keeps_every_promise(service):
    cancelled, moved, called_off = book(service, 9), book(service, 10), book(service, 11)
    changes.cancel(a_request("web:cancel"), cancelled.token, version=cancelled.version, source=Source.WEB)
    changes.move(
        a_request("web:move"),
        moved.token,
        version=moved.version,
        source=Source.WEB,
        start=in_a_week().replace(hour=12),
        resource=None,
    )
    remedies.cancel(called_off, STAFF)
    processing.fail(book(service, 13), "processing_error", STAFF)
    connection.check_constraints()

    assert broken() == set()


def test_a_request_without_its_booking(service):
    intents.claim(a_request(), {"name": "Ada"}, "submitted")

    assert broken() == {"bookings.recorded"}


def test_somebody_taken_twice(service):
    first, second = book(service, 9), book(service, 10)
    held = Allocation.objects.get(session=first.session)
    sql("ALTER TABLE bookings_allocation DROP CONSTRAINT bookings_no_overlap")
    Allocation.objects.filter(session=second.session).update(occupied=held.occupied)

    assert broken() == {"bookings.no_overlap"}


def test_a_booking_at_another_time_than_its_session(service):
    book(service)
    sql("UPDATE bookings_session SET starts_at = starts_at - interval '1 hour'")

    assert broken() == {"bookings.fit"}


@pytest.mark.parametrize("table", ["session", "allocation"])
def test_a_booked_time_that_is_not_held(table, service):
    book(service)
    sql(f"UPDATE bookings_{table} SET is_live = false")

    assert broken() == {"bookings.held"}


def test_a_step_that_the_customer_was_never_told_of(service):
    book(service)
    Message.objects.filter(delivery__kind="confirmation").delete()

    assert broken() == {"bookings.told"}


def test_a_message_that_nothing_calls_for(service):
    booking = book(service)
    message = Message.objects.get(booking=booking, delivery__kind="confirmation")
    message.revision += 1
    message.save()

    assert broken() == {"bookings.told", "bookings.told_once"}
