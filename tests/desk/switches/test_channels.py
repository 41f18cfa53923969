"""Channels at the desk: each with its state, paused and released once, with reason, name and trace."""

import pytest
from django.contrib.auth.models import User

from notifications import channels
from notifications.models import Channel, Delivery, WebhookEndpoint
from notifications.webhooks import switching
from operations import intents, switches
from operations.errors import ConfigurationError
from operations.repair import RecoveryAttempt
from tests.desk.staff import client, messages
from tests.desk.switches.pressing import CHANNELS, form, offered, press, somebody_with
from tests.factories import DeliveryFactory
from tests.pages.visitor import Page
from tests.racing import race

pytestmark = pytest.mark.django_db


def text(browser):
    return Page(browser.get(CHANNELS), CHANNELS).text


def test_a_pause_says_who_why_and_since_when():
    browser = client("operator")

    assert press(browser, CHANNELS, "pause", reason="The provider moves.").status_code == 303

    assert channels.find("email").is_paused
    assert "Paused by operator" in text(browser)
    assert "“The provider moves.”" in text(browser)


def test_a_release_opens_it():
    channels.pause("email", "a storm")
    browser = client("operator")
    press(browser, CHANNELS, "release")

    assert not channels.find("email").is_closed
    assert "It is open" not in text(browser)


@pytest.mark.parametrize("switch", ["pause", "release"])
def test_the_same_press_twice_is_one(switch):
    if switch == "release":
        channels.pause("email", "a storm")
    browser = client("operator")
    fields = form(browser, CHANNELS, switch).fields | {"reason": "A storm."}
    browser.post(CHANNELS, fields)
    before = Channel.objects.values().get()
    again = browser.post(CHANNELS, fields)

    assert again.status_code == 303
    assert "Nothing was done twice" in messages(again)
    assert Channel.objects.values().get() == before
    assert RecoveryAttempt.objects.get().result == "applied"


def test_a_press_from_an_old_page_changes_nothing_and_keeps_what_was_typed():
    browser = client("operator")
    fields = form(browser, CHANNELS, "pause").fields | {"reason": "My own words."}
    channels.pause("email", "somebody was faster")
    channels.release("email", "and over")
    answer = browser.post(CHANNELS, fields)

    assert answer.status_code == 409
    assert "It has changed since you opened the page" in answer.content.decode()
    assert 'value="My own words."' in answer.content.decode()
    assert not channels.find("email").is_closed
    assert RecoveryAttempt.objects.get().result == "stale"


def test_a_reason_is_needed():
    answer = press(client("operator"), CHANNELS, "pause", reason=" ")

    assert answer.status_code == 422
    assert not channels.find("email").is_closed


def test_a_form_without_its_number_does_nothing():
    fields = form(client("operator"), CHANNELS, "pause").fields
    answer = client("owner").post(CHANNELS, fields | {"reason": "x", "request_id": "made up"})

    assert answer.status_code == 400
    assert not channels.find("email").is_closed


@pytest.mark.parametrize("role", ["auditor", "front desk"])
def test_who_may_not_gets_no_button_and_a_try_is_refused_and_kept(role):
    fields = form(client("operator"), CHANNELS, "pause").fields | {"reason": "just trying"}
    browser = client(role)

    assert offered(browser, CHANNELS) == set()
    assert browser.post(CHANNELS, fields).status_code == 403
    trace = RecoveryAttempt.objects.get()
    assert (trace.remedy, trace.result, trace.message) == ("pause", "refused", "permission denied")
    assert not channels.find("email").is_closed


def test_the_permission_is_one_of_its_own():
    assert offered(somebody_with("operate", "recover"), CHANNELS) == set()


def test_somebody_without_the_permission_to_look_is_told_so():
    assert client("newcomer").get(CHANNELS).status_code == 403


def test_looking_makes_no_channel():
    client("operator").get(CHANNELS)

    assert not Channel.objects.exists()


def test_the_shift_log_tells_of_it_and_the_desk_leads_there():
    browser = client("operator")
    press(browser, CHANNELS, "pause", reason="The provider moves.")
    log = Page(browser.get("/admin/desk/shift/"), "").text

    assert "operator : Pause" in log
    assert "“The provider moves.”" in log
    assert CHANNELS in Page(browser.get("/admin/desk/"), "").links


def test_a_misconfiguration_is_told_apart_from_a_pause_and_can_be_released():
    channels.take_failure("email", DeliveryFactory(), ConfigurationError("535 bad credentials"))
    browser = client("operator")

    assert "Paused by itself" in text(browser)
    assert "535 bad credentials" in text(browser)
    assert offered(browser, CHANNELS) == {"pause", "release", "send_test"}


def test_held_messages_are_counted_and_explained():
    DeliveryFactory.create_batch(3)
    channels.pause("email", "a storm")
    channels.hold_due(channels.find("email"))
    page = Page(client("operator").get(CHANNELS), CHANNELS)

    assert "Held: 3." in page.text
    [link] = [link for link in page.links if "status__exact=held" in link]
    assert client("owner").get(link).content.decode().count("field-recipient") >= 3


def test_a_test_message_goes_to_whoever_asks():
    browser = somebody_with("switch_channel")
    press(browser, CHANNELS, "send_test")

    assert Delivery.objects.get().recipient == User.objects.get().email


def test_a_test_message_needs_an_address():
    answer = press(client("operator"), CHANNELS, "send_test")

    assert answer.status_code == 409
    assert not Delivery.objects.exists()


def test_the_channel_of_a_disabled_endpoint_is_opened_by_enabling_that():
    endpoint = WebhookEndpoint.objects.create(url="https://example.com/h", description="The CRM")
    switching.disable(endpoint, "it moves")
    browser = client("operator")
    fields = form(browser, CHANNELS, "pause", "email").fields

    assert "Webhooks: The CRM" in text(browser)
    answer = browser.post(CHANNELS, fields | {"switch": "release", "record": endpoint.channel, "reason": "x"})
    assert answer.status_code == 409
    assert channels.find(endpoint.channel).is_closed


@pytest.mark.django_db(transaction=True)
def test_eight_people_who_release_at_once_release_it_once():
    channels.pause("email", "a storm")
    channel, switch = channels.find("email"), switches.of(Channel)["release"]
    seen = switch.mark(channel)

    def release(_number):
        number = intents.read(intents.issue(), switch.scope)
        return switches.press(
            switches.Press(
                switch=switch, record=channel, request=number, seen=seen, user_id=1, reason="it is over"
            )
        )

    outcomes = race(8, release)

    assert sum(isinstance(outcome, switches.Done) for outcome in outcomes) == 1
    assert not channels.find("email").is_closed
    assert RecoveryAttempt.objects.filter(result="applied").count() == 1
