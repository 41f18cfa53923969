"""Three tasks of a shift, done by somebody who has only the desk, and what axe says of its pages."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from operations import engine
from operations.errors import PermanentError
from operations.incidents import Incident
from operations.people.claims import Claim
from operations.people.pledges import Pledge
from tests.desk.people.acting import act, browser_of, somebody
from tests.factories import BookingFactory, DeliveryFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what else axe could tell takes it half as long again
}
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 320, "height": 640}}
PICTURES = os.environ.get("HOLDFAST_PICTURES", "")  # a folder to look at the pages in


class Person:
    """Somebody at the desk, whose clicks are counted."""

    def __init__(self, page, live_server, user):
        session = browser_of(user).cookies["sessionid"].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        self.page, self.clicks = page, 0
        page.goto(f"{live_server.url}/admin/desk/")

    def click(self, role, name):
        self.clicks += 1
        self.page.get_by_role(role, name=re.compile(name)).first.click()

    def open(self, summary):
        self.clicks += 1
        self.page.locator("summary", has_text=summary).click()

    def sees(self, text):
        expect(self.page.get_by_text(text).first).to_be_visible()


def fail(delivery):
    with transaction.atomic():
        for leased in engine.claim(type(delivery), delivery.channel, 100):
            engine.record_failure(
                leased, PermanentError("550 <a@b.example>: no such user", external_code="550")
            )


@pytest.fixture
def busy(transactional_db):
    """A shift in the middle of things: claims, notes, promises due and to come, a pause, an incident."""
    anna, bert = somebody("Anna"), somebody("Bert")
    annas, failed = browser_of(anna), "bookings.failed"
    soon = timezone.now() + timedelta(hours=20)
    for _ in range(3):
        delivery = DeliveryFactory(booking=BookingFactory(accepted=True, starts_at=soon))
    fail(delivery)
    booking = BookingFactory(failed=True, name="Clara Berg")
    promised = f"{timezone.now() + timedelta(hours=5):%Y-%m-%dT%H:%M}"
    act(annas, booking, "claim", failed)
    act(annas, booking, "note", failed, text="She only wants Tuesdays, and asks for Miriam.")
    act(annas, booking, "promise", failed, text="Call her back about Tuesday.", due_at=promised)
    act(annas, delivery, "claim")
    other = BookingFactory(failed=True, name="Dora Later")
    act(annas, other, "snooze", failed, reason="She is on a plane until tomorrow.")
    Pledge.objects.create(
        subject_model="bookings.booking",
        subject_id=other.pk,
        user_id=anna.pk,
        condition=failed,
        text="Write when the stylist is back.",
        due_at=timezone.now() - timedelta(minutes=5),
    )
    [left] = [annas.get("/admin/desk/handover/").context["leave_id"]]
    annas.post(
        "/admin/desk/handover/",
        {
            "request_id": left,
            "unusual": "The mail host refuses some addresses.",
            "watch": "Whether it goes on.",
            "promised": "Two call-backs.",
        },
    )
    return {
        "anna": anna,
        "bert": bert,
        "booking": booking,
        "resting": other,
        "incident": Incident.objects.get(),
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_clean(busy, page, live_server, size, scheme):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    Person(page, live_server, busy["bert"])

    for name, path in {
        "overview": "/admin/desk/",
        "list": "/admin/desk/bookings.failed/",
        "resting list": "/admin/desk/bookings.failed/?show=snoozed",
        "empty list": "/admin/desk/bookings.failed/?show=mine",
        "record": f"/admin/desk/bookings.failed/{busy['booking'].pk}/",
        "resting": f"/admin/desk/bookings.failed/{busy['resting'].pk}/",
        "incidents": "/admin/desk/incidents/",
        "closed": "/admin/desk/incidents/?show=closed",
        "incident": f"/admin/desk/incidents/{busy['incident'].pk}/",
        "handover": "/admin/desk/handover/",
        "shift": "/admin/desk/shift/",
    }.items():
        page.goto(live_server.url + path)
        for summary in page.locator(".more summary").all():
            summary.click()

        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{size}-{scheme}.png", full_page=True)
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], name
    assert complaints == []


def test_hand_your_open_matters_to_the_evening_shift(page, live_server):
    anna, bert = somebody("Anna"), somebody("Bert")
    for _ in range(2):
        act(browser_of(anna), DeliveryFactory(dead=True), "claim")

    early = Person(page, live_server, anna)
    early.click("link", "^Hand-over$")
    page.get_by_label("What is unusual?").fill("The heating is off.")
    early.click("button", "^Hand over$")
    early.sees("Your matters stay yours until somebody takes over.")

    late = Person(page, live_server, bert)
    late.sees("Anna has handed over.")
    late.click("link", "Look at the hand-over")
    late.sees("The heating is off.")
    late.click("button", "Take over 2 matters")
    late.sees("2 matters are yours now.")

    assert Claim.objects.held_by(bert.pk).count() == 2
    assert (early.clicks, late.clicks) == (2, 2)


def test_who_is_on_this(page, live_server):
    anna, bert = somebody("Anna"), somebody("Bert")
    booking = BookingFactory(failed=True, name="Clara Berg")
    act(browser_of(anna), booking, "claim", "bookings.failed")

    asking = Person(page, live_server, bert)
    asking.sees("Anna is on it")
    asking.click("link", "Clara Berg")
    asking.click("button", "Take over from Anna")
    asking.sees("You have taken it over.")

    assert asking.clicks == 2
    assert Claim.objects.in_force().get().user_id == bert.pk
    expect(page.locator(".timeline")).to_contain_text("Taken over")


def test_promise_a_call_back_and_see_it_come_due(page, live_server):
    BookingFactory(failed=True, name="Clara Berg")

    anna = Person(page, live_server, somebody("Anna"))
    anna.click("link", "Clara Berg")
    anna.open("Promise something to the customer")
    page.get_by_label("What was promised").fill("Call her back about Tuesday.")
    anna.click("button", "Promise it")
    anna.sees("The promise is written down.")
    assert anna.clicks == 3
    Pledge.objects.update(due_at=timezone.now() - timedelta(minutes=1))  # an hour or two go by

    bert = Person(page, live_server, somebody("Bert"))
    bert.sees("Promised to customers, and due")
    bert.sees("Call her back about Tuesday.")
    bert.click("link", "Clara Berg")
    bert.click("button", "It is done")
    bert.sees("The promise is kept.")
    assert bert.clicks == 2
    assert Pledge.objects.get().kept_at is not None


def test_agreeing_works_without_a_script(browser, live_server):
    booking = BookingFactory(failed=True, name="Clara Berg")
    page = browser.new_context(java_script_enabled=False).new_page()

    anna = Person(page, live_server, somebody("Anna"))
    anna.click("link", "Clara Berg")
    anna.click("button", "^I am on it$")
    anna.sees("You are on it.")
    anna.open("Write a note")
    page.get_by_label("For whoever looks at this next").fill("Tuesdays only.")
    anna.click("button", "Keep the note")
    anna.sees("Your note is kept.")

    assert Claim.objects.of(booking).in_force().exists()
