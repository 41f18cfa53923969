"""The pages of reports, export and import in a real browser: nothing amiss, at any width, light and dark."""

import uuid
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from bookings.importing import kept
from operations import roles
from tests.calendar.pages import browser
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what else axe could tell takes it half as long again
}
FILE = b"""start,service,person,name,email
2099-03-03 09:00,Haircut,,Anna,a@example.com
2099-03-03,Trim,Olga,Ben,
"""


@pytest.fixture
def pages():
    place = LocationFactory(slug="corner", time_zone="Etc/UTC")
    service = ServiceFactory(location=place, name="Haircut")
    ResourceFactory(location=place, name="Lena")
    BookingFactory(service=service, starts_at=datetime(2027, 3, 1, 9, tzinfo=UTC), accepted=True)
    LocationFactory()
    file = kept.keep(uuid.uuid4(), place, "generic", FILE)
    return [
        "/admin/reports/?from=2027-03-01&to=2027-03-31",
        "/admin/reports/?period=last_week&location=corner",
        "/admin/export/",
        "/admin/import/",
        "/admin/import/corner/",
        f"/admin/import/corner/{file.pk}/",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_is_clean(page, live_server, pages, width, scheme):
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    session = browser(role=roles.OWNER).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)

    for path in pages:
        page.goto(live_server.url + path)

        found = Axe().run(page, options=RULES).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert said == []
