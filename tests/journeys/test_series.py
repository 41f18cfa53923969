"""A series is asked for once; each date becomes a booking of its own or is told to be missing."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from bookings import changes, intake, processing, recurrence, series
from bookings.intake import LikelyDuplicate, Submission
from bookings.models import Booking, Series
from bookings.series import NothingFree, Rhythm
from notifications.models import Delivery
from operations import intents, proving
from operations.errors import StaleRecord
from operations.workflow import Source
from tests.factories import ResourceFactory, ServiceFactory, in_a_week
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = timedelta(weeks=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def service():
    service = ServiceFactory(location__horizon_days=400)
    ResourceFactory(location=service.location)
    return service


def key(scope="web:book-series"):
    return intents.Request(scope, uuid.uuid4())


def wanted(service, **changes) -> Submission:
    form = {
        "service": service,
        "start": in_a_week(),
        "resource": None,
        "name": "Ada",
        "email": "a@example.com",
    }
    return Submission(**form | changes)


def starts(count: int, first=None) -> list[datetime]:
    first = (first or in_a_week()).astimezone(BERLIN)
    return [recurrence.at(first.date() + WEEK * n, first, BERLIN) for n in range(count)]


def book(service, count=4, request=None, **changes) -> Series:
    form = wanted(service, **changes)
    found = series.book(request or key(), form, "week", starts(count, form.start), source=Source.WEB)
    return found.series


def work() -> None:
    while processing.drain():
        pass


def take(service, start) -> None:
    form = wanted(service, start=start, email="other@example.com")
    intake.submit(key("web:book"), form, source=Source.WEB)


def test_every_date_becomes_a_booking_of_its_own(service):
    found = book(service)
    work()

    assert [booking.status for booking in found.bookings.all()] == ["accepted"] * 4
    assert sorted(found.bookings.values_list("starts_at", flat=True)) == starts(4)
    assert Delivery.objects.filter(kind="confirmation").count() == 4
    assert not [finding for finding in proving.prove().findings if finding["broken"]]


def test_what_was_taken_meanwhile_does_not_lose_the_rest(service):
    take(service, starts(4)[2])

    found = book(service)

    assert found.bookings.count() == 3
    assert found.missed == [{"start": starts(4)[2].isoformat(), "code": "time_taken"}]


def test_when_nothing_is_left_nothing_is_recorded_and_the_key_can_be_used_again(service):
    request = key()
    for start in starts(2):
        take(service, start)

    with pytest.raises(NothingFree):
        book(service, 2, request)

    assert Series.objects.count() == 0
    assert book(service, 3, request).bookings.count() == 1


def test_one_form_sent_ten_times_at_once_makes_one_series(service):
    request = key()

    answers = race(10, lambda _: series.book(request, wanted(service), "week", starts(4), source=Source.WEB))

    assert sorted(answer.is_repeat for answer in answers) == [False] + [True] * 9
    assert Booking.objects.count() == 4


def test_two_series_for_the_same_dates_share_none_of_them(service):
    answers = race(4, lambda n: book(service, 6, email=f"{n}@example.com"))

    assert sum(isinstance(answer, Series) for answer in answers) == 1
    assert sum(isinstance(answer, NothingFree) for answer in answers) == 3
    assert Booking.objects.live().count() == 6


@pytest.mark.parametrize("dates", [4, 6])
def test_the_same_series_under_a_new_key_is_a_question(service, dates):
    service.capacity = 14
    service.save()
    first = book(service)

    with pytest.raises(LikelyDuplicate):
        book(service, dates)
    second = book(service, dates, confirm_duplicate=True)

    doubled = {booking.duplicate_of for booking in second.bookings.all()} - {None}
    assert (second.bookings.count(), doubled) == (dates, set(first.bookings.all()))


def test_the_same_series_under_four_new_keys_at_once_is_booked_once_and_asked_about(service):
    service.capacity = 14
    service.save()

    answers = race(4, lambda _: book(service))

    assert sum(isinstance(answer, LikelyDuplicate) for answer in answers) == 3
    assert Booking.objects.count() == 4


def test_the_wall_time_is_kept_over_a_clock_change():
    first = datetime(2027, 3, 23, 9, tzinfo=BERLIN)

    moments = [recurrence.at(day, first, BERLIN) for day in recurrence.days(first.date(), "week", 3)]

    assert [moment.hour for moment in moments] == [9, 9, 9]
    assert [moment.utcoffset() for moment in moments] == [timedelta(hours=1)] + [timedelta(hours=2)] * 2


def test_a_time_that_the_clocks_skip_is_no_time():
    first = datetime(2027, 3, 21, 2, 30, tzinfo=BERLIN)

    assert recurrence.at(date(2027, 3, 28), first, BERLIN) is None
    assert recurrence.at(date(2027, 4, 4), first, BERLIN) is not None


@pytest.mark.parametrize(
    ("first", "found"),
    [
        (date(2027, 1, 12), [date(2027, 1, 12), date(2027, 2, 9), date(2027, 3, 9)]),
        (date(2027, 1, 29), [date(2027, 1, 29), date(2027, 4, 30), date(2027, 7, 30)]),
        (date(2027, 11, 30), [date(2027, 11, 30), date(2028, 2, 29), date(2028, 5, 30)]),
    ],
)
def test_every_month_means_the_same_weekday_of_the_month(first, found):
    assert recurrence.days(first, "month", 3) == found


def test_the_plan_says_what_is_wrong_with_each_date(service):
    service.location.horizon_days = 20
    service.location.save()
    take(service, starts(2)[1])

    plan = series.plan(Rhythm(service=service, first=in_a_week(), every="week", count=3))

    assert [occasion.is_free for occasion in plan] == [True, False, False]
    assert "taken" in plan[1].why
    assert "20 days ahead" in plan[2].why


def test_there_are_never_more_dates_than_the_limit(service):
    assert len(series.plan(Rhythm(service=service, first=in_a_week(), every="week", count=200))) == 26


def test_more_dates_than_the_limit_are_not_booked(service):
    with pytest.raises(ValueError, match="27 dates"):
        book(service, 27)

    assert not Booking.objects.exists()


def test_cancelling_the_rest_leaves_what_is_over(service):
    found = book(service)
    work()
    seen = {booking.pk: booking.version for booking in found.bookings.all()}

    with time_machine.travel(starts(4)[1] + timedelta(hours=1)):
        count = series.cancel_rest(key("web:cancel-series"), found, seen, source=Source.WEB)

    states = list(found.bookings.order_by("starts_at").values_list("status", flat=True))
    assert (count, states) == (2, ["accepted", "accepted", "cancelled", "cancelled"])


def test_cancelling_the_rest_from_an_old_page_cancels_nothing(service):
    found = book(service)
    work()
    seen = {booking.pk: booking.version for booking in found.bookings.all()}
    first = found.bookings.order_by("starts_at").first()
    moved = first.starts_at + timedelta(hours=2)
    changes.move(
        key("web:move"), first.token, version=first.version, source=Source.WEB, start=moved, resource=None
    )

    with pytest.raises(StaleRecord):
        series.cancel_rest(key("web:cancel-series"), found, seen, source=Source.WEB)

    assert set(found.bookings.values_list("status", flat=True)) == {"accepted"}
    assert timezone.now() < moved


def test_anyone_is_the_same_person_each_time_who_is_free_most_often(service):
    ResourceFactory(location=service.location, slug="lena", position=0)
    mehmet, lena = service.location.resources.order_by("position", "pk")
    for start in starts(3)[:2]:
        intake.submit(
            key("web:book"),
            wanted(service, start=start, resource=mehmet, email="other@example.com"),
            source=Source.WEB,
        )
    intake.submit(
        key("web:book"),
        wanted(service, start=starts(4)[3], resource=lena, email="other@example.com"),
        source=Source.WEB,
    )

    found = book(service)

    given = [booking.resource for booking in found.bookings.order_by("starts_at")]
    assert given == [lena, lena, lena, mehmet]
    assert not found.bookings.filter(wants_resource=True).exists()
