"""Coming in with a real browser, as the public reaches us: nothing in the console, nothing for axe."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.access.visiting import PASSWORD, code
from tests.desk.test_browser import SIZES, complaints, findings  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna(transactional_db):
    return User.objects.create_superuser("anna", "anna@example.com", PASSWORD)


def sign_in(page, live_server, password=PASSWORD):
    page.goto(f"{live_server.url}/admin/desk/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.usefixtures("no_code_runs_out")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_from_the_first_login_to_the_second(production, anna, page, live_server, complaints, size, scheme):  # noqa: F811
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)

    def look():
        assert findings(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], page.url

    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Activate Authenticator App")).to_be_visible()
    look()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill(code(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_label("Unused codes")).to_be_visible()
    look()
    spare = page.get_by_label("Unused codes").input_value().split()[0]
    page.get_by_role("link", name="To the desk").click()
    expect(page.get_by_role("link", name="Open the desk")).to_be_visible()
    page.get_by_role("button", name="Log out").click()

    sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Two-Factor Authentication")).to_be_visible()
    look()
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill("000000")
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_text("Incorrect code")).to_be_visible()
    look()
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill(spare)
    page.get_by_role("button", name="Sign In").click()
    expect(page).to_have_url(f"{live_server.url}/admin/desk/")
    assert complaints == []


def test_the_other_pages_of_the_entrance_are_clean(production, anna, page, live_server, complaints):  # noqa: F811
    production.DEMO = True
    page.set_viewport_size(SIZES["phone"])
    for path in ("password/forgotten/", "password/forgotten/sent/", "password/forgotten/1-wrong-key/"):
        page.goto(f"{live_server.url}/admin/account/{path}")
        assert findings(page) == [], path
    sign_in(page, live_server)
    for path in ("password/", "second-factor/", "second-factor/set-up/", "confirm/"):
        page.goto(f"{live_server.url}/admin/account/{path}")
        assert findings(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"]["width"], path
    assert complaints == []
