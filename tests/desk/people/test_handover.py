"""One shift hands over to the next: what is open moves as a whole, once, and stays on record."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operations import intents
from operations.desk import handing_over
from operations.intents import Request
from operations.people.claims import Claim
from operations.people.handovers import HandOver
from operations.repair import RecoveryAttempt
from tests.access.test_places import staff
from tests.desk.people.acting import act, browser_of, condition_of, somebody, text
from tests.desk.staff import press
from tests.factories import BookingFactory, DeliveryFactory
from tests.pages.visitor import Page
from tests.racing import race

pytestmark = pytest.mark.django_db

PAGE = "/admin/desk/handover/"


@pytest.fixture
def anna():
    return somebody("Anna")


@pytest.fixture
def bert():
    return somebody("Bert")


def leave(person, **answers):
    browser = browser_of(person)
    [shown] = [each for each in Page(browser.get(PAGE), PAGE).forms if "unusual" in each.fields]
    return browser.post(PAGE, shown.fields | answers)


def form_to_take(person):
    browser = browser_of(person)
    forms = Page(browser.get(PAGE), PAGE).forms
    return browser, next((each for each in forms if re.fullmatch(rf"{PAGE}\d+/", each.action)), None)


def take(person):
    browser, shown = form_to_take(person)
    return browser.post(shown.action, shown.fields)


def on(person, number=3):
    for _ in range(number):
        act(browser_of(person), DeliveryFactory(dead=True), "claim")


def test_the_receiver_sees_the_three_answers_and_takes_everything_over(anna, bert):
    on(anna)
    assert (
        leave(anna, unusual="The heating is off.", watch="The mail host.", promised="A voucher.").status_code
        == 303
    )
    page = text(browser_of(bert), PAGE)
    assert "Anna hands over to you" in page
    assert all(answer in page for answer in ("The heating is off.", "The mail host.", "A voucher."))
    assert "Take over 3 matters" in page

    assert take(bert).status_code == 303

    assert Claim.objects.held_by(bert.pk).count() == 3
    assert not Claim.objects.held_by(anna.pk).exists()
    assert set(Claim.objects.filter(user_id=anna.pk).values_list("ended", "ended_by_id")) == {
        ("handed_over", bert.pk)
    }
    assert "Anna to Bert" in text(browser_of(anna), PAGE)


def test_until_somebody_takes_over_nothing_is_nobodys(anna, bert):
    on(anna, 2)

    leave(anna)

    assert Claim.objects.held_by(anna.pk).count() == 2


def test_what_one_takes_on_after_handing_over_stays_ones_own(anna, bert):
    on(anna, 2)
    leave(anna)
    on(anna, 1)

    take(bert)

    assert Claim.objects.held_by(anna.pk).count() == 1
    assert Claim.objects.held_by(bert.pk).count() == 2


def test_pressing_take_over_twice_takes_over_once(anna, bert):
    on(anna)
    leave(anna)
    browser, shown = form_to_take(bert)

    assert [browser.post(shown.action, shown.fields).status_code for _ in range(2)] == [303, 303]

    assert Claim.objects.held_by(bert.pk).count() == 3
    assert HandOver.objects.get().moved_count == 3


def test_somebody_who_comes_second_is_told_so(anna, bert):
    on(anna)
    leave(anna)
    carla = somebody("Carla")
    browser, shown = form_to_take(carla)
    take(bert)

    response = browser.post(shown.action, shown.fields)

    assert response.status_code == 409
    assert "Somebody has taken this over already." in Page(response, "").text
    assert not Claim.objects.held_by(carla.pk).exists()


def test_ones_own_hand_over_waits_for_somebody_else(anna):
    on(anna, 1)
    leave(anna)

    assert form_to_take(anna)[1] is None
    assert "Your hand-over waits for somebody to take it." in text(browser_of(anna), "/admin/desk/")


def test_handing_over_again_replaces_what_nobody_has_taken(anna):
    leave(anna, unusual="First.")
    leave(anna, unusual="Second.")

    assert HandOver.objects.get().unusual == "Second."


def test_expired_claims_do_not_move(anna, bert):
    on(anna)
    leave(anna)
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        take(bert)
        assert not Claim.objects.in_force().exists()


def test_no_names_of_customers_are_copied_into_a_hand_over(anna):
    act(browser_of(anna), BookingFactory(failed=True, name="Clara Kunde"), "claim", "bookings.failed")
    leave(anna)

    assert "Kunde" not in str(HandOver.objects.get().listed)
    assert "Clara Kunde" in text(browser_of(anna), PAGE)


def test_an_auditor_reads_and_takes_nothing(anna):
    on(anna, 1)
    leave(anna)
    browser = browser_of(somebody("Otto", "auditor"))

    page = Page(browser.get(PAGE), PAGE)
    assert "Anna hands over to you" in page.text
    assert [each for each in page.forms if "request_id" in each.fields] == []
    assert browser.post(PAGE, {}).status_code == 403
    assert browser.post(f"{PAGE}{HandOver.objects.get().pk}/", {}).status_code == 403
    assert Claim.objects.held_by(anna.pk).exists()


class TestSomebodyOfOnePlace:
    @pytest.fixture
    def here(self):
        return BookingFactory(failed=True)

    @pytest.fixture
    def clerk(self, here):
        return staff(here.location, name="clerk")

    def test_takes_over_what_is_about_that_place(self, anna, clerk, here):
        act(browser_of(anna), here, "claim", "bookings.failed")
        leave(anna, unusual="The heating is off.")

        assert "The heating is off." in text(browser_of(clerk), PAGE)
        assert take(clerk).status_code == 303
        assert Claim.objects.held_by(clerk.pk).count() == 1

    def test_reads_and_takes_nothing_about_another_and_the_try_is_kept(self, anna, clerk, here):
        act(browser_of(anna), here, "claim", "bookings.failed")
        act(browser_of(anna), BookingFactory(failed=True), "claim", "bookings.failed")
        leave(anna, unusual="Mrs Secret called.")
        left = HandOver.objects.get()
        browser = browser_of(clerk)

        for path in (PAGE, "/admin/desk/"):
            assert "Anna ha" not in text(browser, path)
        refused = browser.post(f"{PAGE}{left.pk}/", {"request_id": intents.issue()})

        assert refused.status_code == 403
        assert RecoveryAttempt.objects.get().subject_id == left.pk
        assert Claim.objects.held_by(anna.pk).count() == 2
        take(somebody("Bert"))
        assert "Mrs Secret called." not in text(browser, PAGE)

    def test_reads_words_about_no_record_of_those_who_work_nowhere_else(self, anna, clerk, here):
        leave(anna, unusual="Mrs Secret called.")
        leave(staff(here.location, name="late"), unusual="The heating is off.")

        page = text(browser_of(clerk), PAGE)

        assert "The heating is off." in page
        assert "Mrs Secret called." not in page


def test_the_page_costs_the_same_for_few_and_for_many(anna, bert):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(PAGE).status_code == 200
        return len(queries)

    on(anna, 1)
    leave(anna)
    browser = browser_of(bert)
    few = cost()
    on(anna, 5)
    leave(anna)

    assert cost() == few <= 25


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_over_at_once_one_gets_everything():
    anna, others = somebody("Anna"), [somebody(name) for name in ("Bert", "Carla", "Dora", "Emil")]
    on(anna)
    leave(anna)
    left = HandOver.objects.get()
    race(4, lambda n: handing_over.take(Request(handing_over.TAKE, uuid.uuid4()), others[n], left.pk))

    holders = set(Claim.objects.in_force().values_list("user_id", flat=True))
    assert len(holders) == 1
    assert Claim.objects.in_force().count() == 3


def test_the_shifts_log_says_who_did_what(anna, bert):
    booking = BookingFactory(failed=True, name="Clara Kunde")
    browser = browser_of(anna)
    act(browser, booking, "claim", "bookings.failed")
    act(browser, booking, "note", "bookings.failed", text="She wants Tuesdays.")
    press(browser, condition_of("bookings.failed"), booking, "cancel", reason="She called.")

    log = text(browser_of(bert), "/admin/desk/shift/")

    for told in (
        "Anna : Is on it",
        "Wrote a note",
        "She wants Tuesdays.",
        "Cancelled",
        "She called.",
        "Clara Kunde",
    ):
        assert told in log, log
    assert "Nobody has done anything yet." in text(browser_of(bert), "/admin/desk/shift/?by=me")


def test_the_log_shows_nobody_what_they_may_not_see(anna):
    act(
        browser_of(anna),
        BookingFactory(failed=True, name="Clara Kunde"),
        "note",
        "bookings.failed",
        text="Secret.",
    )

    log = text(browser_of(somebody("Nina", "newcomer")), "/admin/desk/shift/")

    assert "Clara Kunde" not in log
    assert "Secret." not in log
