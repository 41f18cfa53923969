"""Checking what was entered holds the time: nothing is booked by it, and nothing entered is lost."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from bookings.models import Booking
from notifications.models import Delivery
from operations import intents
from operations.history import Event
from tests.factories import ResourceFactory, WaitEntryFactory, advance
from tests.pages.conftest import ADA
from tests.pages.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(visitor, form):
    """The page that follows the form."""
    return visitor.send(form, step="check")


def later(minutes):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def change(page):
    """Where everything entered can be changed."""
    return next(link for link in page.links if "draft=" in link)


def by_somebody_else(form, **typed):
    """The same form sent by another browser, as a form of its own."""
    other = Visitor()
    number = other.open("/find/").form().fields["csrfmiddlewaretoken"]
    return other.send(form, csrfmiddlewaretoken=number, request_id=intents.issue(), **typed)


def test_it_shows_everything_entered_and_until_when_the_time_is_held(check):
    draft = Booking.objects.get()

    assert (check.path, draft.status) == (f"/b/{draft.token}/", "draft")
    assert 'data-status="draft"' in check.html
    assert all(value in check.text for value in ADA.values())
    assert "Nothing is booked yet" in check.text
    assert "The time is held until" in check.text


def test_it_is_booked_by_one_press_and_nobody_was_written_to_before(check, visitor):
    assert not Delivery.objects.exists()

    page = visitor.send(check.form("/take/"))

    booking = Booking.objects.get()
    assert (booking.status, page.path) == ("submitted", f"/b/{booking.token}/")
    assert list(Event.objects.of(booking).values_list("transition", flat=True)) == ["hold", "submit"]


def test_pressed_twice_it_books_once(check, visitor):
    visitor.send(check.form("/take/"))
    again = visitor.send(check.form("/take/"))

    assert "Nothing was done twice" in again.text
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("moves", [[], ["accept"]])
def test_pressed_in_a_second_tab_it_was_booked_already(check, visitor, moves):
    second_tab = visitor.open(check.path).form("/take/")
    visitor.send(check.form("/take/"))
    for transition in moves:
        advance(Booking.objects.get(), transition)
    page = visitor.send(second_tab)

    assert (page.status, page.path) == (200, f"{check.path}?repeat=change")
    assert "Nothing was done twice" in page.text
    assert Booking.objects.count() == 1


def test_pressed_in_a_second_tab_after_other_details_it_says_what_happened(check, visitor, form):
    second_tab = visitor.open(check.path).form("/take/")
    visitor.send(form, step="check", name="Ada King")
    visitor.send(visitor.open(check.path).form("/take/"))

    assert visitor.send(second_tab).status == 409


def test_nobody_else_gets_the_time_while_it_is_held(check, form):
    page = by_somebody_else(form, email="bob@example.com")

    assert (page.status, Booking.objects.count()) == (409, 1)


def test_the_same_form_sent_to_be_checked_twice_holds_one_time(check, visitor, form):
    again = visitor.send(form, step="check")

    assert again.path == check.path
    assert Booking.objects.count() == 1


def test_back_in_the_browser_and_other_details_change_what_is_held(check, visitor, form):
    page = visitor.send(form, step="check", name="Ada King", phone="")

    draft = Booking.objects.get()
    assert (page.path, draft.name, draft.phone) == (check.path, "Ada King", "")
    assert list(Event.objects.of(draft).values_list("transition", flat=True)) == ["hold", "revise"]


def test_back_in_the_browser_and_booked_in_one_go_books_what_was_held(check, visitor, form):
    page = visitor.send(form, name="Ada King")

    booking = Booking.objects.get()
    assert (page.path, booking.status, booking.name) == (check.path, "submitted", "Ada King")


def test_what_is_only_held_must_keep_to_what_the_place_asks_for_by_now(check, visitor, service, form):
    service.requires_phone = True
    service.save()

    assert visitor.send(form, phone="").status == 422
    assert (Booking.objects.get().status, Booking.objects.get().phone) == ("draft", ADA["phone"])


def test_changing_something_opens_the_form_as_it_was(check, visitor):
    page = visitor.open(change(check))

    assert page.status == 200
    assert {name: page.form("/book/").fields[name] for name in ADA} == ADA
    assert "not free" not in page.text


def test_another_time_takes_the_new_one_and_leaves_the_old(check, visitor, tomorrow):
    held = Booking.objects.get().starts_at
    form = visitor.open(visitor.open(f"/salon/cut/?date={tomorrow}").times[3]).form("/book/")

    assert form.fields["name"] == ADA["name"]
    visitor.send(form, step="check")

    assert Booking.objects.get().starts_at == datetime.fromisoformat(form.fields["start"]) != held
    first = visitor.open(visitor.open(f"/salon/cut/?date={tomorrow}").times[0]).form("/book/")
    assert datetime.fromisoformat(first.fields["start"]) == held


def test_whoever_comes_back_to_the_time_they_hold_finds_it_free_for_them(check, visitor, form):
    fresh = visitor.open(f"/salon/cut/book/?start={form.fields['start'].replace('+', '%2B')}")

    assert (fresh.status, "not free" in fresh.text) == (200, False)
    assert fresh.form("/book/").fields["email"] == ADA["email"]


def test_nobody_else_is_shown_what_was_entered(check, form):
    other = Visitor().open(f"/salon/cut/book/?start={form.fields['start'].replace('+', '%2B')}")

    assert "This time is not free any more" in other.text
    assert ADA["email"] not in other.html


def test_letting_it_go_frees_the_time_and_keeps_what_was_entered(check, visitor):
    booking = Booking.objects.get()
    page = visitor.send(visitor.open(f"{check.path}cancel/").form("/cancel/"))

    assert "Nothing is booked" in page.text
    assert not Delivery.objects.exists()
    form = visitor.open(change(page)).form("/book/")
    assert form.fields["notes"] == ADA["notes"]
    visitor.send(form)
    assert list(Booking.objects.exclude(pk=booking.pk).values_list("status", "name")) == [
        ("submitted", ADA["name"])
    ]


def test_after_the_hold_the_time_is_free_and_the_same_form_holds_it_anew_once(check, visitor, form):
    with later(11):
        call_command("sweep")
        assert Booking.objects.get().status == "cancelled"

        first = visitor.send(form, step="check")
        again = visitor.send(form, step="check")

    assert first.path == again.path != check.path
    assert sorted(Booking.objects.values_list("status", flat=True)) == ["cancelled", "draft"]


@pytest.mark.parametrize("changed", [{}, {"name": "Ada King"}])
def test_after_the_hold_the_same_form_books_in_one_go(check, visitor, form, changed):
    with later(11):
        call_command("sweep")
        page = visitor.send(form, **changed)

    booked = Booking.objects.exclude(status="cancelled").get()
    assert (booked.status, page.path) == ("submitted", f"/b/{booked.token}/")
    assert booked.name == changed.get("name", ADA["name"])


def test_what_is_held_can_be_changed_though_it_is_too_soon_for_others(check, visitor, service):
    service.location.minimum_notice_minutes = 60 * 24 * 30
    service.location.save()
    page = visitor.open(change(check))

    assert (page.status, page.form("/book/").fields["name"]) == (200, ADA["name"])


def test_a_draft_that_is_none_does_no_harm(visitor, form):
    for token in ("\x00", "x" * 500, "../"):
        assert visitor.post(form, step="check", draft=token).status_code == 303


def test_a_press_after_the_hold_says_what_happened_and_leads_on(check, visitor):
    with later(11):
        call_command("sweep")
        page = visitor.send(check.form("/take/"))

        assert (page.status, Booking.objects.get().status) == (409, "cancelled")
        assert "Book it after all" in visitor.open(check.path).text


def test_a_press_after_the_hold_books_while_nobody_has_released_the_time(check, visitor):
    with later(11):
        visitor.send(check.form("/take/"))

    assert Booking.objects.get().status == "submitted"


@pytest.mark.parametrize(("changed", "status"), [({}, 409), ({"name": "Ada King"}, 422)])
def test_the_form_pressed_after_the_start_books_nothing_and_offers_other_times(
    check, visitor, form, changed, status
):
    with time_machine.travel(Booking.objects.get().starts_at + timedelta(minutes=1), tick=False):
        page = visitor.send(form, **changed)

    assert (page.status, Booking.objects.get().status) == (status, "draft")
    assert "Nothing was booked." in page.text


def test_what_was_booked_meanwhile_is_asked_about(check, visitor, service, form):
    ResourceFactory(location=service.location, slug="lena", name="Lena")
    by_somebody_else(form)

    page = visitor.send(check.form("/take/"))

    assert (page.status, "Book it twice?" in page.text) == (409, True)
    visitor.send(page.form("/take/"))
    assert Booking.objects.doubled().get().token in check.path


def test_an_offer_of_the_wait_list_is_nobodys_form(visitor, service):
    entry = WaitEntryFactory(service=service, offered=True)
    page = visitor.open(f"/salon/cut/book/?start=2030-01-01T10:00Z&draft={entry.booking.token}")

    assert entry.email not in page.html


def test_who_began_and_did_not_book_is_not_written_to_when_they_look_for_bookings(check, visitor):
    visitor.send(visitor.open("/find/").form(), email=ADA["email"])

    assert not Delivery.objects.exists()


def test_a_hold_that_has_run_out_is_not_called_held_before_it_is_swept(check, visitor):
    with later(16):
        page = visitor.open(check.path)
        assert "This time is no longer held for you" in page.text
        assert "You can still book it if you are quick." in page.text
        assert "This time is held for you" not in page.text

        visitor.send(page.form("/take/"))
    assert Booking.objects.get().status == "submitted"


def test_an_offer_that_has_run_out_is_over(visitor, service):
    WaitEntryFactory(service=service, offered=True)
    offer = Booking.objects.get(wait_entry__isnull=False)
    with time_machine.travel(offer.stale_after + timedelta(seconds=1), tick=False):
        page = visitor.open(f"/b/{offer.token}/")
    assert "This time is no longer held for you" in page.text
    assert "is given to others" in page.text
    assert "/take/" not in page.html
