"""A series for a caller: every date is seen first, the free ones are kept, by whom and why is known."""

from datetime import timedelta

import pytest

from bookings import processing
from bookings.models import Booking, Series
from bookings.places import Location
from operations.history import Event
from tests.calendar.attending import breaches, call, soon, staff
from tests.calendar.calling import filled, opened, send
from tests.calendar.pages import browser, post
from tests.factories import LocationFactory, ResourceFactory, ServiceFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db(transaction=True)

WEEKLY = {"every": "week", "count": "4"}


@pytest.fixture
def service():
    offered = ServiceFactory(location=LocationFactory(minimum_notice_minutes=0))
    ResourceFactory(location=offered.location, name="Lena", slug="lena")
    return offered


def shown(client, service, **changed):
    """The form with the dates of a series, as the button shows them."""
    form = opened(client, service)
    answer = client.post(form.action, form.fields | filled(form, service, dates="1", **WEEKLY, **changed))
    assert answer.status_code == 200, answer.content.decode()
    return Page(answer, form.action)


def keep(page):
    """What is ticked when the page opens."""
    parts = page.html.split('name="keep" value="')[1:]
    return [part.split('"')[0] for part in parts if part.split('"', 1)[1].startswith(" checked")]


def book(client, page, service, **changed):
    form = page.form("/new/")
    return post(client, form, **filled(form, service, **WEEKLY, keep=keep(page), **changed))


def test_the_dates_are_shown_before_anybody_says_who_it_is(service):
    call(service, soon() + timedelta(weeks=1), resource=None)

    page = shown(browser(), service, name="", phone="")

    assert "3 dates are free" in page.text
    assert "This time is taken." in page.text
    assert len(keep(page)) == 3
    assert not Series.objects.exists()


def test_the_free_dates_are_booked_in_the_name_of_whoever_took_the_call(service):
    client = browser()
    page = shown(client, service)
    call(service, soon() + timedelta(weeks=2), resource=None, phone="030 1")

    answer = book(client, page, service)

    assert answer.status_code == 303
    series = Series.objects.get()
    bookings = list(series.bookings.all())
    assert len(bookings) == 3
    assert {booking.source for booking in bookings} == {"desk"}
    first = Event.objects.of(bookings[0]).first()
    assert (first.actor, first.user_id, first.details) == ("staff", staff().pk, {"without_email": True})
    assert "Not booked, they were taken meanwhile" in client.get(answer["Location"]).content.decode()


def test_the_proof_holds_of_a_series_by_telephone(service):
    client = browser()
    book(client, shown(client, service), service)

    processing.drain()

    assert {booking.status for booking in Booking.objects.all()} == {"accepted"}
    assert breaches() == []


def test_sending_twice_books_one_series(service):
    client = browser()
    page = shown(client, service)

    answers = [book(client, page, service) for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert Booking.objects.count() == 4
    assert "Nothing was booked twice" in client.get(answers[1]["Location"]).content.decode()


def test_one_booked_a_moment_ago_is_asked_about_and_can_be_meant(service):
    ResourceFactory(location=service.location, name="Mia", slug="mia")
    client = browser()
    page = shown(client, service)
    call(service, soon() + timedelta(weeks=1), resource=None)

    answer = book(client, page, service)
    assert answer.status_code == 409
    question = Page(answer, "")
    assert "Is it meant twice?" in question.text
    assert len(keep(question)) == 4

    assert book(client, question, service, confirm_duplicate="1").status_code == 303
    assert Booking.objects.doubled().count() == 1


def test_dates_that_nobody_has_seen_are_not_booked(service):
    client = browser()

    unseen = send(client, service, **WEEKLY)
    assert unseen.status_code == 422
    page = Page(unseen, "")
    assert "these are the dates" in page.text

    form = page.form("/new/")
    other = post(client, form, **filled(form, service, every="two_weeks", count="4", keep=keep(page)))
    assert other.status_code == 422
    assert not Booking.objects.exists()


def test_only_what_is_ticked_is_booked(service):
    client = browser()
    page = shown(client, service)
    form = page.form("/new/")

    post(client, form, **filled(form, service, **WEEKLY, keep=keep(page)[:2]))
    assert Booking.objects.count() == 2


def test_nothing_ticked_is_said(service):
    client = browser()
    form = shown(client, service).form("/new/")

    assert post(client, form, **filled(form, service, **WEEKLY)).status_code == 422
    assert not Series.objects.exists()


def test_dates_beyond_the_horizon_need_a_reason_and_a_tick(service):
    Location.objects.update(horizon_days=10)
    client = browser()
    assert "2 dates are free" in shown(client, service).text

    page = shown(client, service, reason="A regular")
    assert "4 dates are free" in page.text
    assert len(keep(page)) == 2
    every = [part.split('"')[0] for part in page.html.split('name="keep" value="')[1:]]
    form = page.form("/new/")
    post(client, form, **filled(form, service, **WEEKLY, keep=every, reason="A regular"))

    last = Event.objects.of(Booking.objects.order_by("starts_at").last()).first()
    assert Booking.objects.count() == 4
    assert (last.details["set_aside"], last.reason) == ("horizon", "A regular")


@pytest.mark.parametrize("time", ["11:00", "11:05"])
def test_neither_notice_nor_steps_bind_a_series_at_the_desk(service, time):
    Location.objects.update(minimum_notice_minutes=10 * 24 * 60)
    client = browser()
    page = shown(client, service, time=time)
    assert "4 dates are free" in page.text

    assert book(client, page, service, time=time).status_code == 303

    assert Booking.objects.count() == 4


def test_a_series_of_a_group_takes_a_place_for_each(service):
    service.capacity, service.max_people = 6, 4
    service.save()
    client = browser()

    book(client, shown(client, service, people="4"), service, people="4")

    assert list(Booking.objects.values_list("people", flat=True)) == [4] * 4
    assert "0 dates are free" in shown(client, service, people="4").text


def test_a_series_without_a_time_asks_for_one(service):
    client = browser()
    form = opened(client, service)

    answer = client.post(form.action, form.fields | filled(form, service, dates="1", **WEEKLY, time=""))

    assert answer.status_code == 422
    assert "Please enter the time." in answer.content.decode()
