"""On the telephone too the service's questions are asked; what there is no time for is asked later."""

import pytest

from bookings import questions
from bookings.models import Booking, Question
from bookings.questions import QuestionKind
from operations.history import Event
from tests.calendar.attending import soon, staff
from tests.calendar.calling import filled, opened, path_to, send
from tests.calendar.pages import browser, form_for, look, of, post, press
from tests.factories import LocationFactory, ResourceFactory, ServiceFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plain():
    """A service that asks nothing; it is the one that the form begins with."""
    offered = ServiceFactory(location=LocationFactory(minimum_notice_minutes=0))
    ResourceFactory(location=offered.location, name="Lena", slug="lena")
    return offered


@pytest.fixture
def asking(plain):
    service = ServiceFactory(location=plain.location, capacity=6, max_people=4, price="10.00")
    ask = Question.objects.create
    ask(service=service, code="level", text="How far are you?", is_required=True)
    ask(service=service, code="terms", kind=QuestionKind.CONSENT, text="I agree", is_required=True)
    ask(service=service, code="song", text="Which song?")
    return service


def test_a_call_records_people_answers_and_a_consent_with_its_version(asking):
    said = {"people": "3", "answer-level": "Beginner", "answer-terms": "1"}

    assert send(browser(), asking, **said).status_code == 303

    booking = Booking.objects.get()
    assert (booking.people, booking.price) == (3, 30)
    assert questions.spoken(booking.answers) == [("How far are you?", "Beginner"), ("I agree", "agreed")]
    assert booking.answers["terms"]["version"] == 1


def test_a_call_has_no_time_for_questions(asking):
    assert send(browser(), asking).status_code == 303
    assert Booking.objects.get().answers == {}


def test_a_consent_to_other_words_does_not_count(asking):
    client = browser()
    form = opened(client, asking)
    Question.objects.filter(code="terms").update(text="I agree to more")

    answer = post(client, form, **filled(form, asking, **{"answer-terms": "1"}))

    assert answer.status_code == 422
    assert "These words have changed" in answer.content.decode()
    assert not Booking.objects.exists()


def test_choosing_a_service_shows_what_it_asks_and_loses_nothing(plain, asking):
    client = browser()
    form = opened(client, plain)
    assert "How far are you?" not in look(client, path_to(plain.location, soon())).text

    answer = client.post(form.action, form.fields | filled(form, asking, choose="1"))

    chosen = Page(answer, "").form("/new/")
    assert {"answer-level", "answer-terms"} <= chosen.fields.keys() | chosen.choices.keys()
    assert (chosen.fields["name"], chosen.fields["request_id"]) == ("Anna Berg", form.fields["request_id"])
    assert not Booking.objects.exists()


def test_what_another_service_asks_is_shown_before_it_is_booked(plain, asking):
    client = browser()
    form = opened(client, plain)

    shown = post(client, form, **filled(form, asking))
    assert shown.status_code == 422
    assert not Booking.objects.exists()

    again = Page(shown, "").form("/new/")
    assert post(client, again, **filled(again, asking)).status_code == 303


def test_more_people_than_a_booking_may_be_for_are_refused(asking):
    assert send(browser(), asking, people="5").status_code == 422
    assert not Booking.objects.exists()


def test_what_was_not_asked_is_said_on_the_page_and_asked_later(asking):
    client = browser()
    send(client, asking, **{"answer-level": "Beginner"})
    booking = Booking.objects.get()
    page = look(client, of(booking))
    assert "Not asked yet" in page.text
    assert set(form_for(page, "answer").choices) == {"answer-terms"}

    press(client, booking, "answer", **{"answer-terms": "1"})

    kept = Booking.objects.get()
    assert kept.answers.keys() == {"level", "terms"}
    assert "Not asked yet" not in look(client, of(booking)).text
    event = Event.objects.of(booking).last()
    assert (event.transition, event.details, event.user_id) == ("answer", {"questions": "terms"}, staff().pk)


def test_answering_nothing_keeps_nothing(asking):
    client = browser()
    send(client, asking)

    assert press(client, Booking.objects.get(), "answer").status_code == 409
    assert Booking.objects.get().version == 1
