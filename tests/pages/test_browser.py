"""A real Chromium: connections fail, fingers press twice, clocks differ, some have only a keyboard."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from playwright.sync_api import expect

from bookings import processing
from bookings.models import Booking, Location
from notifications.models import Delivery
from operations.work import works
from tests.factories import BookingFactory, DeliveryFactory
from tests.pages.conftest import ADA
from tests.pages.test_trouble import somebody_else_holds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAILED_LOAD = "Failed to load resource"  # what Chromium says of every answer from 400 on


@pytest.fixture
def browser_context_args(browser_context_args, live_server):
    return browser_context_args | {
        "base_url": live_server.url,
        "timezone_id": "Europe/Berlin",
        "locale": "en-GB",
    }


@pytest.fixture
def service(service):
    """Tomorrow's first time may be less than a day away, and can be cancelled all the same."""
    Location.objects.update(cancel_until_hours=1)
    return service


@pytest.fixture
def page(page):
    """A page whose console must stay silent."""
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_default_timeout(10_000)
    yield page
    assert [text for text in said if not text.startswith(FAILED_LOAD)] == []


def work_off():
    while works()[processing.TOPIC].drain():
        pass


def fill_in(page):
    for name, text in ADA.items():
        page.fill(f"[name={name}]", text)


@pytest.fixture
def at_form(page, service, tomorrow):
    """The filled-in form of tomorrow's first time."""
    page.goto(f"/salon/cut/?date={tomorrow}")
    page.locator("a.time").first.click()
    fill_in(page)
    return page


def test_books_loses_the_connection_comes_back_and_cancels(at_form, context):
    page = at_form
    context.set_offline(True)
    page.get_by_role("button", name="Book now").click()
    expect(page.get_by_text("You are offline. Nothing has been sent")).to_be_visible()
    context.set_offline(False)
    page.get_by_role("button", name="Book now").click()
    expect(page.get_by_role("heading", name="Your booking has been received")).to_be_visible()

    context.set_offline(True)
    expect(page.get_by_text(re.compile(r"You are offline\. This is the state of \d\d:\d\d"))).to_be_visible()
    work_off()
    context.set_offline(False)
    expect(page.get_by_role("heading", name="Your booking is confirmed")).to_be_visible()
    expect(page).to_have_title(re.compile("^Your booking is confirmed"))
    expect(page.get_by_text("You are offline")).to_be_hidden()

    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()
    assert Booking.objects.get().status == "cancelled"


def test_an_answer_that_is_lost_on_its_way_costs_nothing(at_form):
    page = at_form

    def lose(route):
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/book/", lose)
    page.get_by_role("button", name="Book now").click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/book/")
    page.go_back()
    fill_in(page)
    page.get_by_role("button", name="Book now").click()
    expect(page.get_by_text("Nothing was booked twice.")).to_be_visible()
    assert Booking.objects.count() == 1


def test_a_form_in_flight_elsewhere_asks_again_by_itself(at_form, settings):
    settings.HOLDFAST = replace(settings.HOLDFAST, lock_timeout_milliseconds=100)
    number = at_form.locator("[name=request_id]").input_value()
    with somebody_else_holds(number):
        at_form.get_by_role("button", name="Book now").click()
        expect(at_form.get_by_role("heading", name="One moment")).to_be_visible()
    at_form.wait_for_url("**/b/**")
    assert Booking.objects.count() == 1


def test_the_number_of_a_form_survives_a_reload_and_ends_with_the_booking(at_form):
    page = at_form
    number = page.locator("[name=request_id]").input_value()
    page.reload()
    assert page.locator("[name=request_id]").input_value() == number
    address = page.url
    fill_in(page)
    page.get_by_role("button", name="Book now").click()
    page.wait_for_url("**/b/**")
    page.goto(address)
    assert page.locator("[name=request_id]").input_value() != number


def typed(page):
    return {name: page.locator(f"[name={name}]").input_value() for name in ADA}


@pytest.mark.parametrize("way", ["other times", "reload", "series", "language"])
def test_what_was_typed_comes_back_by_every_way(at_form, way):
    page = at_form
    match way:
        case "other times":
            page.get_by_role("link", name="Other times").click()
            page.locator("a.time").nth(3).click()
        case "reload":
            page.reload()
        case "series":
            page.get_by_role("link", name="Book a series").click()
            page.get_by_role("button", name="Show the dates").click()
        case "language":
            page.get_by_role("link", name="Language").click()
            page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("[name=name]")).to_have_value(ADA["name"])
    assert typed(page) == ADA


def test_what_was_typed_is_forgotten_with_the_booking_and_by_other_tabs(at_form, context):
    address = at_form.url
    other = context.new_page()
    other.goto(address)
    assert not any(typed(other).values())

    at_form.get_by_role("button", name="Book now").click()
    at_form.wait_for_url("**/b/**")
    at_form.goto(address)
    assert not any(typed(at_form).values())


def test_reading_the_page_from_a_messages_link_shows_that_the_message_arrived(page, service):
    booking = BookingFactory(service=service, accepted=True)
    delivery = DeliveryFactory(booking=booking, done=True)
    with page.expect_request("**/seen/") as seen:
        page.goto(f"/b/{booking.token}/?m={delivery.uid}")
    assert seen.value.response().status == 204
    assert Delivery.objects.get().status == "confirmed"
    assert Booking.objects.get().version == booking.version
    expect(page).to_have_url(re.compile(f"/b/{booking.token}/$"))


def test_a_double_click_sends_once(at_form):
    sent = []
    at_form.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    at_form.get_by_role("button", name="Book now").dblclick()
    at_form.wait_for_url("**/b/**")
    assert len(sent) == 1
    assert Booking.objects.count() == 1


def test_back_releases_the_button(at_form):
    at_form.get_by_role("button", name="Book now").click()
    at_form.wait_for_url("**/b/**")
    at_form.go_back()
    expect(at_form.get_by_role("button", name="Book now")).not_to_have_attribute("aria-disabled", "true")


def test_errors_are_summed_up_focused_and_linked_to_their_fields(at_form):
    at_form.fill("[name=email]", "ada")
    at_form.get_by_role("button", name="Book now").click()
    summary = at_form.get_by_role("alert").filter(has_text="Please check")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(at_form.locator("[name=email]")).to_be_focused()
    assert at_form.locator("[name=name]").input_value() == ADA["name"]
    assert at_form.title().startswith("Please check")


def test_what_was_typed_is_gone_for_whoever_comes_later(at_form):
    at_form.evaluate(
        """() => {
            const key = Object.keys(sessionStorage).find((each) => each.startsWith("holdfast typed "));
            const kept = JSON.parse(sessionStorage.getItem(key));
            sessionStorage.setItem(key, JSON.stringify({ ...kept, at: kept.at - 31 * 60000 }));
        }"""
    )
    at_form.reload()

    assert not any(typed(at_form).values())


def test_another_time_instead_of_a_taken_one_keeps_what_was_typed(at_form, service):
    start = at_form.locator("[name=start]").first.input_value()
    BookingFactory(service=service, starts_at=datetime.fromisoformat(start))
    at_form.get_by_role("button", name="Book now").click()
    at_form.locator("[data-alternatives] a").nth(1).click()
    expect(at_form.get_by_text("not free, please choose")).to_be_hidden()
    at_form.get_by_role("button", name="Book now").click()
    at_form.wait_for_url("**/b/**")
    assert Booking.objects.filter(name=ADA["name"]).exists()


def test_without_a_script_the_nearest_times_stand_there_once(
    browser, live_server, visitor, service, tomorrow
):
    address = visitor.open(f"/salon/cut/?date={tomorrow}").times[0]
    start = re.search(r"name=.start. value=.([^\"]+)", visitor.open(address).html)[1]
    BookingFactory(service=service, starts_at=datetime.fromisoformat(start))
    for has_script in (True, False):
        with browser.new_context(java_script_enabled=has_script, base_url=live_server.url) as context:
            page = context.new_page()
            page.goto(address)
            expect(page.locator("label.time:visible, a.time:visible")).to_have_count(6)


def test_a_visitor_elsewhere_sees_both_clocks_of_what_is_online_and_the_day_where_it_differs(
    browser, live_server, service, tomorrow
):
    service.takes_place_online = True
    service.save()
    with browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB") as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/salon/cut/?date={tomorrow}")
        times = page.locator("a.time time")
        assert re.fullmatch(r"08:00, 1[56]:00 your time", times.first.text_content().strip())
        assert re.match(r"19:30, [A-Z][a-z]{2},? 0[23]:30", times.last.text_content().strip())
        assert "below is your own: Japan Standard Time." in page.locator("[data-your-time-note]").inner_text()
        times.last.click()
        expect(page.locator(".facts .your-time")).to_have_text(
            re.compile(r"^[A-Z][a-z]{2},? \d+ [A-Z][a-z]{2,3}(,| at) 0?[23]:30 your time$")
        )


def test_what_happens_at_the_place_goes_by_its_clock(browser, live_server, service, tomorrow):
    with browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB") as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/salon/cut/?date={tomorrow}")
        assert page.locator("a.time time").first.text_content().strip() == "08:00"
        assert page.locator("[data-your-time-note]").count() == 0
        page.locator("a.time").first.click()
        expect(page.locator(".facts .your-time")).to_contain_text("your time")


def test_a_visitor_at_the_place_sees_one_clock(page, service, tomorrow):
    page.goto(f"/salon/cut/?date={tomorrow}")
    assert page.locator(".your-time").count() == 0


def test_the_keyboard_alone_books(page, service, tomorrow):
    page.goto(f"/salon/cut/?date={tomorrow}")

    def press_until(selector):
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab never reaches {selector}")

    press_until("a.time")
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/**")
    for name, text in ADA.items():
        press_until(f"[name={name}]")
        page.keyboard.type(text)
    press_until("form .button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/b/**")
    press_until("#cancel")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cancel/")
    press_until("form .button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()


def test_without_a_script_everything_works(browser, live_server, service, tomorrow):
    with browser.new_context(java_script_enabled=False, base_url=live_server.url) as context:
        page = context.new_page()
        page.goto(f"/salon/cut/?date={tomorrow}")
        page.locator("a.time").first.click()
        start = page.locator("[name=start]").first.input_value()
        BookingFactory(service=service, starts_at=datetime.fromisoformat(start))
        fill_in(page)
        page.get_by_role("button", name="Book now").click()
        page.locator("label.time").first.click()
        page.get_by_role("button", name="Book now").click()
        page.wait_for_url("**/b/**")
        work_off()
        page.get_by_role("link", name="Refresh").click()
        expect(page.get_by_role("heading", name="Your booking is confirmed")).to_be_visible()
        page.get_by_role("link", name="Move").click()
        page.locator("label.time").last.click()
        page.get_by_role("button", name="Show old and new").click()
        page.get_by_role("button", name="Move to this time").click()
        page.wait_for_url(re.compile(r"/b/[^/]+/$"))
        page.get_by_role("link", name="Cancel").click()
        page.get_by_role("button", name="Cancel the booking").click()
        expect(page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()
