"""The admin's forms of a place: words, limits, and what a change means for bookings that exist."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.functional import Promise

from bookings import outside
from bookings.models import Booking, Closure, Location, Requirement, Resource, Service
from operations import roles
from tests.calendar.pages import browser, look, post
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory, in_a_week
from tests.pages.visitor import Page
from tests.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return browser("boss", roles.OWNER)


def change_of(record):
    return reverse(f"admin:bookings_{record._meta.model_name}_change", args=[record.pk])


def opened(client, record):
    """The fields of the record's form as it is shown, with what is chosen in it."""
    kept = {
        name: getattr(record, name, "") for name in ("kind", "approval", "time_zone", "locale", "location_id")
    }
    kept["location"] = kept.pop("location_id")
    if getattr(record, "is_active", False):
        kept["is_active"] = "on"
    shown = look(client, change_of(record)).form(having="was").fields
    return shown | {name: value for name, value in kept.items() if value} | {"_save": "Save"}


def filled(client, record, **changed):
    """The record's form as it is shown, sent with something changed; None takes a tick away."""
    fields = opened(client, record) | changed
    return client.post(
        change_of(record), {name: value for name, value in fields.items() if value is not None}
    )


def answered(client, shown, **decided):
    form = Page(shown, shown.wsgi_request.path).form(having="_decided")
    return client.post(form.action, form.fields | decided)


@pytest.mark.parametrize("model", [Location, Resource, Service, Requirement, Closure])
def test_every_field_is_named_in_words(model):
    unnamed = [
        field.name
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.name != "id" and not isinstance(field.verbose_name, Promise)
    ]

    assert unnamed == []


def test_switching_a_person_off_shows_their_bookings_and_leaves_them(owner):
    booking = BookingFactory(accepted=True, name="Anna Berg")

    shown = filled(owner, booking.resource, is_active=None)

    assert shown.status_code == 409
    assert "Anna Berg" in shown.content.decode()
    assert Resource.objects.get(pk=booking.resource_id).is_active

    assert answered(owner, shown).status_code == 302
    assert not Resource.objects.get(pk=booking.resource_id).is_active
    assert Booking.objects.get(pk=booking.pk).status == "accepted"
    assert list(outside.listed()) == [booking]


def test_a_booking_of_somebody_who_leaves_can_be_cancelled_at_once(owner):
    booking = BookingFactory(accepted=True)
    shown = filled(owner, booking.resource, is_active=None)

    told = {f"fate-{booking.pk}": "cancel", "reason_to_cancel": "She has left."}
    assert answered(owner, shown, **told).status_code == 302

    assert Booking.objects.get(pk=booking.pk).cancel_reason == "She has left."


def test_a_form_without_its_number_saves_nothing_and_keeps_what_was_decided(owner):
    booking = BookingFactory(accepted=True)
    shown = filled(owner, booking.resource, is_active=None)
    told = {f"fate-{booking.pk}": "cancel", "reason_to_cancel": "She has left."}

    asked = answered(owner, shown, request_id="", **told)

    assert asked.status_code == 409
    assert "This form has lost its number" in asked.content.decode()
    assert Resource.objects.get(pk=booking.resource_id).is_active
    assert answered(owner, asked, **told).status_code == 302
    assert Booking.objects.get(pk=booking.pk).cancel_reason == "She has left."


def test_another_duration_says_what_existing_bookings_keep(owner):
    booking = BookingFactory(accepted=True)

    shown = filled(owner, booking.service, minutes="45")

    assert shown.status_code == 409
    assert "1 booking to come keeps what was agreed (minutes)." in Page(shown, "").text
    assert Service.objects.get().minutes == 30

    assert answered(owner, shown).status_code == 302
    assert Service.objects.get().minutes == 45
    assert Booking.objects.get().ends_at == booking.ends_at


def test_another_need_shows_the_bookings_that_lack_it(owner):
    booking = BookingFactory(accepted=True, name="Anna Berg")
    ResourceFactory(location=booking.location, room=True)
    line = {"requirements-0-kind": "room", "requirements-TOTAL_FORMS": "1"}

    shown = filled(owner, booking.service, **line)

    assert shown.status_code == 409
    assert "needs a room now, and this booking has none" in Page(shown, "").text
    assert not Requirement.objects.exists()

    assert answered(owner, shown).status_code == 302
    assert [each.kind for each in Requirement.objects.all()] == ["room"]
    assert list(outside.listed()) == [booking]


def test_fewer_people_in_one_booking_counts_for_new_ones(owner):
    service = ServiceFactory(capacity=6, max_people=4)
    BookingFactory(service=service, accepted=True, people=4)

    assert "keeps what was agreed" in Page(filled(owner, service, max_people="2"), "").text


def test_what_concerns_no_booking_is_saved_at_once(owner):
    service = ServiceFactory()

    assert filled(owner, service, minutes="45").status_code == 302
    assert Service.objects.get().minutes == 45


@pytest.fixture
def closure():
    start = in_a_week() + timedelta(days=30)
    return Closure.objects.create(location=LocationFactory(), starts_at=start, ends_at=start + timedelta(1))


def times(start, end):
    return {"starts_at_0": start, "starts_at_1": "00:00", "ends_at_0": end, "ends_at_1": "23:00"}


def test_a_closure_is_entered_on_the_page_where_a_second_press_is_the_same(owner):
    location = LocationFactory()
    path = reverse("admin:bookings_closure_add")
    form = {"location": location.pk, **times("2027-05-01", "2027-05-01")}

    answers = [owner.get(path), owner.post(path, form), owner.post(path, form)]

    assert {each["Location"] for each in answers} == {f"{reverse('hours-places')}#away"}
    assert not Closure.objects.exists()
    assert browser("eve", roles.AUDITOR).get(path).status_code == 403


def test_a_closure_changed_in_its_list_asks_too(owner, closure):
    booking = BookingFactory(accepted=True, service=ServiceFactory(location=closure.location))
    day = booking.starts_at.date().isoformat()

    shown = filled(owner, closure, **times(day, day))
    assert (shown.status_code, outside.listed().count()) == (409, 0)

    assert answered(owner, shown).status_code == 302
    assert list(outside.listed()) == [booking]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_closure_of_an_unusual_year_is_refused_in_words(owner, closure, day):
    Location.objects.update(time_zone="Asia/Tokyo" if day < "2" else "America/New_York")

    answer = filled(owner, closure, **times(day, day))

    assert "between 2000 and 2999" in answer.content.decode()
    assert Closure.objects.get().starts_at == closure.starts_at


def test_a_service_needs_people_of_its_own_place_and_kind_only(owner):
    service = ServiceFactory()
    lena = ResourceFactory(location=service.location, name="Lena")
    elsewhere = ResourceFactory(name="Theo Theirs")
    page = look(owner, change_of(service))
    assert "Theo Theirs" not in page.html
    room = {"requirements-TOTAL_FORMS": "1", "requirements-0-kind": "room"}

    refused = filled(owner, service, **room, **{"requirements-0-resources": str(lena.pk)})
    stranger = filled(owner, service, **room, **{"requirements-0-resources": str(elsewhere.pk)})

    assert "Lena is of another kind: Person." in Page(refused, "").text
    assert stranger.status_code == 200
    assert not Requirement.objects.exists()


def test_what_a_colleague_changed_meanwhile_is_shown_and_not_overwritten(owner):
    location = LocationFactory()
    form = opened(owner, location) | {"about": "By the river"}
    Location.objects.update(phone="+49 30 999", is_active=False)

    shown = owner.post(change_of(location), form)

    page = Page(shown, change_of(location))
    assert shown.status_code == 409
    assert "Telephone: +49 30 999" in page.text
    assert "Switched on: no" in page.text
    assert Location.objects.filter(about="", phone="+49 30 999", is_active=False).exists()

    kept = page.form(having="was").fields
    assert kept["about"] == "By the river"
    assert owner.post(change_of(location), form | kept).status_code == 302
    assert Location.objects.get().about == "By the river"


@pytest.mark.django_db(transaction=True)
def test_of_several_who_save_at_once_one_does_and_the_others_are_told(owner):
    location = LocationFactory()
    form = opened(owner, location)

    answers = race(4, lambda index: owner.post(change_of(location), form | {"about": f"Number {index}"}))

    assert sorted(answer.status_code for answer in answers) == [302, 409, 409, 409]


def test_questions_that_a_colleague_changed_meanwhile_are_not_overwritten(owner):
    service = ServiceFactory()
    form = opened(owner, service)
    service.questions.create(code="pets", text="Any pets?")

    shown = owner.post(change_of(service), form)

    assert shown.status_code == 409
    assert "Questions: Any pets?" in Page(shown, "").text


def test_a_closure_that_a_colleague_has_moved_stays_moved(owner, closure):
    form = opened(owner, closure)
    later = closure.ends_at + timedelta(days=1)
    Closure.objects.update(ends_at=later)

    assert owner.post(change_of(closure), form).status_code == 409
    assert Closure.objects.get().ends_at == later


def test_hours_saved_on_their_own_page_stay_and_do_not_make_the_form_out_of_date(owner):
    location = LocationFactory()
    form = opened(owner, location)
    Location.objects.update(opening_hours="Sa 10:00-12:00")

    assert owner.post(change_of(location), form).status_code == 302
    assert Location.objects.get().opening_hours == "Sa 10:00-12:00"


def test_hours_have_their_own_page_and_the_lack_of_people_is_said(owner):
    location = LocationFactory()

    page = look(owner, change_of(location))

    assert reverse("hours", args=[location.slug]) in page.links
    assert "No person and no room yet: nothing can be booked." in page.text
    assert "opening_hours" not in page.form(having="name").fields


def test_a_new_location_is_made_with_usual_hours(owner):
    path = reverse("admin:bookings_location_add")
    form = look(owner, path).form(having="name")
    for other in ("_continue", "_addanother"):
        form.fields.pop(other)

    answer = post(
        owner,
        form,
        name="Salon",
        slug="salon",
        time_zone="Europe/Berlin",
        country="DE",
        locale="de-AT",
        is_active="on",
    )

    assert answer.status_code == 302, Page(answer, "").text[:2000]
    place = Location.objects.get()
    assert (place.opening_hours, place.locale) == ("Mo-Fr 09:00-17:00; PH off", "de-AT")
    assert answer["Location"] == reverse("hours", args=["salon"])


def test_an_auditor_reads_the_same_words_and_changes_nothing():
    service = ServiceFactory()

    page = look(browser("eve", roles.AUDITOR), change_of(service))

    assert "Minutes kept free before" in page.text
    assert browser("eve", roles.AUDITOR).post(change_of(service), {"minutes": "5"}).status_code == 403
