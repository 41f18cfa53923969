"""Several people in one booking take as many places of one session, all or none."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from bookings import changes, intake, processing, times
from bookings.allocation import TimeTaken
from bookings.eligibility import NotOffered
from bookings.intake import Submission
from bookings.models import Booking
from operations import intents, proving
from operations.workflow import Source
from tests.factories import ResourceFactory, ServiceFactory, in_a_week
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    """A class of six with one teacher, at 10.00 each; up to four come together."""
    service = ServiceFactory(capacity=6, max_people=4, price=Decimal("10.00"), deposit=Decimal("3.00"))
    ResourceFactory(location=service.location)
    return service


def book(service, people=1, **changes) -> Booking:
    form = {"service": service, "start": in_a_week(), "resource": None, "name": "Ada"}
    form |= {"email": f"{uuid.uuid4().hex}@example.com", "people": people}
    request = intents.Request("web:book", uuid.uuid4())
    return intake.submit(request, Submission(**form | changes), source=Source.WEB).booking


def places_left(service, people=1, start=None) -> int:
    start = start or in_a_week()
    offers = times.offers(service, start.date(), start.date(), people=people)
    return next((offer.places_left for offer in offers if offer.start == start), 0)


def press(act, booking, **kwargs):
    booking = Booking.objects.get(pk=booking.pk)
    request = intents.Request(f"web:{act.__name__}", uuid.uuid4())
    return act(request, booking.token, version=booking.version, source=Source.WEB, **kwargs)


def work() -> None:
    while processing.drain():
        pass


def broken() -> list[str]:
    return [finding["code"] for finding in proving.prove().findings if finding["broken"]]


def test_a_group_takes_its_places_and_pays_for_each(service):
    booking = book(service, 4)

    assert places_left(service) == 2
    assert (booking.price, booking.deposit) == (Decimal("40.00"), Decimal("12.00"))
    assert broken() == []


def test_a_group_is_offered_only_where_all_of_it_fits(service):
    book(service, 4)

    assert places_left(service, 2) == 2
    assert places_left(service, 3) == 0
    with pytest.raises(TimeTaken):
        book(service, 3)
    assert book(service, 2).session.bookings.count() == 2


def test_nearest_times_have_room_for_all(service):
    book(service, 4)

    starts = [offer.start for offer in times.nearest(service, in_a_week(), people=3)]

    assert starts
    assert in_a_week() not in starts


def test_more_than_a_session_has_places_is_refused(service):
    with pytest.raises(NotOffered):
        book(service, 7)


def test_groups_that_come_at_once_never_share_a_place(service):
    answers = race(8, lambda _: book(service, 3))

    assert sum(isinstance(answer, Booking) for answer in answers) == 2
    assert sum(isinstance(answer, TimeTaken) for answer in answers) == 6
    assert places_left(service) == 0
    assert broken() == []


def test_groups_and_single_people_fill_a_class_to_the_last_place(service):
    race(12, lambda n: book(service, 1 + n % 3))

    taken = sum(Booking.objects.live().values_list("people", flat=True))
    assert taken + places_left(service) == 6
    assert broken() == []


def test_a_cancelled_group_frees_all_its_places(service):
    booking = book(service, 4)
    work()

    press(changes.cancel, booking)

    assert book(service, 4).people == 4
    assert places_left(service) == 2


def test_a_group_moves_as_a_whole_or_not_at_all(service):
    later = in_a_week() + timedelta(hours=2)
    group, _other = book(service, 4), book(service, 3, start=later)
    work()

    with pytest.raises(TimeTaken):
        press(changes.move, group, start=later, resource=None)
    press(changes.move, group, start=later + timedelta(hours=1), resource=None)

    assert places_left(service) == 6
    assert places_left(service, start=later + timedelta(hours=1)) == 2
    assert broken() == []


def go_past_the_code(first: Booking, second: Booking) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_booking SET people = 5 WHERE id = %s", [first.pk])
        cursor.execute("SELECT bookings_refresh_session(%s)", [second.session_id])


def test_the_database_refuses_more_people_than_places(service):
    first, second = book(service, 1), book(service, 4)

    with pytest.raises(IntegrityError, match="people for 6 places"), transaction.atomic():
        go_past_the_code(first, second)
