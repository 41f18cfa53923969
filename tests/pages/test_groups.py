"""Where a service takes groups, the form asks for how many, and everything says for how many it is."""

import re
from datetime import datetime, timedelta

import pytest

from bookings import ics, processing
from bookings.models import Booking
from notifications import kinds
from notifications.models import Delivery
from tests.factories import BookingFactory, in_a_week
from tests.pages.conftest import ADA

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(service):
    service.capacity, service.max_people = 6, 4
    service.save()
    return service


@pytest.fixture
def form(lesson, visitor, tomorrow):
    return visitor.open(visitor.open(f"/salon/cut/?date={tomorrow}").times[0]).form("/book/")


def test_a_form_of_one_service_asks_nobody_how_many(service, visitor, tomorrow):
    page = visitor.open(visitor.open(f"/salon/cut/?date={tomorrow}").times[0])

    assert "For how many people?" not in page.text


def test_a_group_is_booked_and_shown_with_its_price(form, visitor):
    page = visitor.send(form, **ADA, people="3")

    booking = Booking.objects.get()
    assert (booking.people, booking.price) == (3, 84)
    assert "People 3" in page.text
    assert "€84.00" in page.text
    assert "(3)" in ics.calendar(booking).decode()


def test_a_form_without_a_number_is_for_one(form, visitor):
    visitor.send(form, **ADA)

    assert Booking.objects.get().people == 1


@pytest.mark.parametrize("people", ["0", "5", "-1", "x", "1e9"])
def test_an_impossible_number_is_refused_and_kept(form, visitor, people):
    page = visitor.send(form, **ADA, people=people)

    assert page.status == 422
    assert Booking.objects.count() == 0


def test_a_group_that_fits_no_more_is_shown_times_where_it_does(form, visitor):
    visitor.send(form, **ADA, people="4")
    again = visitor.open(f"/salon/cut/book/?start={form.fields['start'].replace('+', '%2B')}").form("/book/")

    page = visitor.send(again, **ADA | {"email": "b@example.com"}, people="3")

    assert page.status == 409
    assert page.times
    assert not [link for link in page.times if form.fields["start"][:16].replace(":", "%3A") in link]


def test_the_mail_says_for_how_many(form, visitor):
    visitor.send(form, **ADA, people="2")
    while processing.drain():
        pass

    confirmation = Delivery.objects.get(kind="confirmation")
    content = kinds.find("confirmation").compose(confirmation)

    assert "People: 2" in content.text


def test_another_number_in_the_same_form_is_a_question(form, visitor):
    visitor.send(form, **ADA, people="2")

    page = visitor.send(form, **ADA, people="4")

    assert page.status == 409
    assert "People" in page.text
    assert [booking.people for booking in Booking.objects.all()] == [2]


def test_a_group_is_offered_to_move_only_where_all_of_it_fits(lesson, visitor):
    mine, other = (
        BookingFactory(service=lesson, starts_at=start, people=4, accepted=True)
        for start in (in_a_week(), in_a_week() + timedelta(hours=1))
    )
    path = f"/b/{mine.token}/move/"

    page = visitor.open(f"{path}?date={other.starts_at.date()}")
    refused = visitor.send(page.form(path), start=other.starts_at.isoformat())

    for shown in (page, refused):
        offered = set(re.findall(r'name="start" id="[^"]+" value="([^"]+)"', shown.html))
        assert len(offered) > 4
        assert other.starts_at not in {datetime.fromisoformat(each) for each in offered}
