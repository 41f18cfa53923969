"""The pages about hours in a real browser: clean for axe, narrow, in both schemes, and live."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from bookings.models import Absence, Location, Question, Requirement
from operations import roles
from tests.calendar.pages import browser as browser_of
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what else axe could tell takes it half as long again
}
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 320, "height": 640}}


@pytest.fixture
def complaints(page):
    """What the browser's console says, which is to be nothing."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture
def barber(transactional_db):
    """A barber with two people, a room, an absence and a booking."""
    # in_a_week() is a day of any name: the place opens on all of them
    hours = "Mo-Fr 09:00-12:30,14:00-18:30; Sa-Su 09:00-14:00; PH 09:00-14:00"
    location = LocationFactory(name="Barber Berlin", opening_hours=hours)
    lena = ResourceFactory(location=location, name="Lena", hours="Mo-Su", breaks=["12:30-13:15"])
    ResourceFactory(location=location, name="Blue room", room=True, hours="Jul-Aug Mo-Fr")
    service = ServiceFactory(location=location, name="Haircut")
    Requirement.objects.create(service=service, kind="person").resources.add(lena)
    Question.objects.create(service=service, code="hair", text="How long is your hair?")
    booking = BookingFactory(service=service, resource=lena, name="Anna Berg", accepted=True)
    later = booking.starts_at + timedelta(hours=1)
    Absence.objects.create(resource=lena, starts_at=later, ends_at=later + timedelta(days=2), reason="Course")
    return booking


def log_in(page, live_server):
    session = browser_of("boss", roles.OWNER).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


def findings(page):
    return [
        (found["id"], [node["html"][:200] for node in found["nodes"]])
        for found in Axe().run(page, options=RULES).response["violations"]
    ]


def looked_at(page, name, complaints):
    """Quiet, clean for axe and not wider than the window; what axe itself provokes counts for nothing."""
    assert [said for said in complaints if "409" not in said] == [], name
    assert findings(page) == [], name
    complaints.clear()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name


def addresses(booking):
    place, day = booking.location.slug, booking.starts_at.date().isoformat()
    person, service = booking.resource, booking.service
    return {
        "place": reverse("hours", args=[place]),
        "person": reverse("hours-of", args=[place, person.slug]),
        "room": reverse("hours-of", args=[place, person.location.resources.get(kind="room").slug]),
        "why": f"{reverse('hours-why', args=[place])}?service={service.slug}&date={day}&time=10:00",
        "location form": reverse("admin:bookings_location_change", args=[booking.location_id]),
        "service form": reverse("admin:bookings_service_change", args=[service.pk]),
        "resource form": reverse("admin:bookings_resource_change", args=[person.pk]),
        "new location": reverse("admin:bookings_location_add"),
        "delete": reverse("admin:bookings_resource_delete", args=[person.pk]),
        "absence": reverse("hours-gone", args=[place, person.slug, person.absences.get().pk]),
        "texts": reverse("admin:bookings_messagetext_changelist"),
        "home": reverse("admin:index"),
        "new account": reverse("admin:auth_user_add"),
        "calendar": f"{reverse('calendar', args=[place])}?date={day}",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_clean(barber, page, live_server, complaints, size, scheme):
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    log_in(page, live_server)

    for name, path in addresses(barber).items():
        page.goto(live_server.url + path)
        looked_at(page, name, complaints)
    page.goto(live_server.url + addresses(barber)["place"])
    page.get_by_label("On these days").check()
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Monday"):
        page.get_by_label(day, exact=True).fill("01:00-02:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    looked_at(page, "bookings outside", complaints)


def test_what_is_typed_is_shown_at_once_and_saved_on_pressing(barber, page, live_server):
    log_in(page, live_server)
    page.goto(live_server.url + addresses(barber)["place"])

    page.get_by_label("Monday", exact=True).fill("07:00-19:30")
    expect(page.locator("#preview")).to_contain_text("07:00–19:30")
    page.get_by_label(re.compile("Tuesday")).fill("noon")
    expect(page.locator("#preview")).to_contain_text("“noon” is no time span")
    page.get_by_label(re.compile("Tuesday")).fill("09:00-18:30")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".messagelist")).to_contain_text("Saved.")
    assert Location.objects.get().opening_hours.startswith("Mo 07:00-19:30; Tu 09:00-18:30; We-Fr")


def test_it_works_without_javascript(barber, browser, live_server):
    page = browser.new_context(java_script_enabled=False).new_page()
    log_in(page, live_server)
    page.goto(live_server.url + addresses(barber)["place"])

    page.get_by_label("Monday", exact=True).fill("07:00-19:30")
    page.get_by_role("button", name="Preview").click()

    expect(page.locator("#preview")).to_contain_text("07:00–19:30")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".messagelist")).to_contain_text("Saved.")


def test_a_new_location_takes_the_clock_of_the_computer_and_says_so(barber, browser, live_server):
    page = browser.new_context(timezone_id="Europe/Vienna").new_page()
    log_in(page, live_server)
    page.goto(live_server.url + reverse("admin:bookings_location_add"))

    expect(page.get_by_label("Time zone")).to_have_value("Europe/Vienna")
    expect(page.get_by_text("Taken from the clock of this computer.")).to_be_visible()

    page.get_by_label("Choose a colour").fill("#17392c")
    expect(page.locator("#id_colour")).to_have_value("#17392c")
