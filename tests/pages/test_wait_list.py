"""A full time is no dead end: people wait for it, see how things stand, and take or leave what is offered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings import processing
from bookings.models import Booking, WaitEntry
from bookings.waitlist import offering
from tests.factories import SCHEDULE, WaitEntryFactory, advance
from tests.pages.conftest import ADA

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(service, visitor, tomorrow):
    """One half hour a day with Mehmet, and tomorrow's is taken."""
    service.location.opening_hours = "Mo-Su 10:00-10:30"
    service.location.save()
    service.wait_list = True
    service.save()
    page = visitor.open(f"/salon/cut/?date={tomorrow}")
    return visitor.send(visitor.open(page.times[0]).form("/book/"), **ADA | {"email": "first@example.com"})


@pytest.fixture
def times(full, visitor, tomorrow):
    return visitor.open(f"/salon/cut/?date={tomorrow}")


def to_wait(page) -> list[str]:
    return [link for link in page.links if "/wait/?" in link]


def work() -> None:
    while processing.drain() or offering.drain():
        pass


def give_back() -> None:
    advance(Booking.objects.get(email="first@example.com"), "cancel", by="staff")
    work()


def test_a_full_time_leads_to_the_wait_list_and_is_no_offer(times):
    assert times.times == []
    assert [link for link in to_wait(times) if "start=" in link]
    assert [link for link in to_wait(times) if "date=" in link]


def test_without_a_wait_list_a_full_time_is_not_shown(service, full, visitor, tomorrow):
    service.wait_list = False
    service.save()

    assert to_wait(visitor.open(f"/salon/cut/?date={tomorrow}")) == []
    assert visitor.open(f"/salon/cut/wait/?date={tomorrow}").status == 404


@pytest.mark.parametrize("which", ["start=", "date="])
def test_joining_leads_to_a_page_of_its_own(times, visitor, which):
    link = next(link for link in to_wait(times) if which in link)

    page = visitor.send(visitor.open(link).form("/wait/"), **ADA)

    assert page.status == 200
    assert 'data-status="waiting"' in page.html
    assert "You are the first in line" in page.text
    assert WaitEntry.objects.get().starts_at is None or which == "start="


def test_sending_it_twice_leads_to_the_same_place_in_line(times, visitor):
    form = visitor.open(to_wait(times)[0]).form("/wait/")
    visitor.send(form, **ADA)

    again = visitor.send(form, **ADA)

    assert "Nothing was done twice" in again.text
    assert WaitEntry.objects.count() == 1


def test_another_form_of_the_same_person_is_answered_without_the_way_to_the_page(times, visitor):
    link = to_wait(times)[0]
    visitor.send(visitor.open(link).form("/wait/"), **ADA)

    page = visitor.send(visitor.open(link).form("/wait/"), **ADA)

    assert page.status == 409
    assert "You are already on the list" in page.text
    assert WaitEntry.objects.get().token not in page.html


def test_what_was_typed_survives_a_mistake(times, visitor):
    page = visitor.send(visitor.open(to_wait(times)[0]).form("/wait/"), **ADA | {"email": "nonsense"})

    assert page.status == 422
    assert page.form("/wait/").fields["name"] == ADA["name"]
    assert WaitEntry.objects.count() == 0


def test_what_is_free_meanwhile_can_be_booked_at_once(times, visitor):
    link = next(link for link in to_wait(times) if "start=" in link)
    form = visitor.open(link).form("/wait/")
    give_back()

    page = visitor.send(form, **ADA)

    assert page.status == 409
    assert page.times
    assert visitor.open(page.times[0]).status == 200


@pytest.mark.parametrize("query", ["", "?date=x", "?start=x", "?date=2020-01-01", "?start=2999-01-01T10:00"])
def test_odd_addresses_are_answered(times, visitor, query):
    assert visitor.open(f"/salon/cut/wait/{query}").status in (400, 422)


def test_leaving_is_a_button_and_opening_the_page_changes_nothing(times, visitor):
    page = visitor.send(visitor.open(to_wait(times)[0]).form("/wait/"), **ADA)
    entry = WaitEntry.objects.get()
    visitor.open(f"/w/{entry.token}/leave/")
    assert WaitEntry.objects.get().status == "waiting"

    left = visitor.send(page.form("/leave/"))

    assert 'data-status="left"' in left.html
    assert visitor.post(page.form("/leave/")).status_code == 303  # once more is once


def test_an_offer_is_taken_on_the_page(times, visitor):
    visitor.send(visitor.open(to_wait(times)[0]).form("/wait/"), **ADA)
    give_back()
    entry = WaitEntry.objects.get()
    page = visitor.open(f"/w/{entry.token}/")
    assert f"/b/{entry.booking.token}/" in page.links

    offer = visitor.open(f"/b/{entry.booking.token}/")
    assert f"/b/{entry.booking.token}/take/" in offer.links
    taken = visitor.send(visitor.open(f"/b/{entry.booking.token}/take/").form())

    assert 'data-status="submitted"' in taken.html
    work()
    assert 'data-status="accepted"' in visitor.open(f"/b/{entry.booking.token}/").html
    assert 'data-status="taken"' in visitor.open(f"/w/{entry.token}/").html


def test_an_offer_is_let_go_on_the_page(times, visitor):
    visitor.send(visitor.open(to_wait(times)[0]).form("/wait/"), **ADA)
    give_back()
    entry = WaitEntry.objects.get()

    page = visitor.open(f"/b/{entry.booking.token}/cancel/")
    assert "Let this time go?" in page.text
    visitor.send(page.form())

    assert 'data-status="declined"' in visitor.open(f"/w/{entry.token}/").html


def test_an_offer_that_has_run_out_cannot_be_taken(service, visitor):
    entry = WaitEntryFactory(service=service, offered=True)
    Booking.objects.filter(pk=entry.booking.pk).update(stale_after=timezone.now() - timedelta(seconds=1))

    page = visitor.open(f"/b/{entry.booking.token}/take/")

    assert "held until" in page.text
    assert [form for form in page.forms if form.method == "post"] == []


@pytest.mark.parametrize("move", ["leave", "expire"])
def test_every_end_is_explained(service, visitor, move):
    entry = advance(WaitEntryFactory(service=service), move, SCHEDULE)

    page = visitor.open(f"/w/{entry.token}/")

    assert page.status == 200
    assert "join the wait list again" in page.text


def test_an_unknown_address_is_404(visitor, service):
    assert visitor.open("/w/nonsense/").status == 404
