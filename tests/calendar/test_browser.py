"""The front desk's day in a real browser: a call, a drag, the end of an appointment, and nothing amiss."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from bookings import processing
from bookings.models import Booking, Question
from tests.calendar.attending import soon
from tests.calendar.pages import browser, calendar, of
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory, SessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what else axe could tell takes it half as long again
}
BOOKED = re.compile(r"Booked: Anna Berg, \w{3} \d+ \w{3} 09:00")
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 320, "height": 640}}


@pytest.fixture
def service():
    location = LocationFactory(
        time_zone="Etc/UTC", opening_hours="24/7", slot_step_minutes=30, minimum_notice_minutes=0
    )
    ResourceFactory(location=location, name="Lena", slug="lena")
    ResourceFactory(location=location, name="Mehmet", slug="mehmet")
    return ServiceFactory(location=location, name="Haircut")


@pytest.fixture
def complaints(page):
    """What the browser's console says, which is to be nothing."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture
def desk(page, live_server):
    session = browser().cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def findings(page):
    return [
        (found["id"], [node["html"][:200] for node in found["nodes"]])
        for found in Axe().run(page, options=RULES).response["violations"]
    ]


def cell(page, start, resource):
    return page.locator(f'td[data-start="{start.isoformat()}"][data-resource="{resource}"]')


def begin_booking(page):
    """Open the form from Lena's free cell, until its scripts listen: no person types as soon as we."""
    cell(page, soon(), "lena").get_by_role("link").click()
    page.wait_for_url("**/new/**")


def tomorrow(service):
    return calendar(service.location, date=soon().date().isoformat())


def entry(page, name):
    return page.get_by_role("link", name=re.compile(name))


def test_a_day_at_the_front_desk(desk, live_server, service, complaints):
    desk.goto(live_server.url + tomorrow(service))
    begin_booking(desk)
    begun = timezone.now()
    expect(desk.get_by_label("Telephone")).to_be_focused()
    desk.keyboard.type("+49 30 5550 199")
    desk.keyboard.press("Tab")
    desk.keyboard.type("Anna Berg")
    desk.keyboard.press("Enter")
    expect(desk.locator(".messagelist")).to_contain_text(
        re.compile(r"Booked: Anna Berg, \w{3} \d+ \w{3} 09:00")
    )
    assert timezone.now() - begun < timedelta(seconds=20)
    processing.drain()

    desk.reload()
    entry(desk, "Anna Berg").drag_to(cell(desk, soon(90), "mehmet"))
    expect(desk.get_by_text("Old time")).to_be_visible()
    expect(desk.locator(".old-new")).to_contain_text(re.compile(r"09:00.*Lena.*10:30.*Mehmet", re.DOTALL))
    assert findings(desk) == []
    desk.get_by_role("button", name="Move it").click()
    expect(desk.locator(".messagelist")).to_contain_text(
        re.compile(r"Moved: Anna Berg now comes on .* 10:30 to Mehmet")
    )
    moved = Booking.objects.get()
    assert (moved.starts_at, moved.resource.slug) == (soon(90), "mehmet")
    assert complaints == []


def test_a_walk_in_is_booked_by_pressing_a_free_time(desk, live_server, service, complaints):
    desk.goto(f"{live_server.url}{calendar(service.location).split('?')[0]}new/")
    begun = timezone.now()
    desk.get_by_label("Date").fill(soon().date().isoformat())
    desk.get_by_label("With").select_option("Lena")
    expect(desk.locator("#free-times")).to_contain_text("with Lena")
    desk.locator("#free-times").get_by_role("button", name="09:00", exact=True).click()
    expect(desk.get_by_label("Telephone")).to_be_focused()
    assert findings(desk) == []
    desk.keyboard.type("+49 30 5550 199")
    desk.keyboard.press("Tab")
    desk.keyboard.type("Anna Berg")
    desk.keyboard.press("Enter")

    expect(desk.locator(".messagelist")).to_contain_text(BOOKED)
    assert timezone.now() - begun < timedelta(seconds=20)
    assert (Booking.objects.get().starts_at, Booking.objects.get().resource.slug) == (soon(), "lena")
    assert complaints == []


def test_an_appointment_ends_and_another_is_missed(desk, live_server, service, complaints):
    half_an_hour_ago = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=30)
    came = BookingFactory(service=service, accepted=True, starts_at=half_an_hour_ago, name="Anna Berg")
    lena = service.location.resources.get(slug="mehmet")
    missed = BookingFactory(
        service=service, accepted=True, starts_at=half_an_hour_ago, name="Ben Wolf", resource=lena
    )
    for name, buttons in {
        "Anna Berg": ["They are here: start", "Complete"],
        "Ben Wolf": ["Nobody came"],
    }.items():
        for button in buttons:
            desk.goto(live_server.url + calendar(service.location, date=half_an_hour_ago.date().isoformat()))
            entry(desk, name).first.click()
            expect(desk.get_by_role("button", name=button)).to_be_visible()
            assert findings(desk) == []
            desk.get_by_role("button", name=button).click()
            expect(desk.locator(".messagelist")).to_contain_text(f"Done: “{button}” for {name}")

    expect(desk.locator(".entry", has_text="Ben Wolf").first).to_contain_text("Nobody came")
    found = {booking.pk: (booking.status, booking.no_show) for booking in Booking.objects.all()}
    assert found == {came.pk: ("completed", None), missed.pk: ("completed", True)}
    assert complaints == []


def test_a_move_with_the_keyboard_alone(desk, live_server, service, complaints):
    booking = BookingFactory(service=service, accepted=True, starts_at=soon(), name="Anna Berg")
    desk.goto(live_server.url + tomorrow(service))

    entry(desk, "Anna Berg").focus()
    for key in ("m", "ArrowDown", "ArrowDown", "ArrowRight"):
        desk.keyboard.press(key)
    expect(desk.get_by_role("status").filter(has_text="Moving")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Old time")).to_be_visible()
    desk.get_by_role("button", name="Move it").focus()
    desk.keyboard.press("Enter")

    expect(desk.locator(".messagelist")).to_contain_text("Moved: Anna Berg now comes on")
    moved = Booking.objects.get(pk=booking.pk)
    assert (moved.starts_at, moved.resource.slug) == (soon(60), "mehmet")
    assert complaints == []


def test_escape_gives_a_move_up(desk, live_server, service):
    BookingFactory(service=service, accepted=True, starts_at=soon(), name="Anna Berg")
    desk.goto(live_server.url + tomorrow(service))

    entry(desk, "Anna Berg").focus()
    for key in ("m", "ArrowDown", "Escape"):
        desk.keyboard.press(key)

    expect(entry(desk, "Anna Berg")).to_be_focused()
    expect(desk.get_by_role("status").filter(has_text="Not moved.")).to_have_count(1)


def test_the_table_is_one_stop_of_the_keyboard(desk, live_server, service):
    desk.goto(live_server.url + tomorrow(service))

    assert desk.locator('[data-grid] td a[tabindex="0"]').count() == 1
    desk.locator('[data-grid] td a[tabindex="0"]').focus()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowDown")
    expect(cell(desk, soon().replace(hour=0, minute=30), "mehmet").get_by_role("link")).to_be_focused()
    desk.keyboard.press("w")
    desk.wait_for_url(re.compile("view=week"))


def test_somebody_known_is_suggested_while_the_number_is_typed(desk, live_server, service, complaints):
    person = {"name": "Carla Diaz", "email": "carla@example.com", "phone": "+49 30 5550 700"}
    BookingFactory(service=service, accepted=True, **person)
    desk.goto(live_server.url + tomorrow(service))
    begin_booking(desk)

    desk.get_by_label("Telephone").press_sequentially("+49 30 55")
    desk.get_by_role("button", name=re.compile("Carla Diaz")).click()

    expect(desk.get_by_role("textbox", name="Name")).to_have_value("Carla Diaz")
    expect(desk.get_by_role("textbox", name="E-mail address")).to_have_value("carla@example.com")
    assert complaints == []


def test_choosing_a_service_asks_what_it_asks(desk, live_server, service, complaints):
    lesson = ServiceFactory(location=service.location, name="Lesson", capacity=6, max_people=4)
    Question.objects.create(service=lesson, code="level", text="How far are you?", is_required=True)
    desk.goto(live_server.url + tomorrow(service))
    begin_booking(desk)
    desk.get_by_label("Telephone").fill("+49 30 5550 199")
    desk.get_by_role("textbox", name="Name").fill("Anna Berg")

    desk.get_by_label("Service").select_option("Lesson (30 min)")
    desk.get_by_label("How far are you?").fill("Beginner")
    desk.get_by_label("People").select_option("3")
    assert findings(desk) == []
    desk.get_by_role("button", name="Book", exact=True).last.click()

    expect(desk.locator(".messagelist")).to_contain_text(
        re.compile(r"Booked: Anna Berg, \w{3} \d+ \w{3} 09:00")
    )
    booking = Booking.objects.get()
    assert (booking.people, booking.answers["level"]["answer"]) == (3, "Beginner")
    desk.goto(live_server.url + tomorrow(service))
    assert complaints == []


def test_a_time_is_held_while_somebody_spells_their_name(desk, live_server, service, complaints):
    desk.goto(live_server.url + tomorrow(service))
    begin_booking(desk)
    desk.get_by_role("button", name="Hold this time").click()
    expect(desk.get_by_role("status").filter(has_text="5 minutes left")).to_be_visible()
    assert findings(desk) == []
    assert Booking.objects.get().status == "draft"

    expect(desk.get_by_label("Telephone")).to_be_focused()
    desk.keyboard.type("+49 30 5550 199")
    desk.keyboard.press("Tab")
    desk.keyboard.type("Anna Berg")
    desk.keyboard.press("Enter")

    expect(desk.locator(".messagelist")).to_contain_text("Booked: Anna Berg")
    assert Booking.objects.get().status == "submitted"
    assert complaints == []


def test_a_call_without_a_script(browser, live_server, service):
    from tests.calendar import pages

    lesson = ServiceFactory(location=service.location, name="Lesson", capacity=6, max_people=4)
    Question.objects.create(service=lesson, code="level", text="How far are you?", is_required=True)
    page = browser.new_context(java_script_enabled=False).new_page()
    session = pages.browser().cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    page.goto(live_server.url + tomorrow(service))
    begin_booking(page)
    page.get_by_label("Service").select_option("Lesson (30 min)")
    page.get_by_role("button", name="Choose").click()
    page.get_by_label("People").select_option("2")
    page.get_by_label("How far are you?").fill("Beginner")
    page.get_by_role("button", name="Hold this time").click()
    expect(page.get_by_label("How far are you?")).to_have_value("Beginner")
    page.get_by_label("Telephone").fill("+49 30 5550 199")
    page.get_by_role("textbox", name="Name").fill("Anna Berg")
    page.get_by_role("button", name="Book", exact=True).last.click()

    expect(page.locator(".messagelist")).to_contain_text("Booked: Anna Berg")
    assert Booking.objects.get().people == 2


def test_it_renews_itself_and_can_still_be_dragged(desk, live_server, service, complaints):
    desk.goto(live_server.url + tomorrow(service))
    BookingFactory(service=service, accepted=True, starts_at=soon(), name="Anna Berg")

    desk.evaluate("htmx.trigger('#calendar', 'refresh')")

    expect(entry(desk, "Anna Berg")).to_have_attribute("draggable", "true")
    assert desk.locator('[data-grid] td a[tabindex="0"]').count() == 1
    assert complaints == []


def test_a_booking_becomes_another_service_and_the_free_times_follow(desk, live_server, service, complaints):
    colour = ServiceFactory(location=service.location, name="Colour", minutes=90)
    booking = BookingFactory(service=service, accepted=True, starts_at=soon(), name="Anna Berg")
    after = BookingFactory(service=service, accepted=True, starts_at=soon(60), resource=booking.resource)

    desk.goto(live_server.url + of(booking))
    desk.get_by_role("link", name="Change service or people").click()
    desk.wait_for_url("**/change/**")
    desk.get_by_label("Service").select_option(colour.slug)
    expect(desk.locator("#free-times")).to_contain_text("Colour, 90 min")
    desk.get_by_role("button", name="Show old and new").last.click()
    expect(desk.locator(".card")).to_contain_text("Somebody has this time already.")
    desk.locator("#free-times").get_by_role("button", name="08:30", exact=True).click()
    expect(desk.locator(".old-new")).to_contain_text("Colour")
    expect(desk.locator(".card")).not_to_contain_text("Somebody has this time already.")
    desk.get_by_role("button", name="Change it").click()

    expect(desk.locator(".messagelist")).to_contain_text(re.compile("Changed: Anna Berg .* 08:30 for Colour"))
    assert Booking.objects.get(pk=booking.pk).service == colour
    assert Booking.objects.get(pk=after.pk).starts_at == soon(60)
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_clean(desk, live_server, service, complaints, size, scheme):
    booking = BookingFactory(service=service, accepted=True, starts_at=soon(), name="Anna Berg")
    BookingFactory(
        service=ServiceFactory(location=service.location, by_staff=True), waiting=True, starts_at=soon(60)
    )
    group = ServiceFactory(location=service.location, group=True)
    guest = BookingFactory(session=SessionFactory(service=group, starts_at=soon(120)), people=2)
    begun = timezone.now().replace(second=0, microsecond=0)
    here = BookingFactory(session=SessionFactory(service=group, starts_at=begun), accepted=True)
    BookingFactory(service=service, failed=True, starts_at=soon(180))
    desk.set_viewport_size(SIZES[size])
    desk.emulate_media(color_scheme=scheme)
    place = calendar(service.location).split("?")[0]
    day = f"date={soon():%Y-%m-%d}&time=09:00&resource=lena"
    asked = f"service={group.slug}&people=1&{day}"

    for path in (
        "/admin/calendar/",
        tomorrow(service),
        f"{tomorrow(service)}&view=week",
        f"{place}new/?start={soon().isoformat().replace('+', '%2B')}&resource=lena",
        f"{place}requests/",
        of(booking),
        f"{of(booking, 'staff-move')}?start={soon(300).isoformat().replace('+', '%2B')}",
        f"{of(booking, 'staff-move')}?start={soon(180).isoformat().replace('+', '%2B')}&resource=lena",
        f"{of(guest, 'staff-change')}?{asked}",
        f"{place}sessions/{here.session_id}/",
    ):
        desk.goto(live_server.url + path)

        assert findings(desk) == [], path
        assert desk.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    assert complaints == []


def test_a_day_works_without_a_script(browser, live_server, service):
    from tests.calendar import pages

    booking = BookingFactory(service=service, accepted=True, starts_at=soon(), name="Anna Berg")
    page = browser.new_context(java_script_enabled=False).new_page()
    session = pages.browser().cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    page.goto(live_server.url + tomorrow(service))
    entry(page, "Anna Berg").click()
    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_label("Time", exact=True).fill("14:00")
    page.get_by_role("button", name="Show old and new").click()
    page.get_by_role("button", name="Move it").click()

    expect(page.locator(".messagelist")).to_contain_text("Moved: Anna Berg now comes on")
    assert Booking.objects.get(pk=booking.pk).starts_at == soon(300)
