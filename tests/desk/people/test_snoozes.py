"""What is left alone is out of the way, still counted, and comes back in time."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from operations.people.snoozes import Snooze
from tests.desk.people.acting import act, browser_of, condition_of, form, somebody, text
from tests.desk.staff import page_of
from tests.factories import BookingFactory, advance, in_a_week
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db

FAILED = "bookings.failed"
LIST = f"/admin/desk/{FAILED}/"
HOUR = timedelta(hours=1)


@pytest.fixture
def annas():
    return browser_of(somebody("Anna"))


def local(moment):
    """As somebody in Berlin types it."""
    return f"{moment.astimezone(ZoneInfo('Europe/Berlin')):%Y-%m-%dT%H:%M}"


def snooze(annas, booking, until):
    return act(annas, booking, "snooze", FAILED, until=local(until), reason="She is on a plane.")


def is_listed(annas, booking, show=""):
    return page_of(condition_of(FAILED), booking) in Page(annas.get(f"{LIST}?show={show}"), "").links


def test_it_is_out_of_the_way_still_counted_and_comes_back(annas):
    booking = BookingFactory(failed=True, name="Anna Berg")

    assert snooze(annas, booking, timezone.now() + 24 * HOUR).status_code == 303

    assert not is_listed(annas, booking)
    assert is_listed(annas, booking, "snoozed")
    overview = text(annas, "/admin/desk/")
    assert "Anna Berg" not in overview
    assert "1 left alone" in overview
    with time_machine.travel(timezone.now() + 25 * HOUR):
        later = browser_of(somebody("Bert"))
        assert is_listed(later, booking)
        assert "Anna Berg" in text(later, "/admin/desk/")


def test_seven_days_and_not_a_minute_more(annas):
    booking = BookingFactory(failed=True, starts_at=in_a_week() + timedelta(days=30))

    assert snooze(annas, booking, timezone.now() + timedelta(days=7, hours=1)).status_code == 409
    assert snooze(annas, booking, timezone.now() + timedelta(days=6, hours=23)).status_code == 303


def test_never_past_two_hours_before_the_start(annas):
    start = timezone.now() + 10 * HOUR
    booking = BookingFactory(failed=True, starts_at=start)

    assert snooze(annas, booking, start - timedelta(minutes=115)).status_code == 409
    assert snooze(annas, booking, start - timedelta(minutes=125)).status_code == 303


def test_what_matters_within_two_hours_cannot_be_left_alone(annas):
    booking = BookingFactory(failed=True, starts_at=timezone.now() + HOUR)

    page = Page(annas.get(page_of(condition_of(FAILED), booking)), "")

    assert "It matters too soon to be left alone." in page.text
    assert not any(form.fields.get("act") == "snooze" for form in page.forms)


def test_it_comes_back_two_hours_before_an_appointment_that_was_moved_nearer(annas):
    booking = BookingFactory(failed=True, starts_at=in_a_week())
    snooze(annas, booking, timezone.now() + timedelta(days=3))

    type(booking).objects.filter(pk=booking.pk).update(
        starts_at=timezone.now() + HOUR, ends_at=timezone.now() + 2 * HOUR
    )

    assert is_listed(annas, booking)


def test_it_comes_back_as_soon_as_anything_about_it_changes(annas):
    booking = BookingFactory(failed=True)
    snooze(annas, booking, timezone.now() + 24 * HOUR)

    advance(booking, "correct_email", email="new@example.com")

    assert is_listed(annas, booking)


def test_it_can_be_brought_back_at_once(annas):
    booking = BookingFactory(failed=True)
    snooze(annas, booking, timezone.now() + 24 * HOUR)

    assert act(annas, booking, "wake", FAILED).status_code == 303

    assert is_listed(annas, booking)
    assert Snooze.objects.get().ended_at is not None


def test_what_is_resolved_cannot_be_left_alone(annas):
    booking = BookingFactory(failed=True)
    shown = form(annas, page_of(condition_of(FAILED), booking), "snooze")
    advance(booking, "cancel", by="staff")

    response = annas.post(shown.action, shown.fields | {"reason": "Later."})

    assert response.status_code == 409
    assert not Snooze.objects.exists()


def test_a_pause_needs_a_reason(annas):
    booking = BookingFactory(failed=True)

    response = act(annas, booking, "snooze", FAILED, until=local(timezone.now() + 5 * HOUR), reason=" ")

    assert response.status_code == 409
    assert not Snooze.objects.exists()
