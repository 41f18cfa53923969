"""The desk in a real browser: nothing in the console, nothing for axe, 320 px wide, without a script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from playwright.sync_api import expect

from operations.repair import RecoveryAttempt
from tests.desk.staff import client
from tests.desk.stuck import BUILDERS, nobody
from tests.factories import BookingFactory, DeliveryFactory, advance

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what else axe could tell takes it half as long again
}
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 320, "height": 640}}


@pytest.fixture
def crowd(transactional_db):
    """One record in every condition, and no worker."""
    return {code: build() for code, build in BUILDERS.items()}


@pytest.fixture
def complaints(page):
    """What the browser's console says, which is to be nothing."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def log_in(page, live_server, role="owner"):
    session = client(role).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


def findings(page):
    return [
        (found["id"], [node["html"][:200] for node in found["nodes"]])
        for found in Axe().run(page, options=RULES).response["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_is_clean(page, live_server, complaints, scheme):
    page.set_viewport_size(SIZES["phone"])
    page.emulate_media(color_scheme=scheme)

    page.goto(f"{live_server.url}/admin/")

    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert complaints == []


def test_the_rest_of_the_admin_works_under_the_strict_policy(crowd, page, live_server, complaints):
    log_in(page, live_server)
    booking, message = crowd["bookings.failed"], crowd["notifications.dead"]
    closure = booking.location.closures.create(starts_at=booking.starts_at, ends_at=booking.ends_at)

    for path in (
        "bookings/booking/",
        "bookings/booking/?attention=bookings.failed",
        f"bookings/booking/{booking.pk}/change/",
        f"notifications/delivery/{message.pk}/change/",
        f"bookings/location/{booking.location_id}/change/",
        f"bookings/service/{booking.service_id}/change/",
        f"bookings/resource/{booking.resource_id}/change/",
        f"bookings/closure/{closure.pk}/change/",
        "auth/user/add/",
    ):
        page.goto(f"{live_server.url}/admin/{path}")

    page.get_by_role("button", name=re.compile("theme")).click()
    assert complaints == []


def test_staff_recover_a_booking_from_login_to_done(page, live_server, complaints):
    booking = BookingFactory(failed=True, name="Anna Berg")
    User.objects.create_superuser("owner", password="a long secret")

    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Username").fill("owner")
    page.get_by_label("Password").fill("a long secret")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Open the desk").click()
    page.get_by_role("link", name=re.compile("Anna Berg")).click()
    way = page.get_by_role("form", name=re.compile("Cancel and tell the customer"))
    way.get_by_label(re.compile("Reason")).fill("She called.")
    way.get_by_role("button", name="Cancel and tell the customer").click()

    expect(page.get_by_text("Done: “Cancel and tell the customer” for Anna Berg")).to_be_visible()
    page.get_by_role("link", name="Look at the record").click()
    expect(page.get_by_text("Resolved", exact=True)).to_be_visible()
    expect(page.get_by_text("“She called.”").first).to_be_visible()
    assert type(booking).objects.get(pk=booking.pk).status == "cancelled"
    assert complaints == []


def test_a_nervous_double_press_recovers_once(page, live_server):
    booking = BookingFactory(failed=True)
    log_in(page, live_server, "front desk")
    page.goto(f"{live_server.url}/admin/desk/bookings.failed/{booking.pk}/")
    page.locator("#cancel-reason").fill("She called.")

    page.get_by_role("button", name="Cancel and tell the customer").dblclick(no_wait_after=True)

    expect(page.locator(".messagelist")).to_contain_text(re.compile("Done|Already done"))
    assert list(RecoveryAttempt.objects.values_list("result", flat=True)) == ["applied"]


def test_the_desk_works_without_javascript(browser, live_server):
    booking = BookingFactory(failed=True)
    nobody()
    page = browser.new_context(java_script_enabled=False).new_page()
    log_in(page, live_server, "front desk")

    page.goto(f"{live_server.url}/admin/desk/")
    expect(page.get_by_text("No worker is running. Nothing is lost.").first).to_be_visible()
    page.get_by_role("link", name=re.compile(booking.reference)).click()
    page.locator("#cancel-reason").fill("She called.")
    page.get_by_role("button", name="Cancel and tell the customer").click()

    expect(page.locator(".messagelist")).to_contain_text("Done")


def test_several_at_once_are_shown_before_anything_is_done(page, live_server, complaints):
    for _ in range(3):
        BookingFactory(failed=True)
    log_in(page, live_server, "front desk")

    page.goto(f"{live_server.url}/admin/bookings/booking/?attention=bookings.failed")
    for box in page.locator(f"input[name={ACTION_CHECKBOX_NAME}]").all():
        box.check()
    page.locator("select[name=action]").select_option("bookings.failed:cancel")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.get_by_text("3 records")).to_be_visible()
    assert findings(page) == []
    page.get_by_label(re.compile("Reason")).fill("A storm.")
    page.get_by_role("button", name="Cancel and tell the customer").click()

    expect(page.get_by_text("done for 3 records")).to_be_visible()
    assert complaints == []


def test_a_stale_page_says_what_changed_and_keeps_what_was_typed(page, live_server, complaints):
    booking = BookingFactory(waiting=True)
    log_in(page, live_server)
    page.goto(f"{live_server.url}/admin/desk/bookings.awaiting_staff/{booking.pk}/")
    page.locator("#accept-reason").fill("Agreed on the phone.")
    advance(booking, "correct_email", email="new@example.com")

    page.get_by_role("button", name="Accept the request").click()

    expect(page.get_by_role("alert")).to_contain_text("E-mail address corrected")
    expect(page.locator("#accept-reason")).to_have_value("Agreed on the phone.")
    assert findings(page) == []


def test_view_only_staff_see_why_there_is_no_button(page, live_server):
    delivery = DeliveryFactory(dead=True)
    log_in(page, live_server, "auditor")

    page.goto(f"{live_server.url}/admin/desk/notifications.dead/{delivery.pk}/")

    expect(page.get_by_text("You may read this and not change it.").first).to_be_visible()
    assert page.locator("form.way").count() == 0
    assert findings(page) == []
