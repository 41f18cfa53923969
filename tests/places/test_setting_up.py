"""Somebody who has never seen it sets a place up: nothing is guessed in silence, each next step is named."""

import pytest
from django.urls import reverse

from bookings.availability import setup
from bookings.models import Location
from operations import roles
from tests.calendar.pages import browser, look, post
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory
from tests.pages.visitor import Page
from tests.places.test_place_forms import answered, change_of, filled

pytestmark = pytest.mark.django_db
ADD = reverse("admin:bookings_location_add")


@pytest.fixture
def owner():
    return browser("boss", roles.OWNER)


def new_place(owner, **typed):
    form = look(owner, ADD).form(having="name")
    given = {"name": "Salon", "slug": "salon", "time_zone": "Europe/Vienna", "locale": "de-AT"}
    return post(owner, form, **given | {"is_active": "on"} | typed)


def steps_of(location):
    return {step.text: step for step in setup.steps(location)}


def test_no_clock_is_chosen_in_silence(owner):
    answer = new_place(owner, time_zone="")

    assert "Please choose the clock that hangs on its wall." in Page(answer, ADD).text
    assert not Location.objects.exists()
    empty = owner.get(ADD).content.decode().split('name="time_zone"')[1].split("</select>")[0]
    assert empty.count(" selected") == 1
    assert '<option value="" selected>' in empty


def test_the_steps_say_which_clock_it_is():
    texts = steps_of(LocationFactory(time_zone="Asia/Tokyo"))

    assert any("that of Asia/Tokyo: it is" in text for text in texts)


def test_a_language_is_one_of_ours(owner):
    assert "Select a valid choice" in Page(new_place(owner, locale="German"), ADD).text


def test_a_language_of_its_own_stays(owner):
    place = LocationFactory(locale="ne", how_to_pay="")

    filled(owner, place, locale="ne", time_zone="Europe/Berlin", country="DE", phone="123")

    place = Location.objects.get()
    assert (place.locale, place.phone) == ("ne", "123")


@pytest.mark.parametrize("code", ["de", "de-AT", "en-GB", "en-US", "fr", "es", "ja"])
def test_each_manner_of_writing_is_offered_by_name(owner, code):
    assert f'<option value="{code}"' in owner.get(ADD).content.decode()


def test_a_place_where_people_pay_first_must_say_how(owner):
    service = ServiceFactory(by_payment=True)
    lacking = steps_of(service.location)[f"“{service}” is paid first, and nobody is told how."]
    assert lacking.page.endswith("#id_how_to_pay")

    service.location.how_to_pay = "By transfer."

    assert "Customers who pay first are told how." in steps_of(service.location)


def test_a_service_that_is_paid_first_is_saved_with_a_warning(owner):
    service = ServiceFactory(by_payment=True)

    filled(owner, service, name="Colour")
    service.refresh_from_db()

    assert service.name == "Colour"
    assert "“Colour” is paid first, and nobody is told how." in look(owner, change_of(service)).text


def test_saving_leads_to_what_is_lacking_next(owner):
    place = LocationFactory()

    pressed = {"_continue": None, "_addanother": None}
    answer = filled(owner, place, locale="en", time_zone="Europe/Berlin", country="DE", **pressed)

    assert answer["Location"] == f"{reverse('admin:bookings_resource_add')}?location={place.pk}"


@pytest.mark.parametrize("record", ["location", "service", "resource"])
def test_what_has_bookings_is_switched_off_and_not_deleted(owner, record):
    booking = BookingFactory(accepted=True)
    kept = getattr(booking, record)
    page = reverse(f"admin:bookings_{record}_delete", args=[kept.pk])

    told = look(owner, page)
    refused = owner.post(page, {"post": "yes"})

    assert f"{kept} has 1 booking." in told.text
    assert "permission" not in told.text
    assert f"{change_of(kept)}#id_is_active" in told.links
    assert refused.status_code == 200
    assert type(kept).objects.filter(pk=kept.pk).exists()


def test_several_that_are_deleted_at_once_are_refused_alike(owner):
    booking, spare = BookingFactory(accepted=True), ResourceFactory()
    chosen = {"action": "delete_selected", "_selected_action": [booking.resource_id, spare.pk]}

    told = owner.post(reverse("admin:bookings_resource_changelist"), chosen)

    assert f"{booking.resource} has 1 booking." in Page(told, "").text


def test_what_nobody_booked_is_deleted(owner):
    spare = ResourceFactory()

    owner.post(reverse("admin:bookings_resource_delete", args=[spare.pk]), {"post": "yes"})

    assert not type(spare).objects.exists()


def test_switching_a_place_off_tells_who_still_comes(owner):
    booking = BookingFactory(waiting=True)
    place = booking.location
    kept = {"locale": "en", "time_zone": "Europe/Berlin", "country": "DE"}

    shown = filled(owner, place, is_active=None, **kept)

    assert shown.status_code == 409
    assert "1 booking to come stays: its customer is expected" in Page(shown, "").text
    assert "1 request among them still waits" in Page(shown, "").text
    assert Location.objects.get().is_active

    answered(owner, shown)
    assert not Location.objects.get().is_active
