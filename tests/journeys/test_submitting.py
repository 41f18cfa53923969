"""A form that is sent twice, raced for, or cut off in the middle makes exactly one booking."""

import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction

from bookings import allocation, intake, processing
from bookings.allocation import TimeTaken
from bookings.intake import LikelyDuplicate, Submission
from bookings.models import Allocation, Booking
from notifications.models import Delivery
from operations import intents
from operations.models import Event, Intent
from operations.workflow import Source
from tests.factories import STAFF, ResourceFactory, ServiceFactory, advance, in_a_week
from tests.killing import points
from tests.racing import race, wait_until, wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    service = ServiceFactory()
    service.requirements.create(kind="person")
    ResourceFactory(location=service.location)
    return service


def submission(service, **changes) -> Submission:
    wanted = {
        "service": service,
        "start": in_a_week(),
        "resource": None,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
    }
    return Submission(**wanted | changes)


def submit(service, key=None, **changes):
    request = intents.Request("web:book", key or uuid.uuid4())
    return intake.submit(request, submission(service, **changes), source=Source.WEB)


CLAIMED = """SELECT count(*) FROM pg_locks
    WHERE relation = 'operations_intent'::regclass AND mode = 'RowExclusiveLock'"""


def wait_until_claimed() -> None:
    """Until another transaction has inserted its intent, committed or not."""
    wait_until(CLAIMED)


def process_all() -> None:
    while processing.drain():
        pass


def taken(service, start):
    """Until when the time is held and under which locks, in a transaction that is taken back."""
    with transaction.atomic():
        place = allocation.take(service, start, resource=None)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT classid, objid FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid = pg_backend_pid() ORDER BY 1, 2"
            )
            locks = cursor.fetchall()
        transaction.set_rollback(True)
    assert locks
    return place.session.ends_at, locks


def test_one_form_sent_fifty_times_at_once_makes_one_booking(service):
    key = uuid.uuid4()

    answers = race(50, lambda _: submit(service, key))

    assert len({answer.booking.reference for answer in answers}) == 1
    assert sorted(answer.is_repeat for answer in answers) == [False] + [True] * 49
    assert Intent.objects.get().repeats == 49
    process_all()
    assert Delivery.objects.filter(kind="confirmation").count() == 1


def test_fifty_customers_for_one_time_make_one_booking(service):
    answers = race(50, lambda index: submit(service, email=f"customer{index}@example.com"))

    assert sum(isinstance(answer, TimeTaken) for answer in answers) == 49
    assert Booking.objects.count() == 1


def test_a_class_of_fourteen_takes_fourteen_of_forty(service):
    service.capacity = 14
    service.save()

    answers = race(40, lambda index: submit(service, email=f"customer{index}@example.com"))

    assert sum(isinstance(answer, TimeTaken) for answer in answers) == 26
    assert sorted(Booking.objects.values_list("place", flat=True)) == list(range(1, 15))
    assert Booking.objects.values("session").distinct().count() == 1


def test_anyone_finds_the_second_free_person_in_a_race_of_ten(service):
    ResourceFactory(location=service.location)

    answers = race(10, lambda index: submit(service, email=f"customer{index}@example.com"))

    assert sum(isinstance(answer, TimeTaken) for answer in answers) == 8
    assert Booking.objects.values("resource").distinct().count() == 2


def test_unequal_lengths_that_overlap_are_raced_for_by_one(service):
    short = ServiceFactory(location=service.location, minutes=20)
    short.requirements.create(kind="person")
    middle = in_a_week() + timedelta(minutes=15)

    answers = race(
        20,
        lambda index: (
            submit(service) if index % 2 else submit(short, start=middle, email=f"{index}@example.com")
        ),
    )

    assert sum(isinstance(answer, TimeTaken | LikelyDuplicate) for answer in answers) == 19
    assert Booking.objects.count() == 1


def test_a_buffer_alone_keeps_the_next_time_from_being_taken(service):
    service.buffer_after_minutes = 10
    service.save()
    submit(service)

    with pytest.raises(TimeTaken):
        submit(service, start=in_a_week() + timedelta(minutes=30), email="next@example.com")


@pytest.mark.parametrize(
    ("start", "zone"), [("2027-03-27T16:30+00:00", "Asia/Tokyo"), ("2027-03-28T00:00+00:00", "Europe/Berlin")]
)
def test_a_time_is_locked_and_held_alike_in_whatever_zone_it_is_told(start, zone):
    service = ServiceFactory(location__opening_hours="24/7", minutes=180, buffer_before_minutes=30)
    ResourceFactory(location=service.location)
    moment = datetime.fromisoformat(start)

    with time_machine.travel(moment - timedelta(days=7)):
        in_utc, local = (taken(service, moment.astimezone(each)) for each in (UTC, ZoneInfo(zone)))

    assert in_utc == local
    assert in_utc[0] == moment + timedelta(minutes=180)


def test_the_second_press_waits_for_the_first_and_wins_when_it_crashed(service):
    key = uuid.uuid4()

    def crash_or_submit(index):
        if index == 0:
            with transaction.atomic():
                intents.claim(intents.Request("web:book", key), {"never": "committed"})
                wait_until_blocked()
                transaction.set_rollback(True)
            return None
        wait_until_claimed()
        return submit(service, key)

    results = race(2, crash_or_submit)

    assert results[1].is_repeat is False


def test_a_press_that_waits_too_long_is_told_that_the_first_is_in_flight(service, settings):
    settings.HOLDFAST = replace(settings.HOLDFAST, lock_timeout_milliseconds=100)
    key, answered = uuid.uuid4(), threading.Event()

    def hold_or_submit(index):
        if index == 0:
            with transaction.atomic():
                intents.claim(intents.Request("web:book", key), submission(service).payload())
                assert answered.wait(timeout=20)
            return None
        wait_until_claimed()
        try:
            return submit(service, key)
        finally:
            answered.set()

    assert isinstance(race(2, hold_or_submit)[1], intents.InFlight)
    assert Booking.objects.count() == 0


def test_the_same_key_with_other_contents_is_a_question(service):
    key = uuid.uuid4()
    first = submit(service, key)

    with pytest.raises(intents.KeyReused) as reused:
        submit(service, key, start=in_a_week() + timedelta(hours=1))

    assert reused.value.intent == first.booking.request
    assert Booking.objects.count() == 1


def test_the_same_wish_under_a_new_key_is_a_question_not_a_block(service):
    ResourceFactory(location=service.location)
    first = submit(service)

    with pytest.raises(LikelyDuplicate) as question:
        submit(service)
    second = submit(service, confirm_duplicate=True)

    assert question.value.booking == first.booking
    assert second.booking.duplicate_of == first.booking


def test_the_same_wish_under_four_new_keys_at_once_is_booked_once_and_asked_about(service):
    service.capacity = 14
    service.save()

    answers = race(4, lambda _: submit(service))

    assert sum(isinstance(answer, LikelyDuplicate) for answer in answers) == 3
    assert Booking.objects.count() == 1


def test_a_refusal_leaves_the_key_usable_and_is_kept(service):
    submit(service, email="first@example.com")
    key = uuid.uuid4()
    with pytest.raises(TimeTaken):
        submit(service, key)

    again = submit(service, key, start=in_a_week() + timedelta(hours=1))

    assert not again.is_repeat
    assert list(intents.Refused.objects.values_list("code", flat=True)) == ["time_taken"]


def test_a_process_killed_at_any_statement_leaves_nothing_or_all(service):
    key, died = uuid.uuid4(), 0
    for _point in points(lambda: submit(service, key)):  # noqa: B023 - run at once, with this key
        died += 1
        existing = Booking.objects.filter(request__key=key).first()
        assert Intent.objects.filter(key=key).exists() == (existing is not None)

        recorded = submit(service, key)

        assert recorded.is_repeat == (existing is not None)
        assert Event.objects.of(recorded.booking).count() == 1
        assert Allocation.objects.filter(session=recorded.booking.session, is_live=True).count() == 1
        key = uuid.uuid4()
        release(recorded.booking)
    assert died > 20


def test_a_worker_killed_at_any_statement_accepts_and_tells_once(service):
    died = 0
    booking = submit(service).booking
    for _point in points(process_all):
        died += 1
        process_all()
        assert Booking.objects.get(pk=booking.pk).status == "accepted"
        assert Delivery.objects.filter(message__booking=booking, kind="confirmation").count() == 1
        release(booking)
        booking = submit(service).booking
    assert died > 15


def release(booking) -> None:
    advance(booking, "cancel", STAFF, by="staff")
