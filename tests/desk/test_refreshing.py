"""The overview renews itself while somebody looks at it, and asks for nothing while nobody does."""

import re

import pytest
from playwright.sync_api import expect

from tests.desk.staff import client
from tests.factories import BookingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASK = "htmx.trigger('#overview', 'refresh')"
HIDE = "Object.defineProperty(document, 'hidden', {value: true})"


@pytest.fixture
def overview(page, live_server):
    BookingFactory(failed=True, name="Anna First")
    session = client("owner").cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/admin/desk/")
    return page


def test_what_comes_up_appears_by_itself_and_the_keyboard_stays_where_it_was(overview):
    said = []
    overview.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    overview.get_by_role("link", name=re.compile("Anna First")).focus()
    BookingFactory(failed=True, name="Ben Second")

    overview.evaluate(ASK)

    expect(overview.get_by_role("link", name=re.compile("Ben Second"))).to_be_visible()
    expect(overview.get_by_role("link", name=re.compile("Anna First"))).to_be_focused()
    expect(overview.locator("h1#sentence")).to_contain_text(re.compile(r"[2-9] matters"))
    assert overview.locator("#overview").count() == 1
    assert said == []


def test_a_hidden_page_asks_for_nothing(overview):
    asked = []
    overview.on("request", lambda request: asked.append(request.url))
    overview.evaluate(HIDE)

    overview.evaluate(ASK)
    overview.evaluate("fetch('/healthz')")

    assert [url for url in asked if "/admin/desk/" in url] == []
    assert [url for url in asked if url.endswith("/healthz")]
