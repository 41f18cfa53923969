"""Whoever has booked books the same again without typing it again, and no address says who they are."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bookings.models import Booking
from tests.factories import BookingFactory, ResourceFactory, ServiceFactory, in_a_week
from tests.pages.conftest import ADA

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(service):
    service.capacity, service.max_people = 6, 4
    service.save()
    return ResourceFactory(location=service.location, slug="lena", name="Lena", position=1)


@pytest.fixture
def booking(service, lena):
    facts = {"people": 2, "name": ADA["name"], "email": ADA["email"], "phone": ADA["phone"]}
    return BookingFactory(service=service, resource=lena, starts_at=in_a_week(), accepted=True, **facts)


def again(visitor, booking):
    page = visitor.open(f"/b/{booking.token}/")
    return visitor.send(page.form("/again/"))


@pytest.mark.parametrize(
    ("trait", "words"),
    [
        ("accepted", "Book again"),
        ("completed", "Book again"),
        ("cancelled", "Book another time"),
        ("failed", "Book another time"),
    ],
)
def test_what_stands_and_what_is_over_can_be_booked_again(visitor, service, trait, words):
    booking = BookingFactory(service=service, starts_at=in_a_week(), **{trait: True})
    assert words in visitor.open(f"/b/{booking.token}/").text
    assert again(visitor, booking).times


@pytest.mark.parametrize(
    ("trait", "kind"), [("cancelled", "button"), ("completed", "button"), ("accepted", "button quiet")]
)
def test_it_comes_first_where_nothing_else_is_left_to_do(visitor, service, trait, kind):
    booking = BookingFactory(service=service, starts_at=in_a_week(), **{trait: True})
    assert f'class="{kind}" id="another"' in visitor.open(f"/b/{booking.token}/").html


@pytest.mark.parametrize("trait", ["draft", "waiting"])
def test_what_is_not_answered_yet_is_not(visitor, service, trait):
    page = visitor.open(f"/b/{BookingFactory(service=service, **{trait: True}).token}/")
    assert "Book again" not in page.text


def test_the_same_person_the_same_number_and_whose_it_is_are_kept(visitor, booking):
    times = again(visitor, booking)
    assert parse_qs(urlsplit(times.path).query) == {"resource": ["lena"], "people": ["2"]}
    assert all("resource=lena&people=2" in each for each in times.times)

    form = visitor.open(times.times[0])
    fields = form.form("/book/").fields
    assert (fields["name"], fields["email"], fields["phone"]) == (ADA["name"], ADA["email"], "")
    assert 'value="2" selected' in form.html

    visitor.send(form.form("/book/"), people="2")
    made = Booking.objects.latest("pk")
    assert (made.name, made.people, made.resource.slug) == (ADA["name"], 2, "lena")
    assert visitor.open(times.times[1]).form("/book/").fields["name"] == ""


def test_who_it_was_is_forgotten_by_checking_first_too(visitor, booking):
    times = again(visitor, booking)

    visitor.send(visitor.open(times.times[0]).form("/book/"), people="2", step="check")

    assert not visitor.client.cookies["holdfast_again"].value


def test_whoever_has_left_is_not_asked_for(visitor, booking, lena):
    lena.is_active = False
    lena.save()
    assert "resource" not in again(visitor, booking).path


def test_another_place_does_not_learn_who_it_was(visitor, booking, tomorrow):
    again(visitor, booking)
    elsewhere = ServiceFactory()
    ResourceFactory(location=elsewhere.location)
    path = f"/{elsewhere.location.slug}/{elsewhere.slug}/?date={in_a_week().date() + timedelta(days=1)}"
    assert visitor.open(visitor.open(path).times[0]).form("/book/").fields["name"] == ""


def test_looking_at_it_remembers_nothing(client, booking):
    assert client.get(f"/b/{booking.token}/again/").status_code == 405
    assert not client.get(f"/b/{booking.token}/").cookies.get("holdfast_again")


def test_a_framed_page_uses_no_cookie(client, booking):
    booking.location.embed_parents = "https://salon.example"
    booking.location.save()
    answer = client.post(f"/embed/b/{booking.token}/again/")
    assert (answer.status_code, answer.cookies.get("holdfast_again")) == (303, None)
