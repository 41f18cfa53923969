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


def test_how_many_is_asked_before_the_time_and_kept_on_the_way(lesson, visitor, tomorrow):
    page = visitor.open("/salon/cut/")
    [link] = [each for each in page.links if "people=3" in each]
    day = visitor.open(f"{page.path}{link}&resource=mehmet")
    month = visitor.open(next(each for each in day.links if "/month/" in each))

    days = [each for each in day.links if each.startswith("?date=") and "resource=mehmet" in each]
    assert sum("people=3" in each for each in days) >= 7
    assert all("people=3" in each for each in day.times)
    assert "People: 3" in month.text
    assert [each for each in month.links if "/salon/cut/?date=" in each and "people=3" in each]

    form = visitor.open(day.times[0])
    assert 'value="3" selected' in form.html
    assert "3 × €28.00 = €84.00" in form.text
    assert [each for each in form.links if "?date=" in each and "resource=mehmet&people=3" in each]
    assert not [each for each in form.links if "/series/" in each]


def test_times_that_cannot_hold_so_many_are_not_offered(lesson, visitor):
    BookingFactory(service=lesson, starts_at=in_a_week(), people=4, accepted=True)
    day = in_a_week().date()

    two, three = (
        {each.partition("&")[0] for each in visitor.open(f"/salon/cut/?date={day}&people={people}").times}
        for people in (2, 3)
    )

    assert len(two - three) == 1


def test_a_time_that_is_too_small_for_the_group_says_so_in_the_form(lesson, visitor, form):
    visitor.send(form, **ADA, people="4")
    start = form.fields["start"].replace("+", "%2B")

    page = visitor.open(f"/salon/cut/book/?start={start}&people=3")

    assert "This time is not free any more" in page.text
    assert page.times
    assert all("people=3" in each for each in page.times)


def test_a_full_class_says_for_how_many_and_has_no_wait_list_while_one_fits(lesson, visitor):
    lesson.wait_list = True
    lesson.save()
    start = in_a_week().astimezone(lesson.location.zone)
    BookingFactory(service=lesson, starts_at=start, people=4, accepted=True)
    lesson.location.opening_hours = f"{start:%H:%M}-{start + timedelta(minutes=30):%H:%M}"
    lesson.location.save()

    page = visitor.open(f"/salon/cut/?date={start.date()}&people=3")

    assert "No time of this day has places for 3 people." in page.text
    assert "/wait/" not in page.html


@pytest.mark.parametrize("people", ["0", "5", "-1", "x", "1e9", "%00", "٣"])
def test_an_address_with_an_impossible_number_is_for_one(lesson, visitor, people):
    page = visitor.open(f"/salon/cut/?people={people}")

    assert page.status == 200
    assert not any("people=" in each for each in page.times)
