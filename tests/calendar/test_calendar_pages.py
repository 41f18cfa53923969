"""The calendar's pages: what they show, to whom, at what price."""

from datetime import timedelta
from time import process_time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bookings.models import Assignment
from operations import roles
from operations.people.notes import Note
from operations.repair import RecoveryAttempt
from tests.calendar.attending import staff
from tests.calendar.pages import browser, calendar, look, of
from tests.factories import (
    BookingFactory,
    DeliveryFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    SessionFactory,
    in_a_week,
)

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize("view", ["day", "week"])


def day_of(booking):
    return booking.starts_at.astimezone(booking.location.zone).date().isoformat()


def a_monday():
    """09:00 UTC on the first day of a week to come, whichever day it is today."""
    return in_a_week() + timedelta(days=7 - in_a_week().weekday())


def busy_place(people, each):
    location = LocationFactory(opening_hours="Mo-Su 08:00-20:00")
    service = ServiceFactory(location=location)
    for _person in range(people):
        person = ResourceFactory(location=location)
        for number in range(each):
            starts_at = a_monday() + timedelta(days=number % 7, minutes=30 * (number // 7))
            BookingFactory(service=service, resource=person, starts_at=starts_at, accepted=True)
    return location


@BOTH
def test_a_booking_is_a_link_with_its_state_in_words_and_its_trouble(view):
    booking = BookingFactory(accepted=True, name="Anna Berg")
    DeliveryFactory(booking=booking, dead=True)

    page = look(browser(), calendar(booking.location, date=day_of(booking), view=view))

    assert of(booking) in page.links
    assert "Anna Berg" in page.text
    assert "Confirmed" in page.text
    assert any(link.startswith("/admin/desk/notifications.dead/") for link in page.links)


@BOTH
def test_a_note_is_seen(view):
    booking = BookingFactory(accepted=True)
    Note.objects.create(subject_model="bookings.booking", subject_id=booking.pk, user_id=1, text="Nuts")

    assert "✎ Note" in look(browser(), calendar(booking.location, date=day_of(booking), view=view)).text


@BOTH
def test_a_class_says_how_many_places_are_taken(view):
    session = SessionFactory(service=ServiceFactory(group=True))
    bookings = [BookingFactory(session=session) for _each in range(3)]

    page = look(browser(), calendar(session.location, date=day_of(bookings[0]), view=view))

    assert "3 of 14 places" in page.text
    assert {of(booking) for booking in bookings} <= set(page.links)


@BOTH
def test_what_is_cancelled_or_failed_stands_below_and_blocks_nothing(view):
    failed = BookingFactory(failed=True, name="Theo Gone")

    page = look(browser(), calendar(failed.location, date=day_of(failed), view=view))

    assert "Theo Gone" in page.text
    assert "Not possible" in page.text


def test_one_persons_calendar_shows_nobody_elses():
    one = BookingFactory(accepted=True, name="Anna Berg")
    lena = ResourceFactory(location=one.location)

    page = look(browser(), calendar(one.location, date=day_of(one), resource=lena.slug))

    assert "Anna Berg" not in page.text
    assert lena.name in page.text


@pytest.mark.parametrize("query", [{"date": "soon"}, {"date": "9999-99-99"}, {"date": "2027-02-30"}])
def test_a_date_that_is_none_is_today_and_says_so(query):
    answer = browser().get(calendar(LocationFactory(), **query))

    assert answer.status_code == 400
    assert "We did not understand that date" in answer.content.decode()


def test_a_week_begins_as_the_place_counts():
    nepal = LocationFactory(country="NP", time_zone="Asia/Kathmandu")

    assert "Sun 9 May to Sat 15 May" in look(browser(), calendar(nepal, view="week", date="2027-05-11")).text


def test_around_the_clock_every_day_of_the_week_is_free():
    location = LocationFactory(opening_hours="24/7")
    ResourceFactory(location=location)

    week = look(browser(), calendar(location, view="week", date=a_monday().date().isoformat())).text

    assert week.count("00:00–24:00 free") == 7


def test_a_week_says_why_a_date_has_no_entry():
    location = LocationFactory(opening_hours="Mo-Tu 08:00-20:00")
    ResourceFactory(location=location, hours="Mo")

    week = look(browser(), calendar(location, view="week", date="2020-05-11")).text

    assert [week.count(word) for word in ("Nothing booked", "Not at work", "Closed")] == [1, 1, 5]


@BOTH
def test_what_waits_for_a_payment_says_so_once(view):
    waiting = BookingFactory(waiting_for_payment=True)

    page = look(browser(), calendar(waiting.location, date=day_of(waiting), view=view))

    assert "Waiting for a payment or a partner" not in page.text
    assert f"/admin/desk/bookings.awaiting_confirmation/{waiting.pk}/" in page.links


@BOTH
def test_the_price_is_the_same_however_much_is_booked(view, django_assert_max_num_queries):
    client = browser()
    location = busy_place(people=4, each=10)
    path = calendar(location, date=a_monday().date().isoformat(), view=view)
    client.get(path)

    with django_assert_max_num_queries(14):
        assert client.get(path).status_code == 200


def test_a_week_of_ten_people_is_quick():
    client = browser()
    location = busy_place(people=10, each=21)
    path = calendar(location, date=a_monday().date().isoformat(), view="week")
    client.get(path)

    begun = process_time()  # of our own: the machine of a test may be busy with others
    answer = client.get(path)
    seconds = process_time() - begun

    assert answer.content.count(b"data-version") > 100
    assert seconds < 1  # measured: a seventh of a second


@pytest.mark.parametrize("name", ["staff-booking", "staff-move"])
def test_another_locations_bookings_are_refused_and_that_it_was_tried_is_kept(name):
    theirs = BookingFactory(accepted=True, name="Theo Theirs")
    limited = staff("limited")
    Assignment.objects.create(user=limited).locations.add(LocationFactory())

    for path in (of(theirs, name), calendar(theirs.location)):
        answer = browser("limited").get(path)
        assert answer.status_code == 403
        assert "Theo" not in answer.content.decode()

    kept = RecoveryAttempt.objects.order_by("pk").values_list("subject_model", "remedy", "user_id")
    assert list(kept) == [
        ("bookings.booking", "look", limited.pk),
        ("bookings.location", "look", limited.pk),
    ]


def test_the_entrance_leads_to_ones_own_places_only():
    ours, theirs = LocationFactory(name="Ours"), LocationFactory(name="Theirs")
    Assignment.objects.create(user=staff("limited")).locations.add(ours)

    assert browser("limited").get("/admin/calendar/")["Location"] == calendar(ours).rstrip("?")
    assert theirs.name in look(browser("boss", roles.OWNER), "/admin/calendar/").text


def test_who_may_see_no_bookings_sees_no_calendar():
    person = User.objects.create_user("newcomer", is_staff=True)
    client = Client()
    client.force_login(person)

    assert client.get(calendar(LocationFactory())).status_code == 403


def test_strangers_are_sent_to_the_door():
    path = calendar(LocationFactory())

    assert Client().get(path)["Location"].startswith("/admin/login/")


def test_an_auditor_reads_and_is_offered_no_button():
    booking = BookingFactory(accepted=True)

    page = look(browser("eve", roles.AUDITOR), calendar(booking.location, date=day_of(booking)))

    assert of(booking) in page.links
    assert not [link for link in page.links if "/new/" in link]
    assert [form for form in look(browser("eve"), of(booking)).forms if "act" in form.fields] == []


def test_the_desk_leads_to_the_front_desks_page_of_a_booking():
    booking = BookingFactory(failed=True)

    assert of(booking) in look(browser(), f"/admin/desk/bookings.failed/{booking.pk}/").links
