"""What was written down wrong about who comes is put right on its page, and the history says what."""

import json

import pytest
from django.utils import timezone

from bookings import customers
from bookings.models import Booking
from notifications.models import Delivery
from operations.history import Event
from tests.calendar.attending import breaches
from tests.calendar.pages import browser, form_for, look, of, post, press
from tests.factories import BookingFactory, DeliveryFactory, advance, in_a_week
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db(transaction=True)

ANNA = {"name": "Anna Berg", "email": "anna@example.com", "phone": "+49 30 23125 201", "notes": "Short"}


@pytest.fixture
def booking():
    return BookingFactory(starts_at=in_a_week(), accepted=True, **ANNA)


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def new_events(booking):
    return list(Event.objects.of(booking).filter(sequence__gt=booking.version))


def test_name_number_and_notes_are_put_right_and_the_history_has_no_word_of_them(booking):
    typed = {"name": "Anna Bergmann", "phone": "030 23125202", "notes": "Long"}
    broken = breaches()

    assert press(browser(), booking, "correct", **typed)["Location"] == of(booking)

    now = fresh(booking)
    assert {field: getattr(now, field) for field in typed} == typed
    assert (now.status, now.phone_key) == ("accepted", "+493023125202")
    events = new_events(booking)
    assert [event.transition for event in events] == ["correct_name", "correct_notes", "correct_phone"]
    assert not any(word in json.dumps(event.details) for event in events for word in typed.values())
    assert breaches() == broken


def test_another_address_gets_the_latest_message_and_the_old_one_is_told(booking):
    DeliveryFactory(booking=booking, recipient=ANNA["email"], done=True)

    press(browser(), booking, "correct", email="anna.b@example.com")

    assert fresh(booking).email == "anna.b@example.com"
    told = set(Delivery.objects.filter(message__booking=booking).values_list("kind", "recipient"))
    assert ("address_changed", ANNA["email"]) in told
    assert ("confirmation", "anna.b@example.com") in told


def test_what_stays_the_same_makes_no_event(booking):
    answer = press(browser(), booking, "correct")

    assert answer.status_code == 409
    assert "Nothing of it is different" in answer.content.decode()
    assert new_events(booking) == []


@pytest.mark.parametrize("typed", [{"name": " "}, {"email": ""}, {"email": "no address"}])
def test_what_cannot_be_is_said_beside_its_field_and_kept(booking, typed):
    answer = press(browser(), booking, "correct", **{"notes": "typed before", **typed})

    page = Page(answer, of(booking))
    assert answer.status_code == 422
    assert form_for(page, "correct").fields["notes"] == "typed before"
    assert fresh(booking).notes == "Short"


def test_nobody_is_left_without_number_and_address():
    booking = BookingFactory(accepted=True, **(ANNA | {"email": ""}))

    assert press(browser(), booking, "correct", phone="").status_code == 422
    assert fresh(booking).phone == ANNA["phone"]


def test_pressing_twice_corrects_once(booking):
    client = browser()
    form = form_for(look(client, of(booking)), "correct")

    first, again = (post(client, form, name="Anna Bergmann") for _time in range(2))

    assert (first.status_code, again.status_code) == (303, 303)
    assert len(new_events(booking)) == 1


def test_a_stale_page_corrects_nothing(booking):
    client = browser()
    form = form_for(look(client, of(booking)), "correct")
    advance(booking, "correct_name", called="Anna B.")

    assert post(client, form, name="Anna Bergmann").status_code == 409
    assert fresh(booking).name == "Anna B."


def test_the_customer_is_called_so_and_found_by_the_new_number():
    booking = BookingFactory(accepted=True, **(ANNA | {"email": ""}))
    customers.collect()

    press(browser(), booking, "correct", name="Anna Bergmann", phone="030 23125202")

    assert customers.find("+49 30 23125202").name == "Anna Bergmann"


def test_what_is_forgotten_cannot_be_given_a_name_again():
    booking = BookingFactory(completed=True, **ANNA)
    advance(booking, "forget")
    assert fresh(booking).forgotten_at <= timezone.now()

    assert not [form for form in look(browser(), of(booking)).forms if form.fields.get("act") == "correct"]
