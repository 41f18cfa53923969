"""Lists of the desk: ordered by time to harm, the same page twice, counts that stop counting."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations import recovery
from operations.desk import counts, lists
from tests.desk.staff import client, page_of
from tests.factories import BookingFactory, DeliveryFactory, advance, in_a_week
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed():
    return recovery.conditions()["bookings.failed"]


def failed_at(*hours):
    return [BookingFactory(failed=True, starts_at=in_a_week() + timedelta(hours=each)) for each in hours]


def shown(page):
    return [matter.record for matter in page.matters]


def test_what_hurts_somebody_first_stands_first(failed):
    late, soon, middle = failed_at(50, 1, 20)

    assert shown(lists.page(failed)) == [soon, middle, late]


def test_pages_go_on_behind_the_last_record_shown(failed, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_COUNT", 2)
    bookings = failed_at(1, 2, 3, 4, 5)

    first = lists.page(failed)
    second = lists.page(failed, first.following)
    third = lists.page(failed, second.following)

    assert shown(first) + shown(second) + shown(third) == bookings
    assert third.following == ""


def test_nothing_is_skipped_when_records_leave_between_two_pages(failed, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_COUNT", 2)
    bookings = failed_at(1, 2, 3, 4)
    following = lists.page(failed).following
    for booking in bookings[:2]:
        advance(booking, "cancel", by="staff")

    assert shown(lists.page(failed, following)) == bookings[2:]


def test_records_of_one_moment_and_without_one_are_each_shown_once(monkeypatch):
    monkeypatch.setattr(lists, "PAGE_COUNT", 2)
    dead = recovery.conditions()["notifications.dead"]
    at = in_a_week()
    dated = [DeliveryFactory(dead=True, booking=None, harm_at=at) for _ in range(3)]
    undated = [DeliveryFactory(dead=True, booking=None) for _ in range(3)]

    found: list[Any] = []
    mark = ""
    for _turn in range(3):
        page = lists.page(dead, mark)
        found, mark = found + shown(page), page.following

    assert found == dated + undated


MARKS = [
    "nonsense",
    "~",
    "~x",
    "2020~5",
    "2020-99-99T00:00:00Z~5",
    "~" + "9" * 40,
    "~" + "9" * 5000,
    "0001-01-01T00:00:00+00:00~5",
    "\x00~1",
]


@pytest.mark.parametrize("mark", MARKS)
def test_a_forged_mark_shows_a_page(failed, mark):
    failed_at(1)

    response = client("owner").get("/admin/desk/bookings.failed/", {"after": mark})

    assert response.status_code == 200


def test_counting_stops_at_the_cap(failed, monkeypatch):
    monkeypatch.setattr(counts, "COUNT_CAP", 2)
    failed_at(1, 2, 3, 4)

    assert str(counts.count(failed.records())) == "2+"


@pytest.mark.parametrize("number", [3, 30])
def test_a_page_costs_the_same_number_of_queries_however_long(number, django_assert_max_num_queries):
    for _ in range(number):
        DeliveryFactory(dead=True)
    browser = client("front desk")

    with django_assert_max_num_queries(20):
        response = browser.get("/admin/desk/notifications.dead/")

    assert Page(response, "").text.lower().count("confirmation to") == number


def test_an_empty_list_says_so():
    page = Page(client("owner").get("/admin/desk/bookings.failed/"), "")

    assert "All clear." in page.text


def test_the_time_is_that_of_the_place(failed):
    booking = BookingFactory(
        failed=True,
        service__location__time_zone="Asia/Kathmandu",
        starts_at=timezone.now().replace(month=1, day=5, hour=3, minute=0) + timedelta(days=730),
    )

    page = Page(client("owner").get(page_of(failed, booking)), "")

    assert "08:45 Asia/Kathmandu" in page.text


def test_one_record_that_cannot_be_put_into_words_takes_no_page_down(failed, monkeypatch):
    [broken, _fine] = failed_at(1, 2)

    def explain(booking):
        if booking.pk == broken.pk:
            raise ZeroDivisionError
        return "A reason in words."

    monkeypatch.setitem(failed.__dict__, "explanation", explain)
    owner = client("owner")

    for path in ("/admin/desk/", "/admin/desk/bookings.failed/"):
        page = Page(owner.get(path), path)
        assert "cannot be put into words" in page.text
        assert "A reason in words." in page.text
    assert owner.get(page_of(failed, broken)).status_code == 200


def test_the_list_and_the_record_lead_to_what_to_do_about_them(failed):
    [booking] = failed_at(1)
    owner = client("owner")

    for path in ("/admin/desk/bookings.failed/", page_of(failed, booking)):
        page = Page(owner.get(path), path)
        assert "/admin/desk/runbooks/bookings.failed/" in page.links
    assert "Retry now" in Page(owner.get("/admin/desk/runbooks/bookings.failed/"), "").text
