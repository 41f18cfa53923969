"""A wrong password in the settings, in a real browser: held, explained, put right, released, sent once."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import expect

from bookings.clients import ApiClient
from notifications import channels, work
from notifications.models import Delivery, WebhookEndpoint
from tests.desk.test_browser import RULES, SIZES, complaints, log_in  # noqa: F401 - a fixture
from tests.factories import DeliveryFactory
from tests.misbehaving_smtp import MisbehavingSMTP, settings_for
from tests.notifications.checker import check_against

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHANNELS = "/admin/desk/channels/"


@pytest.fixture
def server(settings):
    with MisbehavingSMTP(login=("holdfast", "right")) as strict:
        settings_for(strict, settings)
        yield strict


def drain_all():
    """As a worker does: until nothing is due that it could do something about."""
    for _round in range(50):
        if not work.drain() and work.due_since() is None:
            return
    raise AssertionError("it never ends")


def test_a_wrong_password_holds_everything_until_it_is_put_right_and_released(
    server, settings, page, live_server
):
    settings.EMAIL_HOST_PASSWORD = "wrong"
    DeliveryFactory.create_batch(30)
    drain_all()
    log_in(page, live_server)

    page.goto(live_server.url + CHANNELS)
    mail = page.locator('[data-channel="email"]')
    expect(mail).to_have_attribute("data-channel-status", "paused")
    expect(mail.get_by_text("paused: our set-up is wrong")).to_be_visible()
    expect(mail.get_by_text("bad credentials").first).to_be_visible()
    expect(mail.get_by_text("Held: 30.")).to_be_visible()
    assert set(Delivery.objects.values_list("status", "attempts")) == {("held", 0)}
    assert server.received == []

    settings.EMAIL_HOST_PASSWORD = "right"
    way = mail.get_by_role("form", name="Release")
    way.get_by_label("Reason").fill("The password is right now.")
    way.get_by_role("button", name="Release").click()
    expect(page.get_by_text("The channel is open. What it held leaves now.")).to_be_visible()
    drain_all()

    page.goto(live_server.url + CHANNELS)
    expect(mail).to_have_attribute("data-channel-status", "open")
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
    assert len({mail.message_id for mail in server.received}) == len(server.received) == 30
    check_against(server)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_pages_of_switches_are_clean(page, live_server, complaints, size, scheme):  # noqa: F811
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)
    log_in(page, live_server)
    channels.pause("email", "The provider moves its servers tonight.", by=User.objects.get().pk)
    endpoint = WebhookEndpoint.objects.create(url="https://crm.example.com/hooks/1", description="The CRM")
    guide = ApiClient(slug="city-guide", name="City guide")
    guide.renew_key()
    guide.save()

    for path in (
        CHANNELS,
        "/admin/notifications/webhookendpoint/add/",
        f"/admin/notifications/webhookendpoint/{endpoint.pk}/change/",
        "/admin/bookings/apiclient/add/",
        f"/admin/bookings/apiclient/{guide.pk}/change/",
    ):
        page.goto(live_server.url + path)
        found = Axe().run(page, options=RULES).response["violations"]

        assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    assert complaints == []
