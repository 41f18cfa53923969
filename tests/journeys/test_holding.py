"""A time that is held while somebody checks is held once, for one, and is booked or free again."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from bookings import changes, drafts
from bookings.allocation import TimeTaken
from bookings.changes import NotAllowedNow
from bookings.intake import LikelyDuplicate
from bookings.models import Allocation, Booking
from operations import intents
from operations.models import Event
from operations.workflow import Source
from tests.factories import STAFF, ResourceFactory, ServiceFactory, advance, in_a_week
from tests.journeys.test_submitting import submission, submit
from tests.killing import points
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    service = ServiceFactory()
    service.requirements.create(kind="person")
    ResourceFactory(location=service.location)
    return service


def hold(service, key=None, **changes):
    request = intents.Request("web:book", key or uuid.uuid4())
    return drafts.hold(request, submission(service, **changes), source=Source.WEB)


def take(booking, key=None):
    request = intents.Request("web:take", key or uuid.uuid4())
    return changes.take(request, booking.token, version=booking.version, source=Source.WEB)


def test_one_form_sent_thirty_times_at_once_holds_one_time(service):
    key = uuid.uuid4()

    answers = race(30, lambda _: hold(service, key))

    assert len({answer.booking.pk for answer in answers}) == 1
    assert Booking.objects.get().status == "draft"


def test_of_twenty_who_want_to_hold_or_book_a_time_one_gets_it(service):
    def want(index):
        ask = hold if index % 2 else submit
        return ask(service, email=f"{index}@example.com")

    answers = race(20, want)

    assert sum(isinstance(answer, TimeTaken) for answer in answers) == 19
    assert Booking.objects.live().count() == Allocation.objects.filter(is_live=True).count() == 1


def test_a_press_and_the_end_of_the_hold_at_one_moment_have_one_outcome(service):
    for _round in range(8):
        booking = hold(service).booking
        Booking.objects.filter(pk=booking.pk).update(stale_after=booking.created_at)

        race(2, lambda index, booking=booking: take(booking) if index else call_command("sweep"))

        booking = Booking.objects.get(pk=booking.pk)
        ways = list(Event.objects.of(booking).values_list("transition", flat=True))
        is_over = booking.status == "cancelled"
        assert ways[:2] == ["hold", "let_go" if is_over else "submit"]
        if not is_over:
            release(booking)


def test_three_times_held_for_one_person_and_taken_at_once_are_one_booking_and_two_questions(lesson):
    held = [hold(lesson).booking for _ in range(3)]

    answers = race(3, lambda index: take(held[index]))

    assert sum(isinstance(answer, LikelyDuplicate) for answer in answers) == 2
    assert Booking.objects.filter(status="submitted").count() == 1


def test_a_time_sent_after_a_long_look_was_booked_a_moment_ago(lesson):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        booking = hold(lesson).booking
        clock.shift(timedelta(minutes=9))
        take(booking)
        clock.shift(timedelta(minutes=2))

        with pytest.raises(LikelyDuplicate):
            submit(lesson)


def test_no_hold_lasts_past_the_start_of_its_time_and_nothing_is_booked_then(service):
    service.location.minimum_notice_minutes = 0
    service.location.save()
    start = in_a_week()
    with time_machine.travel(start - timedelta(minutes=5), tick=False) as clock:
        booking = hold(service, start=start).booking
        assert booking.stale_after == booking.starts_at

        clock.shift(timedelta(minutes=6))
        with pytest.raises(NotAllowedNow, match="has begun"):
            take(booking)

    assert Booking.objects.get().status == "draft"


def test_changed_by_two_pages_at_once_it_stays_one_draft(service):
    key = uuid.uuid4()
    booking = hold(service, key).booking

    race(8, lambda index: hold(service, key, name=f"Ada {index}"))

    draft = Booking.objects.get()
    assert (draft.pk, draft.status) == (booking.pk, "draft")
    assert Event.objects.of(draft).count() == draft.version


def test_the_form_that_held_a_time_pressed_ten_times_at_once_books_it_once(service):
    key, start = uuid.uuid4(), in_a_week()
    draft = hold(service, key).booking
    page = f"/{service.location.slug}/{service.slug}/book/"
    said = {
        "request_id": intents.issue(key),
        "start": start.isoformat(),
        "name": "Ada",
        "email": "a@example.com",
    }

    answers = race(10, lambda _: Client().post(page, said | {"draft": draft.token}))

    booked = [answer for answer in answers if answer.status_code == 303]
    assert {answer["Location"].split("?")[0] for answer in booked} == {f"/b/{draft.token}/"}
    assert all("One moment" in answer.text for answer in answers if answer not in booked)
    assert Client().post(page, said)["Location"] == f"/b/{draft.token}/?repeat=1"
    assert Booking.objects.get().status in ("submitted", "accepted")


def test_killed_at_any_statement_a_time_is_held_once_or_not_at_all(service):
    key, died = uuid.uuid4(), 0
    for _point in points(lambda: hold(service, key)):  # noqa: B023 - run at once, with this key
        died += 1
        assert Booking.objects.live().count() == Allocation.objects.filter(is_live=True).count() in (0, 1)

        draft = hold(service, key).booking

        assert Booking.objects.live().get() == draft
        assert Event.objects.of(draft).count() == draft.version
        key = uuid.uuid4()
        release(draft)
    assert died > 20


@pytest.fixture
def lesson(service):
    """For five, of whom one booking may bring all; one teacher."""
    service.capacity = service.max_people = 5
    service.save()
    service.refresh_from_db()
    return service


def test_more_people_than_there_are_places_cannot_come_by_changing_a_draft(lesson):
    submit(lesson, people=4, email="first@example.com")
    key = uuid.uuid4()
    draft = hold(lesson, key).booking

    with pytest.raises(TimeTaken):
        hold(lesson, key, people=5)

    assert Booking.objects.get(pk=draft.pk).people == 1


def test_as_many_as_there_is_room_for_may_come_by_changing_a_draft(lesson):
    submit(lesson, people=2, email="first@example.com")
    key = uuid.uuid4()
    hold(lesson, key)

    draft = hold(lesson, key, people=3).booking

    assert (draft.people, draft.session.bookings.count()) == (3, 2)


def test_two_drafts_that_grow_at_one_moment_do_not_overfill_a_session(lesson):
    keys = [uuid.uuid4(), uuid.uuid4()]
    for number, key in enumerate(keys):
        hold(lesson, key, email=f"{number}@example.com")

    race(2, lambda number: hold(lesson, keys[number], email=f"{number}@example.com", people=4))

    assert sum(Booking.objects.live().values_list("people", flat=True)) <= 5


def test_the_database_counts_the_people_of_a_booking_that_grows(lesson):
    submit(lesson, people=4, email="first@example.com")
    draft = hold(lesson).booking

    with pytest.raises(IntegrityError, match="6 people for 5 places"), transaction.atomic():
        Booking.objects.filter(pk=draft.pk).update(people=2, version=draft.version)


def release(booking):
    advance(booking, "cancel", STAFF, by="staff")
