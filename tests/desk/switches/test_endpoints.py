"""Endpoints of other systems at the desk: added, rotated, tested, replayed and turned off, never deleted."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications import channels
from notifications.models import Delivery, WebhookEndpoint
from notifications.webhooks import announcing, endpoint_switches
from operations import intents, reach, roles, switches
from operations.errors import Refusal
from operations.repair import RecoveryAttempt
from operations.switches import Press
from tests.access.test_places import staff
from tests.desk.staff import client, messages
from tests.desk.switches.pressing import form, offered, press, somebody_with
from tests.factories import BookingFactory, LocationFactory
from tests.pages.visitor import Page
from tests.signing_in import browser_of

LIST, ADD = "/admin/notifications/webhookendpoint/", "/admin/notifications/webhookendpoint/add/"
SECRET_PATH = "/hooks/t0p-s3cret"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_listens_yet():
    announcing.forget_listeners()
    yield
    announcing.forget_listeners()


@pytest.fixture
def endpoint():
    return WebhookEndpoint.objects.create(url=f"https://crm.example.com{SECRET_PATH}", description="The CRM")


def page_of(endpoint):
    return f"{LIST}{endpoint.pk}/change/"


def filled(browser, **typed):
    fields = Page(browser.get(ADD), ADD).form(having="url").fields
    return fields | {"url": "https://192.0.2.7/hook", "description": "The CRM"} | typed


@pytest.fixture
def anywhere(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True


@pytest.mark.usefixtures("anywhere")
def test_adding_shows_the_secret_once():
    browser = client("owner")
    answer = browser.post(ADD, filled(browser, event_types=["booking.accepted"]))
    endpoint = WebhookEndpoint.objects.get()

    assert answer.status_code == 200
    assert endpoint.secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert endpoint.event_types == ["booking.accepted"]
    for path in (LIST, page_of(endpoint), "/admin/desk/shift/"):
        assert endpoint.secret not in browser.get(path).content.decode()
    assert RecoveryAttempt.objects.get().remedy == "add"


@pytest.mark.usefixtures("anywhere")
def test_the_same_form_twice_adds_one_and_shows_nothing_again():
    browser = client("owner")
    fields = filled(browser)
    browser.post(ADD, fields)
    again = browser.post(ADD, fields)

    assert again.status_code == 303
    assert "Nothing was done twice" in messages(again)
    assert WebhookEndpoint.objects.count() == 1


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "https://[::1]/x", "https://10.1.2.3/x", "http://1.1.1.1/x"]
)
def test_an_address_within_our_own_network_is_refused(url):
    browser = client("owner")
    answer = browser.post(ADD, filled(browser, url=url))

    assert answer.status_code == 422
    assert not WebhookEndpoint.objects.exists()


def test_a_public_address_is_taken():
    browser = client("owner")

    assert browser.post(ADD, filled(browser, url="https://1.1.1.1/x")).status_code == 200


def test_only_the_host_is_ever_shown(endpoint):
    browser = client("owner")

    for path in (LIST, page_of(endpoint)):
        body = browser.get(path).content.decode()
        assert "crm.example.com" in body
        assert SECRET_PATH not in body


def test_rotating_shows_the_new_secret_once_and_both_sign(endpoint):
    browser = client("owner")
    answer = press(browser, page_of(endpoint), "rotate")
    fresh = WebhookEndpoint.objects.get()

    assert fresh.secret in answer.content.decode()
    assert fresh.secrets == (fresh.secret, endpoint.secret)
    later = browser.get(page_of(endpoint)).content.decode()
    assert fresh.secret not in later
    assert endpoint.secret not in later


def test_a_rotation_pressed_twice_makes_one_secret(endpoint):
    browser = client("owner")
    fields = form(browser, page_of(endpoint), "rotate").fields | {"reason": "it leaked"}
    browser.post(page_of(endpoint), fields)
    made = WebhookEndpoint.objects.get().secret
    again = browser.post(page_of(endpoint), fields)

    assert again.status_code == 303
    assert WebhookEndpoint.objects.get().secret == made


def test_two_people_do_not_rotate_one_after_the_other(endpoint):
    browser = client("owner")
    stale = form(browser, page_of(endpoint), "rotate").fields | {"reason": "it leaked"}
    press(browser, page_of(endpoint), "rotate")
    made = WebhookEndpoint.objects.get().secret

    assert browser.post(page_of(endpoint), stale).status_code == 409
    assert WebhookEndpoint.objects.get().secret == made


def test_it_is_disabled_and_enabled_with_a_reason(endpoint):
    browser = client("operator")
    press(browser, page_of(endpoint), "disable", reason="Their server moves.")
    assert not WebhookEndpoint.objects.get().is_enabled
    assert channels.find(endpoint.channel).is_closed
    assert "Their server moves." in Page(browser.get(page_of(endpoint)), "").text

    press(browser, page_of(endpoint), "enable", reason="It has moved.")
    assert WebhookEndpoint.objects.get().is_enabled
    assert not channels.find(endpoint.channel).is_closed


def test_a_test_event_leaves(endpoint):
    press(client("operator"), page_of(endpoint), "send_test")

    assert Delivery.objects.get().kind == "webhook.test"


def test_a_replay_sends_again_what_was_sent_since(endpoint):
    BookingFactory()
    announcing.announce_all()
    Delivery.objects.filter(channel=endpoint.channel).delete()
    browser = client("operator")
    since = (timezone.now() - timedelta(hours=1)).isoformat(" ", "minutes")
    fields = form(browser, page_of(endpoint), "replay").fields | {"reason": "They lost it.", "since": since}

    answer = browser.post(page_of(endpoint), fields)
    browser.post(page_of(endpoint), fields)

    assert answer.status_code == 303
    assert Delivery.objects.filter(channel=endpoint.channel).count() == 1
    assert RecoveryAttempt.objects.get().reason == "They lost it."


@pytest.mark.parametrize("since", ["yesterday", "2999-01-01"])
def test_a_replay_needs_a_moment_that_has_been(endpoint, since):
    answer = press(client("operator"), page_of(endpoint), "replay", since=since)

    assert answer.status_code == 409
    assert not Delivery.objects.exists()


def test_its_last_messages_and_failures_lead_to_their_records(endpoint):
    browser = client("operator")
    press(browser, page_of(endpoint), "send_test")
    Delivery.objects.update(failure_class="transient", failure_text="It could not be reached.")
    page = Page(browser.get(page_of(endpoint)), "")

    assert page.links.count(f"/admin/notifications/delivery/{Delivery.objects.get().pk}/change/") == 2
    assert "It could not be reached." in page.text


@pytest.mark.parametrize("switch", ["rotate", "disable", "send_test", "replay"])
def test_each_act_takes_its_permission_and_a_try_without_it_is_kept(endpoint, switch):
    fields = form(client("operator"), page_of(endpoint), switch).fields | {
        "reason": "x",
        "since": "2026-01-01",
    }
    browser = client("front desk")
    before = WebhookEndpoint.objects.values().get()

    assert offered(browser, page_of(endpoint)) == set()
    assert browser.post(page_of(endpoint), fields).status_code == 403
    assert (RecoveryAttempt.objects.get().remedy, RecoveryAttempt.objects.get().result) == (switch, "refused")
    assert WebhookEndpoint.objects.values().get() == before


def test_permissions_are_given_one_by_one(endpoint):
    browser = somebody_with("replay_webhookendpoint")

    assert offered(browser, page_of(endpoint)) == {"send_test", "replay"}


def test_adding_takes_its_permission():
    fields = filled(client("owner"))
    browser = client("operator")

    assert browser.get(ADD).status_code == 403
    assert browser.post(ADD, fields).status_code == 403
    assert RecoveryAttempt.objects.get().message == "permission denied"
    assert not WebhookEndpoint.objects.exists()


def add_at(browser, slug):
    """The form as somebody unlimited got it, sent with this place."""
    fields = {"url": "https://192.0.2.7/hook", "includes_customer": "on", "request_id": intents.issue()}
    return browser.post(ADD, fields | {"location": slug})


@pytest.mark.usefixtures("anywhere")
def test_somebody_of_one_place_adds_one_for_that_place_only():
    ours, theirs = LocationFactory(), LocationFactory()
    browser = browser_of(staff(ours, role=roles.OWNER))

    offered = browser.get(ADD).content.decode()
    refused = [add_at(browser, slug).status_code for slug in ("", theirs.slug)]
    taken = add_at(browser, ours.slug)

    assert ours.name in offered
    assert theirs.name not in offered
    assert "everywhere" not in offered
    assert (refused, taken.status_code) == ([422, 422], 200)
    assert WebhookEndpoint.objects.get().location == ours.slug


@pytest.fixture
def looking():
    person = staff(LocationFactory(), role=roles.OWNER)
    reach.look_as(person)
    yield person
    reach.look_as(None)


def test_nobody_makes_what_they_could_not_look_at(looking):
    fields = {"url": "https://192.0.2.7/hook", "location": ""}
    number = intents.read(intents.issue(), endpoint_switches.ADD.scope)
    pressed = Press(
        switch=endpoint_switches.ADD, record=None, request=number, seen="", user_id=looking.pk, answers=fields
    )

    with pytest.raises(Refusal, match="not yours"):
        switches.press(pressed)

    assert not WebhookEndpoint.objects.exists()


@pytest.mark.usefixtures("anywhere")
def test_a_place_that_is_none_is_refused():
    LocationFactory(slug="riverside")

    assert add_at(client("owner"), "no-such-place").status_code == 422
    assert not WebhookEndpoint.objects.exists()


def test_nobody_deletes_one(endpoint):
    assert client("owner").post(f"{LIST}{endpoint.pk}/delete/", {"post": "yes"}).status_code == 403
    assert WebhookEndpoint.objects.exists()


def test_a_replay_from_a_page_of_yesterday_sends_nothing(endpoint):
    BookingFactory()
    announcing.announce_all()
    before = Delivery.objects.count()
    browser = client("operator")
    fields = form(browser, page_of(endpoint), "replay").fields | {"reason": "x", "since": "2026-01-01"}
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        browser = client("owner")
        answer = browser.post(page_of(endpoint), fields)

    assert answer.status_code == 409
    assert Delivery.objects.count() == before
