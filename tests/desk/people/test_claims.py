"""Who is on a record: one person at a time, for one shift, taken over only with a trace."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from operations.people import claims
from operations.people.claims import Claim, Taken
from operations.repair import RecoveryAttempt
from tests.desk.people.acting import act, browser_of, condition_of, form, somebody, text
from tests.desk.staff import page_of
from tests.factories import DeliveryFactory
from tests.pages.visitor import Page
from tests.racing import race

pytestmark = pytest.mark.django_db

DEAD = "notifications.dead"


@pytest.fixture
def dead():
    return DeliveryFactory(dead=True)


@pytest.fixture
def anna():
    return somebody("Anna")


@pytest.fixture
def bert():
    return somebody("Bert")


def path_of(record):
    return page_of(condition_of(DEAD), record)


def test_whoever_says_so_is_on_it_and_lists_and_records_show_it(dead, anna, bert):
    assert act(browser_of(anna), dead, "claim").status_code == 303

    assert "Anna is on it" in text(browser_of(bert), f"/admin/desk/{DEAD}/")
    assert "Anna" in text(browser_of(bert), path_of(dead))
    assert "Anna is on it" in text(browser_of(bert), "/admin/desk/")
    assert "you are on it" in text(browser_of(anna), f"/admin/desk/{DEAD}/")


def test_a_claim_ends_after_twelve_hours(dead, anna, bert):
    act(browser_of(anna), dead, "claim")

    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1)):
        assert "Nobody is on it." in text(browser_of(bert), path_of(dead))
        assert act(browser_of(bert), dead, "claim").status_code == 303
    assert list(Claim.objects.order_by("at").values_list("user_id", "ended")) == [
        (anna.pk, "expired"),
        (bert.pk, ""),
    ]


@time_machine.travel("2027-03-01 09:00Z")  # 10:00 in Berlin
def test_a_claim_ends_with_the_shift(dead, anna):
    act(browser_of(anna), dead, "claim", until="17:30")

    assert f"{Claim.objects.get().until:%H:%M}" == "16:30"


@time_machine.travel("2027-03-01 09:00Z")
def test_a_night_shift_ends_on_the_next_day(dead, anna):
    act(browser_of(anna), dead, "claim", until="06:00")

    assert timezone.now() + timedelta(hours=12) - Claim.objects.get().until < timedelta(seconds=10)


def test_somebody_else_on_it_is_told_and_can_be_relieved_with_a_trace(dead, anna, bert):
    act(browser_of(anna), dead, "claim")

    assert act(browser_of(bert), dead, "take_over").status_code == 303

    first, second = Claim.objects.order_by("pk")
    assert (first.user_id, first.ended, first.ended_by_id) == (anna.pk, "taken_over", bert.pk)
    assert (second.user_id, second.ended) == (bert.pk, "")
    history = text(browser_of(anna), path_of(dead))
    assert "Taken over" in history
    assert "Bert" in history


def test_a_page_that_showed_nobody_does_not_take_it_from_whoever_came_first(dead, anna, bert):
    shown = form(browser_of(bert), path_of(dead), "claim")
    act(browser_of(anna), dead, "claim")

    response = browser_of(bert).post(shown.action, shown.fields)

    assert response.status_code == 409
    assert "Somebody else is on it meanwhile." in Page(response, "").text
    assert Claim.objects.get().user_id == anna.pk


def test_taking_over_from_somebody_who_has_gone_meanwhile_is_refused(dead, anna, bert):
    act(browser_of(anna), dead, "claim")
    shown = form(browser_of(bert), path_of(dead), "take_over")
    act(browser_of(anna), dead, "release")
    carla = somebody("Carla")
    act(browser_of(carla), dead, "claim")

    assert browser_of(bert).post(shown.action, shown.fields).status_code == 409
    assert Claim.objects.in_force().get().user_id == carla.pk


def test_one_prolongs_ones_own_claim(dead, anna):
    act(browser_of(anna), dead, "claim")
    with time_machine.travel(timezone.now() + timedelta(hours=6)):
        act(browser_of(anna), dead, "claim")
        assert Claim.objects.get().until == pytest.approx(claims.limit(), abs=timedelta(seconds=5))


def test_given_back_it_is_nobodys(dead, anna):
    act(browser_of(anna), dead, "claim")
    act(browser_of(anna), dead, "release")

    assert not Claim.objects.in_force().exists()
    assert Claim.objects.get().ended == "released"


def test_lists_can_be_narrowed_to_mine_and_to_nobodys(anna):
    mine, other = DeliveryFactory(dead=True, recipient="a@x.example"), DeliveryFactory(dead=True)
    browser = browser_of(anna)
    act(browser, mine, "claim")

    def links(show):
        page = Page(browser.get(f"/admin/desk/{DEAD}/?show={show}"), "")
        return [path_of(each) in page.links for each in (mine, other)]

    assert links("mine") == [True, False]
    assert links("unclaimed") == [False, True]
    assert links("") == [True, True]


def test_pressing_twice_claims_once(dead, anna):
    browser = browser_of(anna)
    shown = form(browser, path_of(dead), "claim")

    assert [browser.post(shown.action, shown.fields).status_code for _ in range(2)] == [303, 303]
    assert Claim.objects.count() == 1


def test_an_auditor_cannot_be_on_it_and_that_it_was_tried_is_kept(dead, anna):
    auditor = browser_of(somebody("Otto", "auditor"))
    fields = form(browser_of(anna), path_of(dead), "claim").fields

    assert [each for each in Page(auditor.get(path_of(dead)), "").forms if "act" in each.fields] == []
    response = auditor.post(f"{path_of(dead)}people/", fields)

    assert response.status_code == 403
    assert not Claim.objects.exists()
    assert RecoveryAttempt.objects.get().message == "permission denied"


@pytest.mark.parametrize(
    "fields", [{}, {"act": "claim"}, {"act": "claim", "request_id": "x"}, {"act": "nonsense"}]
)
def test_a_form_that_is_not_ours_changes_nothing(dead, anna, fields):
    assert browser_of(anna).post(f"{path_of(dead)}people/", fields).status_code == 400
    assert not Claim.objects.exists()


def test_looking_changes_nothing(dead, anna):
    assert browser_of(anna).get(f"{path_of(dead)}people/").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_at_once_one_is_on_it():
    dead = DeliveryFactory(dead=True)

    def take(index):
        with transaction.atomic():
            return claims.take(dead, index + 1)

    results = race(8, take)

    assert sum(isinstance(each, Claim) for each in results) == 1
    assert sum(isinstance(each, Taken) for each in results) == 7
    assert Claim.objects.in_force().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_over_at_once_one_does():
    dead = DeliveryFactory(dead=True)
    with transaction.atomic():
        held = claims.take(dead, 1)

    def take_over(index):
        with transaction.atomic():
            return claims.take_over(dead, index + 2, held.pk)

    results = race(4, take_over)

    assert sum(isinstance(each, Claim) for each in results) == 1
    assert Claim.objects.in_force().count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_allows_no_second_claim_on_a_record():
    dead = DeliveryFactory(dead=True)

    def insert(index):
        until = timezone.now() + timedelta(hours=1)
        label = dead._meta.label_lower
        return Claim.objects.create(subject_model=label, subject_id=dead.pk, user_id=index, until=until)

    assert sum(isinstance(each, Claim) for each in race(4, insert)) == 1
