"""What the customer, a program and the front desk see of two bookings that became one."""

import pytest
from django.test import Client

from bookings import ics, letters
from bookings.models import Booking
from notifications.models import Delivery
from operations.recovery import conditions
from tests.desk.staff import client, forms, page_of, press
from tests.desk.stuck import booked_twice
from tests.factories import DeliveryFactory, advance
from tests.pages.visitor import Page, Visitor

pytestmark = pytest.mark.django_db

TWICE = "bookings.possible_duplicate"


@pytest.fixture
def pair():
    """The one that stays and the one that went into it."""
    later = booked_twice()
    DeliveryFactory(booking=later, done=True)
    assert press(client("owner"), conditions()[TWICE], later, "merge").status_code == 303
    return later.duplicate_of, Booking.objects.get(pk=later.pk)


def test_the_page_says_that_it_was_merged_and_leads_to_the_booking_that_counts(pair):
    stays, goes = pair

    page = Visitor().open(f"/b/{goes.token}/")

    assert "This booking was merged with your other one" in page.text
    assert stays.reference in page.text
    assert f"/b/{stays.token}/" in page.links


def test_the_page_leads_nowhere_when_the_addresses_differ_by_now(pair):
    stays, goes = pair
    advance(stays, "correct_email", email="somebody@example.com")

    page = Visitor().open(f"/b/{goes.token}/")

    assert "merged" in page.text
    assert stays.token not in page.html


def test_the_page_of_the_one_that_stays_is_as_it_was(pair):
    page = Visitor().open(f"/b/{pair[0].token}/")

    assert "Your booking is confirmed" in page.text


def test_a_program_is_told_the_same(pair):
    stays, goes = pair

    told = Client().get(f"/api/v1/bookings/{goes.token}").json()

    assert told["status"] == "cancelled"
    assert told["merged_into"] == {"reference": stays.reference, "token": stays.token}
    assert stays.reference in told["next_step"]
    assert not {"cancel", "move", "address"} & set(told["allowed_actions"])


def test_the_calendar_file_takes_the_entry_out(pair):
    text = Client().get(f"/b/{pair[1].token}/calendar.ics").content.decode()

    assert "STATUS:CANCELLED" in text
    assert "STATUS:CONFIRMED" in ics.calendar(pair[0]).decode()


def test_the_letter_shows_what_counts_and_takes_the_other_out_of_the_calendar(pair):
    stays, goes = pair

    content = letters.compose(Delivery.objects.get(kind="merged"))

    assert "One booking instead of two" in content.subject
    assert f"/b/{stays.token}/" in content.text
    assert f"Reference: {stays.reference}" in content.text
    assert f"/b/{goes.token}/?m=" in content.text
    [entry] = content.attachments
    assert "METHOD:CANCEL" in entry.text


def test_it_is_not_listed_as_called_off(pair):
    assert not conditions()["bookings.cancelled_by_staff"].records().exists()


def test_the_desk_shows_beforehand_what_would_be_kept():
    later = booked_twice()
    advance(later, "correct_phone", phone="0301")
    browser = client("front desk")

    page = Page(browser.get(page_of(conditions()[TWICE], later)), "")

    assert f"{later.duplicate_of.reference} stays" in page.text
    assert f"{later.reference} goes into it" in page.text
    assert page.text.count("0301") >= 3  # as it is there, as it would be here, and among the facts


def test_whoever_may_only_read_finds_no_button():
    later = booked_twice()

    assert "merge" not in forms(client("auditor"), page_of(conditions()[TWICE], later))


def test_a_form_that_does_not_say_what_it_showed_is_refused():
    later, condition = booked_twice(), conditions()[TWICE]
    browser, path = client("front desk"), page_of(condition, later)
    form = forms(browser, path)["merge"].fields | {"reason": "pressed twice"}
    del form["others"]

    assert browser.post(path, form).status_code == 428
    assert Booking.objects.get(pk=later.pk).status == "accepted"


def test_a_list_offers_no_merging_without_looking(db):
    booked_twice()

    page = Page(client("owner").get("/admin/bookings/booking/"), "")

    assert "cancel_this" in page.html
    assert f"{TWICE}:merge" not in page.html


def test_the_record_in_the_admin_names_the_one_that_counts(pair):
    stays, goes = pair

    page = Page(client("auditor").get(f"/admin/bookings/booking/{goes.pk}/change/"), "")

    assert "Merged into" in page.text
    assert page.text.count(stays.reference) >= 2  # among its fields and in its history
