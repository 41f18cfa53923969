"""A list is worked through by keyboard, and whoever does not want keys of one letter switches them off."""

import pytest
from playwright.sync_api import expect

from tests.desk.staff import client
from tests.factories import BookingFactory, in_a_week

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def listed(page, live_server):
    for name in ("Anna First", "Ben Second"):
        BookingFactory(failed=True, name=name, starts_at=in_a_week())
    session = client("owner").cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/admin/desk/bookings.failed/")
    return page


def record(page, number):
    return page.locator(".matters .what > a").nth(number)


def test_keys_go_down_and_up_and_open(listed):
    listed.keyboard.press("j")
    listed.keyboard.press("j")
    expect(record(listed, 1)).to_be_focused()
    listed.keyboard.press("j")
    expect(record(listed, 1)).to_be_focused()
    listed.keyboard.press("k")
    expect(record(listed, 0)).to_be_focused()

    listed.keyboard.press("Enter")

    expect(listed.get_by_role("heading", name="Why it is here")).to_be_visible()


def test_a_letter_that_is_typed_stays_a_letter(listed):
    listed.keyboard.press("/")
    listed.keyboard.type("jk/")

    expect(listed.locator("#desk-search")).to_have_value("jk/")


def test_keys_are_switched_off_and_stay_off(listed):
    listed.get_by_role("button", name="Keys work").click()
    listed.reload()

    listed.keyboard.press("j")

    expect(listed.get_by_role("button", name="Keys work")).to_have_attribute("aria-pressed", "false")
    expect(record(listed, 0)).not_to_be_focused()
