"""The desk lists what operators were told, what could not be told, and who has seen it."""

import pytest

from operations import alerts, recovery
from operations.alerts import Alert
from operations.heartbeat import WorkerHeartbeat
from operations.repair import RecoveryAttempt
from tests.desk.people.acting import browser_of, somebody, text
from tests.desk.staff import client
from tests.desk.stuck import broken_promise
from tests.desk.test_browser import SIZES, complaints, findings, log_in
from tests.pages.visitor import Page

__all__ = ["complaints"]

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/admin/desk/alerts/"
RUNBOOK = "/admin/desk/runbooks/operations.promise_broken/"


@pytest.fixture(autouse=True)
def told(transactional_db, settings):
    """One alert that the log took and the webhook did not."""
    WorkerHeartbeat.objects.all().delete()
    settings.ALERT_WEBHOOK_URL = "http://127.0.0.1:9/nobody-listens"
    broken_promise()
    alerts.run()
    return Alert.objects.get()


def form(browser):
    [shown] = [each for each in Page(browser.get(PAGE), PAGE).forms if "alert" in each.fields]
    return shown


def test_it_shows_cause_route_failure_and_the_way_to_both_pages():
    page = Page(client("auditor").get(PAGE), PAGE)

    assert "A promise is broken" in page.text
    assert "ConnectionRefusedError" in page.text
    assert {"/admin/desk/operations.promise_broken/", RUNBOOK} <= set(page.links)


def test_who_has_seen_it_is_kept_and_its_routes_are_not_tried_again(told):
    browser = browser_of(somebody("Anna"))
    shown = form(browser)

    assert [browser.post(PAGE, shown.fields).status_code for _ in range(2)] == [303, 303]

    assert "Anna" in text(browser, PAGE)
    assert not Alert.objects.untold().exists()
    assert [press.result for press in RecoveryAttempt.objects.all()] == ["applied"]


@pytest.mark.parametrize("number", ["", "x", "9" * 23, "9" * 5000])
def test_there_is_no_alert_of_another_number(number):
    assert client("operator").post(PAGE, {"alert": number}).status_code == 404


def test_an_auditor_reads_and_presses_nothing(told):
    fields = form(browser_of(somebody("Anna"))).fields
    browser = client("auditor")

    assert not [each for each in Page(browser.get(PAGE), PAGE).forms if "alert" in each.fields]
    assert browser.post(PAGE, fields).status_code == 403
    assert RecoveryAttempt.objects.get().result == "refused"
    assert Alert.objects.get().acknowledged_at is None


def test_a_newcomer_sees_nothing():
    assert client("newcomer").get(PAGE).status_code == 403


def test_what_is_over_is_on_a_page_of_its_own(told):
    Alert.objects.update(recovered_at=told.raised_at)
    browser = client("auditor")

    assert "Nothing goes on." in text(browser, PAGE)
    assert "A promise is broken" in text(browser, f"{PAGE}?show=over")


@pytest.mark.parametrize("code", [*recovery.conditions(), "incident"])
def test_every_runbook_can_be_read_where_the_alert_leads(code, client_of_auditor):
    if code.startswith("parcels."):
        return
    assert "What to do" in text(client_of_auditor, f"/admin/desk/runbooks/{code}/")


@pytest.fixture
def client_of_auditor():
    return client("auditor")


def test_no_other_file_is_shown():
    browser = client("auditor")

    assert browser.get("/admin/desk/runbooks/..%2Fconcepts/").status_code == 404
    assert browser.get("/admin/desk/runbooks/nonsense/").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_are_clean(page, live_server, complaints, size, scheme):
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    log_in(page, live_server)

    for path in (PAGE, RUNBOOK):
        page.goto(f"{live_server.url}{path}")
        assert findings(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    assert complaints == []
