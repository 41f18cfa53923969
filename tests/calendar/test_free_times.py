"""The free times beside staff's form: of whom and when it says, and what comes next when there are none."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.offerings import Requirement
from bookings.places import Closure
from bookings.resources import ResourceKind
from tests.calendar.attending import soon
from tests.calendar.calling import filled, opened, path_to, send
from tests.calendar.pages import browser, look
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service():
    location = LocationFactory(time_zone="Etc/UTC", opening_hours="Mo-Su 09:00-11:00", currency="EUR")
    ResourceFactory(location=location, name="Lena", slug="lena")
    ResourceFactory(location=location, name="Mehmet", slug="mehmet")
    return ServiceFactory(location=location, minutes=60, price="28.00")


def only_lena(service):
    needed = Requirement.objects.create(service=service, kind=ResourceKind.PERSON)
    needed.resources.set(service.location.resources.filter(slug="lena"))


def offered(page):
    """What the buttons beside the form say."""
    beside = page.html.split('id="free-times"')[1].split("</fieldset>")[0]
    return re.findall(r'data-time="([^"]+)"', beside)


def whom(page):
    return re.findall(r'<option value="([^"]*)"', page.html.split('name="resource"')[1].split("</select>")[0])


def chosen(client, service, **changed):
    """The form again after something was chosen in it."""
    form = opened(client, service)
    data = form.fields | filled(form, service, choose="1", **changed)
    return Page(client.post(form.action, data), form.action)


def test_a_day_is_offered_with_price_and_length(service):
    page = look(browser(), path_to(service.location, soon(), service=service.slug))

    assert offered(page)[0] == "09:00"
    assert offered(page)[-1] == "10:00"
    assert "60 min, €28.00" in page.text
    assert 'data-time="09:00" aria-pressed="true"' in page.html


def test_only_the_free_times_of_whom_is_chosen_are_offered(service):
    BookingFactory(
        service=service, resource=service.location.resources.get(slug="lena"), starts_at=soon(), accepted=True
    )

    assert "09:00" in offered(chosen(browser(), service))
    assert "09:00" not in offered(chosen(browser(), service, resource="lena"))


def test_only_who_can_do_the_service_is_offered_with_it(service):
    only_lena(service)
    other = ServiceFactory(location=service.location, name="Colour")
    client = browser()

    assert whom(chosen(client, service)) == ["", "lena"]
    assert whom(chosen(client, other)) == ["", "lena", "mehmet"]
    assert '<option value="mehmet"' not in chosen(client, service, resource="mehmet").html


def test_who_was_pressed_in_the_table_comes_with_what_they_can_do(service):
    only_lena(service)
    colour = ServiceFactory(location=service.location, name="Colour", slug="colour")

    page = look(browser(), path_to(service.location, soon(), resource="mehmet"))

    assert f'<option value="{colour.slug}" selected>' in page.html
    assert '<option value="mehmet" selected>' in page.html


def test_a_form_begins_with_the_next_time_that_is_free(service):
    now = timezone.now()
    Closure.objects.create(
        location=service.location, starts_at=now - timedelta(days=1), ends_at=soon(-120) + timedelta(days=3)
    )

    fields = look(browser(), path_to(service.location)).form("/new/").fields

    assert (fields["date"], fields["time"]) == ((soon() + timedelta(days=3)).date().isoformat(), "09:00")


def test_a_day_with_nothing_free_leads_to_the_next_one(service):
    Closure.objects.create(location=service.location, starts_at=soon(-120), ends_at=soon(240))

    page = chosen(browser(), service, date=soon().date().isoformat())

    assert offered(page) == []
    assert "Nothing is free on this day." in page.text
    assert f'value="{(soon() + timedelta(days=1)).isoformat()}"' in page.html


def test_a_form_that_is_refused_still_offers_times(service):
    page = Page(send(browser(), service, name=""), "")

    assert (page.status, offered(page)[0]) == (422, "09:00")
