"""A class has a page: who comes, to print and to tick off, each booking by its own act."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import attending
from bookings.models import Booking
from operations import roles
from operations.history import Event
from tests.calendar.attending import do
from tests.calendar.pages import browser, calendar, look
from tests.factories import BookingFactory, LocationFactory, ServiceFactory, SessionFactory, advance

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session():
    location = LocationFactory(time_zone="Etc/UTC", opening_hours="24/7")
    service = ServiceFactory(location=location, group=True, max_people=3, name="Vinyasa class")
    begun = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=10)
    return SessionFactory(service=service, starts_at=begun)


def comes(session, name, place, **given):
    trait = {} if {"cancelled", "completed"} & given.keys() else {"accepted": True}
    return BookingFactory(session=session, service=session.service, name=name, place=place, **trait, **given)


def path(session):
    return reverse("staff-session", args=[session.location.slug, session.pk])


def tick(client, session, act, *bookings, **changed):
    form = look(client, path(session)).form("/sessions/", having="request_id")
    shown = [f"{each.pk}-{each.version}" for each in bookings]
    return client.post(form.action, form.fields | {"act": act, "shown": shown} | changed)


def statuses(*bookings):
    return [Booking.objects.get(pk=each.pk).status for each in bookings]


def test_it_says_who_comes_with_how_many_and_how_to_reach_them(session):
    comes(session, "Anna Berg", 1, people=2, phone="+49 30 5550 199", notes="Her knee hurts")
    comes(session, "Ben Ito", 2)
    comes(session, "Carl Gone", 3, cancelled=True)

    page = look(browser(), path(session))

    assert all(text in page.text for text in ("Vinyasa class", "3 of 14 places", "Anna Berg +1", "Ben Ito"))
    assert "+49 30 5550 199" in page.text
    assert "Her knee hurts" in page.text
    assert "Carl Gone" not in page.text


@pytest.mark.parametrize("view", ["day", "week"])
def test_the_calendar_leads_to_it_and_marks_who_brings_somebody(session, view):
    comes(session, "Anna Berg", 1, people=2)
    comes(session, "Ben Ito", 2)

    page = look(browser(), calendar(session.location, view=view))

    assert path(session) in page.links
    assert "Anna Berg +1" in page.text
    assert "Ben Ito +" not in page.text


def test_all_who_are_ticked_are_completed_each_by_its_own_act(session):
    anna, ben, carl = (comes(session, name, place) for place, name in enumerate(("Anna", "Ben", "Carl"), 1))

    answer = tick(browser(), session, "complete", anna, ben)

    assert (answer.status_code, answer["Location"]) == (303, path(session))
    assert statuses(anna, ben, carl) == ["completed", "completed", "accepted"]
    assert Event.objects.of(anna).last().source == "desk"


def test_pressing_twice_completes_once(session):
    anna, client = comes(session, "Anna", 1), browser()
    comes(session, "Ben", 2)
    form = look(client, path(session)).form("/sessions/", having="request_id")
    sent = form.fields | {"act": "complete", "shown": [f"{anna.pk}-{anna.version}"]}

    for _twice in range(2):
        answer = client.post(form.action, sent)

    assert "Already done. Nothing was done twice." in look(client, answer["Location"]).text
    assert [event.transition for event in Event.objects.of(anna)].count("complete") == 1


def test_what_changed_meanwhile_is_left_and_the_others_are_done(session):
    anna, ben = comes(session, "Anna", 1), comes(session, "Ben", 2)
    advance(anna, "correct_name", called="Anna Bergmann")
    client = browser()

    answer = tick(client, session, "complete", anna, ben)

    assert statuses(anna, ben) == ["accepted", "completed"]
    assert "was left as it is" in look(client, answer["Location"]).text


def test_who_did_not_come_is_written_down(session):
    anna = comes(session, "Anna", 1)

    tick(browser(), session, "no_show", anna)

    assert Booking.objects.get(pk=anna.pk).no_show is True


def test_a_booking_of_another_class_is_not_touched_from_here(session):
    comes(session, "Anna", 1)
    other = BookingFactory(accepted=True, starts_at=session.starts_at)

    tick(browser(), session, "complete", other)

    assert statuses(other) == ["accepted"]


def test_nothing_ticked_and_unknown_buttons_are_refused_in_words(session):
    anna, client = comes(session, "Anna", 1), browser()

    assert tick(client, session, "complete").status_code == 422
    assert tick(client, session, "cancel", anna).status_code == 400
    assert tick(client, session, "complete", anna, request_id="made up").status_code == 400
    assert statuses(anna) == ["accepted"]


def test_what_is_over_cannot_be_ticked_any_more(session):
    anna = comes(session, "Anna", 1)
    do(anna, attending.COMPLETING)

    page = look(browser(), path(session))

    assert 'name="shown"' not in page.html
    assert "Completed" in page.text


def test_who_may_only_look_sees_no_buttons_and_is_refused(session):
    anna = comes(session, "Anna", 1)
    client = browser("eve", roles.AUDITOR)

    assert 'name="shown"' not in look(client, path(session)).html
    sent = {"act": "complete", "shown": [f"{anna.pk}-{anna.version}"]}
    assert client.post(path(session), sent).status_code == 403
    assert statuses(anna) == ["accepted"]


def test_a_class_of_another_place_is_not_found(session):
    other = LocationFactory()

    assert browser().get(reverse("staff-session", args=[other.slug, session.pk])).status_code == 404
    assert browser().get(reverse("staff-session", args=[session.location.slug, 2**62])).status_code == 404
    assert browser().get(f"/admin/calendar/{session.location.slug}/sessions/{'9' * 30}/").status_code == 404


def test_it_costs_no_more_queries_however_many_come(session, django_assert_max_num_queries):
    for place in range(1, 13):
        comes(session, f"Guest {place}", place)
    client = browser()
    client.get(path(session))

    with django_assert_max_num_queries(14):
        client.get(path(session))


def test_who_is_gone_since_the_page_was_opened_is_named(session):
    anna, client = comes(session, "Anna", 1), browser()
    comes(session, "Ben", 2)
    form = look(client, path(session)).form("/sessions/", having="request_id")
    sent = form.fields | {"act": "complete", "shown": [f"{anna.pk}-{anna.version}"]}
    advance(anna, "cancel", by="staff")

    answer = client.post(form.action, sent)

    assert f"Anna ({anna.reference}) was left as it is" in look(client, answer["Location"]).text
    assert statuses(anna) == ["cancelled"]
