"""Campaigns in a real browser, by somebody who sees the desk for the first time."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect

from notifications.models import Delivery
from operations.attempts import Attempt
from operations.campaigns import running
from operations.campaigns.campaign import Campaign
from tests.desk.campaigns import standing
from tests.desk.campaigns.many import answer, change, dead
from tests.desk.test_browser import SIZES, complaints, findings, log_in

__all__ = ["complaints"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLICKS = 4  # from the desk: the list, treat these, show what it would do, start


class Hand:
    """Counts what a person clicks."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def click(self, role, name):
        self.clicks += 1
        self.page.get_by_role(role, name=name).first.click()


@pytest.fixture
def world():
    """A worker and a mail server that answer as fast as they can, until the test is over."""
    over = threading.Event()

    def go_round():
        while not over.is_set():
            Campaign.objects.active().exclude(status="scheduled").update(next_at=timezone.now())
            running.step()
            answer()
            over.wait(0.01)
        connection.close()

    thread = threading.Thread(target=go_round)
    yield thread.start
    over.set()
    if thread.ident:
        thread.join()


def time_to_undo_is_over():
    Campaign.objects.active().update(next_at=timezone.now() - timedelta(seconds=1))


def test_forty_messages_failed_at_noon_get_them_out_without_bothering_anyone_twice(
    page, live_server, complaints, world
):
    messages = dead(40)
    log_in(page, live_server, "front desk")
    page.goto(f"{live_server.url}/admin/desk/")
    hand = Hand(page)

    hand.click("link", "Messages that could not be delivered")
    hand.click("link", "Treat these 40 at once…")
    hand.click("button", "Show what it would do")
    expect(page.get_by_text("nobody gets anything twice")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text="40")).to_have_count(2)  # records, people
    page.get_by_label(re.compile("Reason")).first.fill("The mail server was down at noon and is back.")
    hand.click("button", "Start")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    change(messages[7], "settle", evidence="She was told on the telephone.")
    time_to_undo_is_over()
    world()

    expect(page.get_by_text("Every line of it is kept")).to_be_visible(timeout=60_000)
    expect(page.locator(".chip.good").first).to_have_text("Done")
    expect(page.get_by_role("row", name=re.compile("Resolved meanwhile"))).to_contain_text("1")
    sent = Attempt.objects.filter(outcome="done").values_list("effect_id", flat=True)
    assert sorted(sent) == sorted(each.pk for each in messages if each.pk != messages[7].pk)
    assert not Delivery.objects.filter(may_be_duplicate=True).exists()
    assert hand.clicks == CLICKS
    assert complaints == []


def test_a_second_thought_within_ten_seconds_undoes_it(page, live_server):
    dead(3)
    log_in(page, live_server, "front desk")
    page.goto(f"{live_server.url}/admin/desk/campaigns/new/notifications.dead/")
    page.get_by_role("button", name="Show what it would do").click()
    page.get_by_label(re.compile("Reason")).first.fill("In a hurry.")
    page.get_by_role("button", name="Start").click()

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Called off. What was done stays done")).to_be_visible()
    assert Delivery.objects.filter(status="dead").count() == 3


def test_a_nervous_double_press_starts_it_once(page, live_server):
    campaign = standing.prepared()
    log_in(page, live_server, "front desk")
    page.goto(f"{live_server.url}/admin/desk/campaigns/{campaign.pk}/")
    page.locator("#start-reason").fill("The mail server is back.")

    page.get_by_role("button", name="Start").dblclick(no_wait_after=True)

    expect(page.locator(".messagelist")).to_contain_text(re.compile("Done|Already done"))
    assert Campaign.objects.get().version == 2


def test_it_works_without_javascript(browser, live_server):
    dead(3)
    page = browser.new_context(java_script_enabled=False).new_page()
    log_in(page, live_server, "front desk")

    page.goto(f"{live_server.url}/admin/desk/notifications.dead/")
    page.get_by_role("link", name=re.compile("Treat these 3")).click()
    page.get_by_role("button", name="Show what it would do").click()
    page.locator("#start-reason").fill("The mail server is back.")
    page.get_by_role("button", name="Start").click()
    time_to_undo_is_over()
    running.step()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("The first 3 are tried")).to_be_visible()
    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_role("status").filter(has_text="Stopped: Stopped by hand.")).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_of_a_campaign_is_clean(page, live_server, complaints, size, scheme):
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    log_in(page, live_server)
    campaigns = {made: build().pk for made, build in BUILDERS.items()}
    paths = {made: f"/admin/desk/campaigns/{pk}/" for made, pk in campaigns.items()}
    paths |= {
        "choosing": "/admin/desk/campaigns/new/notifications.dead/",
        "list": "/admin/desk/campaigns/",
        "ledger": f"/admin/desk/campaigns/{campaigns['stopped']}/ledger/",
        "record": f"/admin/desk/operations.campaign_stopped/{campaigns['stopped']}/",
    }

    for name, path in paths.items():
        page.goto(live_server.url + path)

        assert findings(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], name
    assert complaints == []


BUILDERS = {
    "prepared": standing.prepared,
    "stopped": standing.stopped,
    "under way": standing.under_way,
}
