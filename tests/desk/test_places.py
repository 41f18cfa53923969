"""Editing places: mistakes are said in words, and times are those of the clock on the wall there."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.forms import modelform_factory
from django.forms.models import model_to_dict
from django.urls import get_resolver

from bookings.file_fields import RESERVED_FOR_LOCATIONS
from bookings.models import Closure
from bookings.place_forms import LocationForm, ServiceForm
from bookings.urls import urlpatterns
from tests.desk.staff import client
from tests.factories import LocationFactory, ServiceFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db


def filled(form_class, record, **changed):
    """The form of the record as it is, with something changed."""
    form = modelform_factory(type(record), form=form_class, fields="__all__")
    data = {name: "" if value is None else value for name, value in model_to_dict(record).items()}
    return form(data | changed, instance=record)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time_zone", "Europe/Nowhere", "is not a time zone"),
        ("currency", "EURO", "at most 3"),
        ("currency", "E1R", "three letters"),
        ("country", "XX", "No calendar of public holidays"),
        ("subdivision", "ZZ", "No calendar of public holidays"),
        ("horizon_days", "801", "less than or equal to 800"),
    ],
)
def test_a_mistake_in_a_location_is_said_in_words(field, value, said):
    form = filled(LocationForm, LocationFactory(), **{field: value})

    assert said in " ".join(form.errors[field])


def test_the_money_of_a_place_is_chosen_by_name():
    shown = str(filled(LocationForm, LocationFactory(currency="NPR"))["currency"])

    assert '<option value="NPR" selected>Nepalese Rupee (NPR)</option>' in shown
    assert "XAU" not in shown


def test_reminders_in_words_are_asked_for_as_numbers():
    form = filled(ServiceForm, ServiceFactory(), reminder_hours="a day before")

    assert form.errors["reminder_hours"] == ["Write hours as numbers, e.g. 24, 2. Enter a whole number."]


@pytest.mark.parametrize("slug", sorted(RESERVED_FOR_LOCATIONS))
def test_the_address_of_another_page_is_no_location(slug):
    form = filled(LocationForm, LocationFactory(), slug=slug)

    assert "is the address of another page" in " ".join(form.errors["slug"])


def test_every_page_of_ours_is_reserved():
    first = {str(entry.pattern).split("/")[0].removeprefix("^") for entry in get_resolver().url_patterns}
    public = {str(entry.pattern).split("/")[0] for entry in urlpatterns}

    words = {word for word in first | public if re.fullmatch(r"[\w-]+", word)}
    assert {"admin", "api", "b", "find"} <= words <= RESERVED_FOR_LOCATIONS


def test_a_service_is_not_called_like_the_contact_form():
    form = filled(ServiceForm, ServiceFactory(), slug="contact")

    assert "is the address of another page" in " ".join(form.errors["slug"])


def test_a_right_location_is_kept():
    form = filled(LocationForm, LocationFactory(), country="np", subdivision="", currency="npr")

    assert form.is_valid(), form.errors
    assert (form.cleaned_data["country"], form.cleaned_data["currency"]) == ("NP", "NPR")


def test_a_deposit_above_the_price_is_refused():
    form = filled(ServiceForm, ServiceFactory(price=10), deposit="11")

    assert "higher than the price" in " ".join(form.errors["deposit"])


def test_a_price_that_no_booking_of_all_places_could_hold_is_refused():
    service = ServiceFactory(price="1000000000.00", capacity=9)

    assert filled(ServiceForm, service, capacity="9").is_valid()
    refused = filled(ServiceForm, service, capacity="10")
    assert refused.errors["price"] == ["All places together cost more than 9,999,999,999.99."]


def closed(location, starts_at, ends_at):
    return {
        "location": location.pk,
        "starts_at_0": starts_at[:10],
        "starts_at_1": starts_at[11:],
        "ends_at_0": ends_at[:10],
        "ends_at_1": ends_at[11:],
        "reason": "Festival",
    }


def entered(location):
    at = datetime(2027, 7, 5, 13, 0, tzinfo=UTC)
    return Closure.objects.create(location=location, starts_at=at, ends_at=at + timedelta(hours=7))


def corrected(closure, starts_at, ends_at):
    browser, path = client("owner"), f"/admin/bookings/closure/{closure.pk}/change/"
    form = Page(browser.get(path), path).form(having="starts_at_0")
    return browser.post(path, form.fields | closed(closure.location, starts_at, ends_at))


def test_a_closure_is_corrected_in_the_time_of_the_place():
    closure = entered(LocationFactory(time_zone="Asia/Kathmandu", country="NP", subdivision=""))

    assert corrected(closure, "2027-01-05 09:00", "2027-01-05 12:30").status_code == 302

    closure = Closure.objects.get()
    assert closure.starts_at == datetime(2027, 1, 5, 3, 15, tzinfo=UTC)
    assert closure.ends_at == datetime(2027, 1, 5, 6, 45, tzinfo=UTC)


def test_a_closure_is_shown_in_the_time_of_the_place_and_saved_unchanged():
    location = LocationFactory(time_zone="America/New_York", country="US", subdivision="")
    at = datetime(2027, 7, 5, 13, 0, tzinfo=UTC), datetime(2027, 7, 5, 20, 0, tzinfo=UTC)
    closure = Closure.objects.create(location=location, starts_at=at[0], ends_at=at[1])
    browser, path = client("owner"), f"/admin/bookings/closure/{closure.pk}/change/"

    form = Page(browser.get(path), path).form(having="starts_at_0")
    assert (form.fields["starts_at_0"], form.fields["starts_at_1"]) == ("2027-07-05", "09:00:00")
    browser.post(path, form.fields | {"location": location.pk})

    assert (Closure.objects.get().starts_at, Closure.objects.get().ends_at) == at


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "said"),
    [
        ("2027-01-05 12:00", "2027-01-05 09:00", "The end must be later than the beginning."),
        ("2027-03-28 02:30", "2027-03-28 09:00", "this time does not exist"),
    ],
)
def test_a_closure_that_cannot_be_is_refused(starts_at, ends_at, said):
    closure = entered(LocationFactory())

    response = corrected(closure, starts_at, ends_at)

    assert said in Page(response, "").text
    assert Closure.objects.get().starts_at == closure.starts_at
