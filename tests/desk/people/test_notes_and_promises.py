"""Notes survive whatever happens to the record; promises show up when they are due, before all else."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from operations.people.notes import Note
from operations.people.pledges import Pledge
from tests.desk.people.acting import act, browser_of, condition_of, form, somebody, text
from tests.desk.staff import page_of, press
from tests.factories import BookingFactory, DeliveryFactory, in_a_week
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db

DEAD, FAILED = "notifications.dead", "bookings.failed"


@pytest.fixture
def annas():
    return browser_of(somebody("Anna"))


def in_hours(hours, zone_hours=0):
    return f"{timezone.now() + timedelta(hours=hours + zone_hours):%Y-%m-%dT%H:%M}"


def test_a_note_survives_a_retry_and_the_condition_itself(annas):
    dead = DeliveryFactory(dead=True)
    act(annas, dead, "note", text="She moves house on Friday.")

    press(annas, condition_of(DEAD), dead, "retry")

    assert "She moves house on Friday." in text(annas, page_of(condition_of(DEAD), dead))


def test_lists_say_how_many_notes_there_are(annas):
    dead = DeliveryFactory(dead=True)
    act(annas, dead, "note", text="One.")
    act(annas, dead, "note", text="Two.")

    assert "2 notes" in text(annas, f"/admin/desk/{DEAD}/")


@pytest.mark.parametrize("wrong", ["", "   ", "x" * 2001, "nul\x00"])
def test_a_note_that_cannot_be_kept_is_refused_with_what_was_typed(annas, wrong):
    response = act(annas, DeliveryFactory(dead=True), "note", text=wrong)

    assert response.status_code == 409
    assert not Note.objects.exists()
    assert wrong.strip().replace("\x00", "\ufffd")[:100] in response.content.decode() or "\x00" in wrong


def test_a_note_is_text_and_never_markup(annas):
    dead = DeliveryFactory(dead=True)
    act(annas, dead, "note", text="<script>alert(1)</script>")

    assert b"<script>alert(1)" not in annas.get(page_of(condition_of(DEAD), dead)).content


def test_a_promise_shows_up_when_it_is_due_and_not_before(annas):
    booking = BookingFactory(failed=True, name="Anna Berg")
    response = act(annas, booking, "promise", FAILED, text="Call her back.", due_at=in_hours(3, zone_hours=1))
    assert response.status_code == 303, response.content

    heading = "Promised to customers, and due"
    assert heading not in text(annas, "/admin/desk/")
    with time_machine.travel(timezone.now() + timedelta(hours=4)):
        later = text(browser_of(somebody("Bert")), "/admin/desk/")
    assert heading in later
    assert "Call her back." in later


def test_what_is_promised_and_due_stands_before_what_hurts_sooner(annas):
    sooner = BookingFactory(failed=True, starts_at=in_a_week(), name="Sooner")
    later = BookingFactory(failed=True, starts_at=in_a_week() + timedelta(days=1), name="Later")
    act(annas, later, "promise", FAILED, text="Call back.", due_at=in_hours(1, zone_hours=1))

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        page = Page(browser_of(somebody("Bert")).get(f"/admin/desk/{FAILED}/"), "")

    order = [link for link in page.links if link.startswith(f"/admin/desk/{FAILED}/") and link[-2].isdigit()]
    assert order == [page_of(condition_of(FAILED), each) for each in (later, sooner)]


def test_a_promise_outlives_the_condition_in_which_it_was_given(annas):
    booking = BookingFactory(failed=True)
    act(annas, booking, "promise", FAILED, text="Send her a voucher.", due_at=in_hours(1, zone_hours=1))
    press(annas, condition_of(FAILED), booking, "cancel")

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        bert = browser_of(somebody("Bert"))
        assert "Send her a voucher." in text(bert, "/admin/desk/")
        assert act(bert, booking, "keep", FAILED).status_code == 303
        assert "Send her a voucher." not in text(bert, "/admin/desk/")
    assert Pledge.objects.get().kept_by_id is not None


def test_two_who_tick_it_off_do_it_once(annas):
    booking = BookingFactory(failed=True)
    act(annas, booking, "promise", FAILED, text="Call.", due_at=in_hours(2))
    bert = browser_of(somebody("Bert"))
    shown = form(bert, page_of(condition_of(FAILED), booking), "keep")
    act(annas, booking, "keep", FAILED)

    response = bert.post(shown.action, shown.fields)

    assert response.status_code == 409
    assert "Somebody has ticked this off already." in Page(response, "").text


@pytest.mark.parametrize("due_at", ["", "soon", "2020-01-01T10:00", "2099-01-01T10:00"])
def test_a_promise_needs_a_moment_to_come(annas, due_at):
    booking = BookingFactory(failed=True)

    response = act(annas, booking, "promise", FAILED, text="Call her back.", due_at=due_at)

    assert response.status_code == 409
    assert "Call her back." in response.content.decode()
    assert not Pledge.objects.exists()
