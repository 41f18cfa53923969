"""Staff break something on purpose from the desk, practise, and look back; never where real people book."""

import re
from datetime import timedelta

import psutil
import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from bookings import rehearsal
from bookings.models import Booking
from operations import board, heartbeat
from operations.heartbeat import WorkerHeartbeat
from operations.recovery import conditions
from operations.rehearsing import LASTS, Rehearsal
from operations.repair import RecoveryAttempt
from tests.desk.people.acting import browser_of, somebody, text
from tests.desk.staff import client, press
from tests.desk.test_browser import SIZES, complaints, findings, log_in
from tests.factories import BookingFactory, ResourceFactory, ServiceFactory
from tests.pages.visitor import Page
from tests.racing import race

__all__ = ["complaints"]

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/admin/desk/rehearsals/"


@pytest.fixture(autouse=True)
def demo(settings, transactional_db, tmp_path):
    """A demonstration in which somebody is there at any hour, with its own inbox."""
    settings.DEMO = settings.LOCAL_INBOX = True
    settings.HOLDFAST_HOME = tmp_path
    WorkerHeartbeat.objects.all().delete()
    service = ServiceFactory(location__opening_hours="24/7")
    service.requirements.create(kind="person")
    ResourceFactory(location=service.location)
    return settings


@pytest.fixture
def anna(transactional_db):
    """Somebody of the front desk who may rehearse."""
    return browser_of(somebody("Anna", "owner"))


def form(browser, path=PAGE, **wanted):
    forms = Page(browser.get(path), path).forms
    return next(each for each in forms if wanted.items() <= each.fields.items())


def start(browser, drill):
    return browser.post(PAGE, form(browser, drill=drill).fields)


def act(browser, path, wanted):
    return browser.post(path, form(browser, path, act=wanted).fields)


def test_a_fault_is_made_practised_on_and_looked_back_at(anna):
    path = start(anna, "failed_booking")["Location"]
    booking = Booking.objects.get()
    assert booking.status == "failed"
    assert "not yet" in text(anna, path)

    failed = conditions()["bookings.failed"]
    assert "Failed, can be tried again" in text(anna, path)
    press(anna, failed, booking, "retry", reason="It was our error.")
    assert act(anna, path, "end").status_code == 303

    told = text(anna, path)
    assert "Put in again after it had failed" in told
    assert "It was our error." in told
    assert re.search(r"Sent twice none", told)
    assert re.search(r"Promises (\d+) / \1", told)
    assert re.search(r"Noticed (Mon|Tue|Wed|Thu|Fri|Sat|Sun)", told)


def test_what_it_made_says_so_on_its_page(anna):
    start(anna, "failed_booking")

    page = text(anna, f"/admin/desk/bookings.failed/{Booking.objects.get().pk}/")
    assert "made by a rehearsal; nobody is coming" in page


def test_what_is_left_undone_was_forgotten(anna):
    path = start(anna, "failed_booking")["Location"]
    act(anna, path, "end")

    assert "Failed, can be tried again" in text(anna, path).partition("What was forgotten")[2]

    act(anna, path, "clear")
    assert "Nothing is left to do." in text(anna, path)
    assert Booking.objects.get().status == "cancelled"


def test_pressing_start_twice_breaks_one_thing(anna):
    shown = form(anna, drill="failed_booking")

    first, second = (anna.post(PAGE, shown.fields) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == Rehearsal.objects.count() == 1


def test_a_second_one_is_refused_until_the_first_is_over(anna):
    other = form(anna, drill="wrong_address")
    start(anna, "failed_booking")

    response = anna.post(PAGE, other.fields)

    assert response.status_code == 409
    assert "Another rehearsal is under way" in Page(response, "").text
    assert RecoveryAttempt.objects.filter(result="refused", remedy="wrong_address").exists()
    with time_machine.travel(timezone.now() + LASTS + timedelta(seconds=1)):
        assert start(anna, "wrong_address").status_code == 303


def test_of_two_at_once_one_is_held(anna):
    shown = [form(anna, drill=drill).fields for drill in ("failed_booking", "wrong_address")]

    statuses = race(2, lambda n: anna.post(PAGE, shown[n]).status_code)

    assert sorted(statuses) == [303, 409]
    assert Rehearsal.objects.count() == 1


def test_where_real_people_book_it_is_refused_and_explained(anna, settings):
    shown = form(anna, drill="failed_booking")
    settings.DEMO = False

    assert "serves real people" in text(anna, PAGE)
    response = anna.post(PAGE, shown.fields)

    assert response.status_code == 409
    assert "serves real people" in Page(response, "").text
    assert not Booking.objects.exists()
    assert RecoveryAttempt.objects.get().result == "refused"


def test_an_auditor_reads_and_starts_nothing(anna):
    shown = form(anna, drill="failed_booking")
    browser = client("auditor")

    assert not [each for each in Page(browser.get(PAGE), PAGE).forms if "drill" in each.fields]
    assert browser.post(PAGE, shown.fields).status_code == 403
    assert not Rehearsal.objects.exists()
    assert RecoveryAttempt.objects.get().message == "permission denied"


def test_what_cannot_be_broken_here_is_said_and_nothing_stays(anna):
    response = start(anna, "worker_killed")

    assert response.status_code == 409
    assert "No worker runs on this machine." in Page(response, "").text
    assert not Rehearsal.objects.exists()


def test_the_worker_really_is_killed(anna):
    with psutil.Popen(["sleep", "60"]) as worker:
        WorkerHeartbeat.objects.create(
            worker=heartbeat.worker_id(), pid=worker.pid, process_space=heartbeat.process_space()
        )
        assert start(anna, "worker_killed").status_code == 303

        assert worker.wait(10) == -9
        assert not board.is_alive(worker.pid)
    assert Booking.objects.count() == 3


def test_the_mail_server_really_is_away_and_back_when_it_is_ended(anna, tmp_path):
    path = start(anna, "mail_down")["Location"]

    assert (tmp_path / "inbox" / "closed_until").exists()
    assert Rehearsal.objects.get().fault_until > timezone.now()
    act(anna, path, "end")
    assert not (tmp_path / "inbox" / "closed_until").exists()
    assert Rehearsal.objects.get().fault_until < timezone.now()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_are_clean(page, live_server, complaints, size, scheme):
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    log_in(page, live_server)
    page.goto(f"{live_server.url}{PAGE}")
    assert findings(page) == []
    page.get_by_role("button", name=re.compile("Processing a booking fails")).click()
    noticed = page.get_by_role("button", name="I have noticed it")
    noticed.click()
    expect(noticed).to_be_hidden()
    assert findings(page) == []
    page.get_by_role("button", name="End it and check the promises").click()
    expect(page.get_by_text("What was forgotten")).to_be_visible()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    assert complaints == []


def test_outside_a_demonstration_nothing_is_called_a_rehearsal(settings):
    booking = BookingFactory(answers=rehearsal.mark())

    assert rehearsal.is_marked(booking)
    settings.DEMO = False
    assert not rehearsal.is_marked(booking)
