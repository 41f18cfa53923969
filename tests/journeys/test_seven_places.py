"""At each of the seven places a customer books in a browser, in its language, on its awkward day of 2027."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.utils.translation import override
from playwright.sync_api import expect

from bookings import explanations, place_loading, processing, when
from bookings.booking import Status
from bookings.letters import compose
from bookings.models import Booking, Location
from notifications.models import Delivery
from operations import recovery, repair
from operations.repair import Result
from operations.work import works
from operations.workflow import Actor, Operation, Source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DATA = Path(__file__).parent.parent / "data" / "locations.json"


@dataclass(frozen=True)
class Journey:
    """Who books where, and what is awkward about it; `now` and `start` carry the offset of the place."""

    place: str
    service: str
    language: str
    now: str
    start: str
    name: str
    awkward: str
    closed: str = ""
    waits: bool = False
    has_script: bool = True

    @property
    def page(self) -> str:
        return f"/{self.place}/{self.service}/"

    @property
    def day(self) -> str:
        return self.start[:10]


JOURNEYS = (
    Journey("barber-berlin", "haarschnitt", "de", "2027-04-20T10:00+02:00", "2027-05-07T09:00+02:00",
            "Jürgen Groß", "the day after a public holiday", closed="2027-05-06"),
    Journey("physio-london", "first-assessment", "en", "2027-03-20T10:00+00:00", "2027-03-30T08:00+01:00",
            "Siân O’Neill", "after Easter Monday and the clock change, agreed by staff", closed="2027-03-29",
            waits=True, has_script=False),
    Journey("yoga-ny", "vinyasa-class", "en", "2027-03-10T10:00-05:00", "2027-03-14T06:30-04:00",
            "Zoë Nuñez", "the morning after clocks went forward, paid first", waits=True),
    Journey("garage-lord-howe", "tyre-change", "en", "2027-03-20T10:00+11:00", "2027-04-05T07:30+10:30",
            "Ngaio Te Ao", "after a clock change of half an hour"),
    Journey("court-tokyo", "1", "ja", "2026-12-20T10:00+09:00", "2027-01-01T06:00+09:00",
            "山田 太郎", "New Year, in a currency without minor units"),
    Journey("night-clinic-casablanca", "consultation", "fr", "2027-02-01T10:00+01:00",
            "2027-02-07T02:20+00:00", "Fatima-Zahra El Amrani", "the second 02:20 of a night that has two",
            has_script=False),
    Journey("registry-kathmandu", "passport-form", "en", "2026-12-20T10:00+05:45", "2027-01-03T10:00+05:45",
            "सीता गुरुङ", "a week that begins on Sunday, at +05:45", closed="2027-01-02", has_script=False),
)  # fmt: skip


@pytest.fixture(params=JOURNEYS, ids=lambda journey: journey.place)
def journey(request, transactional_db):
    """The clock stands at the moment of the journey, and runs."""
    with time_machine.travel(datetime.fromisoformat(request.param.now)):
        place_loading.load(DATA)
        Location.objects.update(horizon_days=60)
        yield request.param


@pytest.fixture
def page(journey, browser, live_server):
    """A phone of somebody there, whose console must stay silent."""
    context = browser.new_context(
        base_url=live_server.url,
        locale=journey.language,
        java_script_enabled=journey.has_script,
        viewport={"width": 390, "height": 844},
    )
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.set_default_timeout(15_000)
    yield opened
    context.close()
    assert said == []


def work_off():
    while works()[processing.TOPIC].drain():
        pass


def agree(booking):
    """What staff do at the desk: accept the request, or note that the payment has come."""
    code, remedy = ("staff", "accept") if booking.waiting_for == "staff" else ("confirmation", "confirm")
    condition = recovery.conditions()[f"bookings.awaiting_{code}"]
    operation = Operation(actor=Actor.STAFF, source=Source.DESK, reason="It is agreed.")
    told = {} if remedy == "accept" else {"evidence": "Receipt 7"}
    return repair.apply(condition, condition.remedy(remedy), [booking.pk], operation, answers=told)[0].result


def headline(booking, language):
    with override(language):
        return str(explanations.explain(booking).headline)


def test_a_customer_books_and_cancels(journey, page):
    start = datetime.fromisoformat(journey.start)
    if journey.closed:
        page.goto(f"{journey.page}?date={journey.closed}")
        expect(page.locator("a.time")).to_have_count(0)
    page.goto(f"{journey.page}?date={journey.day}")
    assert page.locator("html").get_attribute("lang") == journey.language
    page.locator(f'a.time[href*="{start.isoformat().replace("+", "%2B").replace(":", "%3A")}"]').click()
    page.fill("[name=name]", journey.name)
    page.fill("[name=email]", "customer@example.com")
    page.fill("[name=phone]", "+49 30 5550 100")
    page.locator("form button.button:not(.quiet)").click()
    page.wait_for_url("**/b/**")

    booking = Booking.objects.select_related("location", "service", "resource").get()
    assert booking.starts_at == start
    assert booking.name == journey.name
    work_off()
    booking = Booking.objects.select_related("location", "service", "resource").get()
    if journey.waits:
        assert agree(booking) == Result.APPLIED
        booking = Booking.objects.select_related("location", "service", "resource").get()
    assert booking.status == Status.ACCEPTED
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline(booking, journey.language))
    spoken = when.for_booking(booking).start
    expect(page.locator("time").first).to_contain_text(spoken.time)
    expect(page.locator("time").first).to_contain_text(spoken.date)

    letter = compose(Delivery.objects.filter(kind="confirmation").get())
    assert spoken.date in letter.subject
    assert spoken.date in letter.text
    assert spoken.time in letter.text

    page.locator("#cancel").click()
    page.locator("form button.danger").click()
    page.wait_for_url(re.compile(r"/b/[^/]+/$"))
    booking = Booking.objects.select_related("location", "service", "resource").get()
    assert booking.status == Status.CANCELLED
    expect(page.get_by_role("heading", level=1)).to_have_text(headline(booking, journey.language))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 if journey.has_script else True
