"""A place's own website shows its booking pages; other websites cannot."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from bookings import embedding
from bookings.models import Booking
from bookings.places import Location
from tests.factories import BookingFactory
from tests.pages.conftest import ADA
from tests.pages.visitor import Visitor
from tests.run.installation import eventually

UNTOLD = 640  # pixels, before the page has said how high it is
SHOP = "https://www.salon.example"


@pytest.fixture
def framed(service):
    """The place allows its shop's website."""
    Location.objects.filter(slug="salon").update(embed_parents=SHOP)
    return service


def ancestors(path):
    response = Client().get(path)
    (found,) = [each for each in response["Content-Security-Policy"].split("; ") if "frame-ancestors" in each]
    return found.removeprefix("frame-ancestors "), response


@pytest.mark.parametrize("path", ["/embed/salon/", "/embed/salon/cut/", "/embed/salon/contact/"])
def test_the_places_website_may_frame_its_pages(framed, path):
    allowed, response = ancestors(path)

    assert (response.status_code, allowed) == (200, SHOP)
    assert "X-Frame-Options" not in response


def test_a_booking_can_be_framed_where_its_place_can(framed):
    booking = BookingFactory(service=framed)

    assert ancestors(f"/embed/b/{booking.token}/")[0] == SHOP


@pytest.mark.parametrize("path", ["/salon/", "/embed/", "/embed/nowhere/"])
def test_nobody_may_frame_other_pages(framed, path):
    assert ancestors(path)[0] == "'none'"


def test_a_place_that_lists_no_website_is_framed_by_nobody(service):
    assert ancestors("/embed/salon/")[0] == "'none'"


@pytest.mark.parametrize(
    "path", ["/embed/admin/", "/embed/api/v1/locations", "/embed/healthz", "/embed/metrics"]
)
def test_only_public_pages_can_be_framed(framed, path):
    assert Client().get(path).status_code == 404


def test_addresses_elsewhere_are_as_before_after_a_framed_page(framed):
    Client().get("/embed/salon/")

    assert reverse("services", args=["salon"]) == "/salon/"


def test_a_framed_form_books_without_any_cookie(framed, tomorrow):
    visitor = Visitor()
    times = visitor.open(f"/embed/salon/cut/?date={tomorrow}").times
    form = visitor.open(times[0]).form("/embed/salon/cut/book/")
    visitor.client.cookies.clear()

    response = visitor.post(form, **ADA)

    assert response["Location"] == f"/embed/b/{Booking.objects.get().token}/"


@pytest.mark.parametrize(
    "text", ["www.example.com", "https://a.example/path", "http://a.example", "https://*", "x; script-src *"]
)
def test_what_is_no_website_is_refused(text):
    with pytest.raises(ValidationError, match="beginning of a web address"):
        embedding.parents(text)


def test_websites_are_kept_one_a_line_in_lower_case():
    assert embedding.parents(" https://WWW.example.com/ \n\nhttp://localhost:8000") == [
        "https://www.example.com",
        "http://localhost:8000",
    ]


@pytest.fixture
def website(live_server):
    """The shop's own website, on another site than ours, with our script in it."""
    script = (
        f'<script src="{live_server.url}/embed.js" data-location="salon" data-service="cut" async></script>'
    )
    page = f"<!doctype html><title>Shop</title><h1>Shop</h1>{script}"

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode() if self.path == "/" else b"")

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def shown_height(page):
    return page.locator("iframe").evaluate("each => each.offsetHeight")


def page_height(page):
    return page.frames[1].evaluate("document.documentElement.offsetHeight")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_books_in_a_frame_that_is_as_high_as_its_page(page, service, website):
    Location.objects.filter(slug="salon").update(embed_parents=website)
    page.goto(website)
    frame = page.frame_locator("iframe")
    frame.locator("a.time").first.click()
    for name, text in ADA.items():
        frame.locator(f"[name={name}]").fill(text)
    frame.get_by_role("button", name="Book now").click()

    expect(frame.get_by_role("heading", name="Your booking has been received")).to_be_visible()
    eventually(lambda: shown_height(page) == page_height(page) != UNTOLD)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_website_that_is_not_listed_shows_a_link_and_says_why(page, service, website):
    with page.expect_console_message(lambda said: f"Is {website} among the websites" in said.text):
        page.goto(website)

    expect(page.get_by_role("link", name="salon")).to_have_attribute("href", re.compile("/salon/cut/$"))
    expect(page.locator("iframe")).to_have_count(0)


def test_the_website_may_fix_language_and_look(framed):
    response = Client().get("/embed/~de~light/salon/cut/", headers={"accept-language": "fr"})

    for part in ('<html lang="de"', 'data-theme="light"', 'href="/embed/~de~light/salon/cut/book/'):
        assert part in response.text
    assert response["Content-Security-Policy"].count(SHOP) == 1


@pytest.mark.parametrize("wish", ["~xx", "~dark"])
def test_a_wish_for_what_is_not_there_harms_nothing(framed, wish):
    response = Client().get(f"/embed/{wish}/salon/", headers={"accept-language": "fr"})

    assert response.status_code == 200
    assert '<html lang="fr"' in response.text
