"""Every page in every situation: nothing for axe to find, nothing wider than a small phone."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import Route

from tests.pages import gallery
from tests.pages.visitor import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:"
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
NARROW, PHONE = {"width": 320, "height": 640}, {"width": 390, "height": 800}
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, label.time, textarea, input')]
    .filter((each) => each.checkVisibility() && !each.matches('.pick, .skip, [type=hidden]'))
    .filter((each) => !each.closest('p, dd, address, .notice li'))  // WCAG 2.5.8 leaves out links in text
    .filter((each) => (each.closest('.choice, .agreement') || each).getBoundingClientRect().height < 44)
    .map((each) => each.outerHTML.slice(0, 90))"""
STATUSES = {
    "times-odd": 400,
    "not-found": 404,
    "no-start": 400,
    "past-start": 422,
    "wait-nothing": 400,
    "wait-already": 409,
    "series-odd": 400,
    "move-nowhere": 422,
    "move-past": 409,
    "stale": 409,
    "form-errors": 422,
    "form-forged": 400,
    "form-of-another-session": 403,
    "choice": 409,
    "duplicate": 409,
    "taken": 409,
    "contact-errors": 422,
    "find-errors": 422,
}


HUNG: dict[str, Page] = {}


@pytest.fixture
def pages(request, transactional_db):
    """As they were answered once: what looks at them from then on changes nothing."""
    if not HUNG:
        HUNG.update(gallery.hang(*map(request.getfixturevalue, ("visitor", "service", "form"))))
    return HUNG


@pytest.fixture
def browser_context_args(browser_context_args, live_server):
    return browser_context_args | {"base_url": live_server.url, "reduced_motion": "reduce"}


@pytest.fixture
def page(page):
    """A page whose console must stay silent."""
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert said == []


def each_of(pages: dict[str, Page], page: BrowserPage) -> Iterator[str]:
    """Shows each page as it was answered, under our policy; yields its name."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
    html = {f"/shown/{name}": shown.html for name, shown in pages.items()}

    def show(route: Route) -> None:
        route.fulfill(body=html[urlsplit(route.request.url).path], headers=headers)

    page.route("**/shown/*", show)
    for name in pages:
        page.goto(f"/shown/{name}")
        yield name


def test_axe_finds_nothing_in_light_or_dark(pages, page):
    reports = {}
    for name in each_of(pages, page):
        page.emulate_media(color_scheme="light")
        light = Axe().run(page)
        page.emulate_media(color_scheme="dark")
        dark = Axe().run(page, options=CONTRAST)
        for results in (light, dark):
            if results.violations_count:
                reports[name] = results.generate_report()
    assert not reports, "\n".join(f"{name}\n{report}" for name, report in reports.items())


def test_axe_would_find_something(page, live_server):
    page.goto("/find/")
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.querySelector('h1').style.color = '#333'")
    assert Axe().run(page, options=CONTRAST).violations_count == 1


def test_no_page_is_wider_than_a_small_phone(pages, page):
    page.set_viewport_size(NARROW)
    too_wide = "document.documentElement.scrollWidth > innerWidth"
    assert [name for name in each_of(pages, page) if page.evaluate(too_wide)] == []


def test_targets_are_large_enough_for_a_finger(pages, page):
    page.set_viewport_size(PHONE)
    small = {name: page.evaluate(SMALL_TARGETS) for name in each_of(pages, page)}
    assert {name: found for name, found in small.items() if found} == {}


def test_the_gallery_shows_what_its_names_say(pages):
    assert {name: shown.status for name, shown in pages.items() if shown.status != 200} == STATUSES
