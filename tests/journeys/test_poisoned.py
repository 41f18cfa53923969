"""What cannot be treated, whatever is tried, holds up nobody behind it."""

import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.utils import timezone

from bookings import changes, intake, processing
from bookings.intake import Submission
from bookings.models import Booking, FreedDay, WaitEntry
from bookings.waitlist import joining, offering
from bookings.waitlist.joining import Wish
from operations import intents
from operations.attempts import Attempt
from operations.models import Event
from operations.recovery import conditions
from operations.workflow import Source
from tests.factories import ResourceFactory, ServiceFactory, in_a_week

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@contextmanager
def refused(table, condition):
    """The database refuses every new and every changed row that does not meet the condition."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT poisoned CHECK ({condition}) NOT VALID")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT poisoned")


@pytest.fixture
def service():
    """One person, open for two times a day."""
    place = {"location__opening_hours": "Mo-Su 10:00-11:00", "location__time_zone": "Etc/UTC"}
    service = ServiceFactory(wait_list=True, **place)
    ResourceFactory(location=service.location)
    return service


def ten(days=0):
    return in_a_week() + HOUR + timedelta(days=days)


def key(scope):
    return intents.Request(scope, uuid.uuid4())


def book(service, name, start) -> Booking:
    wanted = Submission(
        service=service, start=start, resource=None, name=name, email=f"{name}@example.com".lower()
    )
    return intake.submit(key("web:book"), wanted, source=Source.WEB).booking


def join(service, name, start) -> WaitEntry:
    wish = Wish(
        service=service,
        day=start.date(),
        start=start,
        resource=None,
        name=name,
        email=f"{name}@example.com".lower(),
    )
    return joining.join(key("web:wait"), wish, source=Source.WEB).entry


def cancel(booking) -> None:
    booking = fresh(booking)
    changes.cancel(key("web:cancel"), booking.token, version=booking.version, source=Source.WEB)


def fresh(record):
    return type(record).objects.get(pk=record.pk)


def test_a_booking_that_can_neither_be_accepted_nor_fail_holds_up_nobody(service, clock):
    poisoned = book(service, "Bob", ten())

    with refused("notifications_delivery", "recipient <> 'bob@example.com'"):
        for number in range(1, 6):
            other = book(service, "Ada", ten(days=number))
            processing.drain()
            assert fresh(other).status == "accepted"
            clock.shift(7 * HOUR)

    assert (fresh(poisoned).status, fresh(poisoned).attempts) == ("submitted", 5)
    assert Attempt.objects.of(poisoned).count() == 5
    late = conditions()["bookings.late"]
    assert late.overdue(late.records()).get() == poisoned


def test_what_the_database_refuses_is_kept_without_the_row_that_it_quotes(service):
    poisoned = book(service, "Bob", ten())

    with refused("notifications_delivery", "recipient <> 'bob@example.com'"):
        processing.drain()

    for kept in (Attempt.objects.of(poisoned).get().text, Event.objects.of(poisoned).last().details["error"]):
        assert 'violates check constraint "poisoned"' in kept
        assert "bob@example.com" not in kept


def test_a_booking_that_cannot_be_touched_holds_up_nobody(service):
    book(service, "Bob", ten())
    other = book(service, "Ada", ten(days=1))

    with refused("bookings_booking", "name <> 'Bob'"), pytest.raises(IntegrityError):
        processing.drain()

    assert fresh(other).status == "accepted"


def test_a_wait_list_that_cannot_be_served_holds_up_no_other(service, clock):
    taken = [book(service, "Cleo", ten(days)) for days in range(2)]
    processing.drain()
    poisoned, other = join(service, "Bob", ten()), join(service, "Ada", ten(days=1))
    for booking in taken:
        cancel(booking)
    clock.shift(HOUR)

    with refused("notifications_delivery", "recipient <> 'bob@example.com'"), pytest.raises(IntegrityError):
        offering.drain()

    assert (fresh(poisoned).status, fresh(other).status) == ("waiting", "offered")
    assert fresh(poisoned) in conditions()["bookings.wait_late"].records()
    clock.shift(HOUR)
    offering.drain()
    assert fresh(poisoned).status == "offered"


def test_that_time_was_left_is_known_until_everyone_around_it_could_be_served(service, clock):
    taken = book(service, "Cleo", ten())
    processing.drain()
    poisoned = join(service, "Bob", ten())
    cancel(taken)

    with refused("notifications_delivery", "recipient <> 'bob@example.com'"):
        for _again in range(2):
            with pytest.raises(IntegrityError):
                offering.drain()
            assert FreedDay.objects.count() == 1
            assert (offering.due_since(), offering.drain()) == (None, False)  # it does not spin
            clock.shift(HOUR)

    assert offering.due_since() is not None
    offering.drain()
    assert (fresh(poisoned).status, FreedDay.objects.exists()) == ("offered", False)


def test_a_line_that_cannot_even_be_postponed_holds_up_no_other(service, clock):
    taken = [book(service, "Cleo", ten(days)) for days in range(2)]
    processing.drain()
    poisoned, other = join(service, "Bob", ten()), join(service, "Ada", ten(days=1))
    for booking in taken:
        cancel(booking)

    with refused("bookings_waitentry", "name <> 'Bob'"), pytest.raises(IntegrityError):
        offering.drain()

    assert (fresh(poisoned).status, fresh(other).status) == ("waiting", "offered")
    assert FreedDay.objects.count() == 2
