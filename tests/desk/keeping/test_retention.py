"""The preview of what will be forgotten: in numbers by place, with what stays and why, changing nothing."""

import pytest

from operations import jobs, work
from operations.history import Event
from operations.intents import Intent
from operations.repair import RecoveryAttempt
from tests.access.test_matrix import browser_of
from tests.bookings.test_forgetting import over
from tests.desk.staff import client
from tests.factories import DeliveryFactory, LocationFactory, ServiceFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db

PAGE = "/admin/desk/retention/"


def opened(role="operator"):
    return Page(client(role).get(PAGE), PAGE)


def test_it_tells_how_many_go_where_and_the_oldest_first():
    salon = ServiceFactory(location=LocationFactory(name="Salon"))
    over(days=130, service=salon, name="Zuse")
    over(days=140, service=salon, name="Ada")
    over(days=135)

    text = opened().text

    assert "Salon: 2" in text
    assert text.index("Ada ·") < text.index("Zuse ·")


def test_it_tells_what_stays_and_why():
    booking = over()
    DeliveryFactory(booking=booking, dead=True)
    over(completed=False, failed=True)

    text = opened().text

    assert "These stay although their time is over" in text
    assert "1: on the desk: " in text
    assert "1: not finished; somebody has to decide" in text


def test_looking_changes_nothing():
    over()
    before = Event.objects.count()

    opened()

    assert Event.objects.count() == before
    assert not Intent.objects.exists()


def test_a_rule_is_run_now_through_the_ledger():
    jobs.declare(work.jobs().values())
    browser = client("operator")
    page = Page(browser.get(PAGE), PAGE)
    form = next(form for form in page.forms if form.fields.get("job") == "forget_bookings")

    response = browser.post("/admin/desk/schedules/", form.fields)

    assert response.status_code == 303
    assert RecoveryAttempt.objects.get().remedy == "run_now"


@pytest.mark.parametrize("role", ["owner elsewhere", "staff without a role"])
def test_who_looks_after_some_places_only_does_not_see_it(role):
    assert browser_of(role).get(PAGE).status_code == 403


def test_the_queries_do_not_grow_with_the_records(django_assert_max_num_queries):
    browser = client("operator")
    for days in range(100, 115):
        over(days=days)

    with django_assert_max_num_queries(80):
        browser.get(PAGE)
