"""The pages of a campaign: nothing hidden before it begins, no press twice, nobody without permission."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notifications.models import Delivery
from operations import intents
from operations.campaigns import control
from operations.campaigns.campaign import Campaign
from operations.campaigns.ledger import CampaignItem
from operations.history import Event
from operations.repair import RecoveryAttempt
from tests.desk.campaigns import standing
from tests.desk.campaigns.many import DEAD, dead, fresh, prepared, press
from tests.desk.staff import client, messages, user
from tests.factories import BookingFactory, DeliveryFactory, advance
from tests.pages.visitor import Page

NEW = reverse("admin:desk_campaign_new", args=[DEAD])
pytestmark = pytest.mark.django_db


def opened(browser, path):
    return Page(browser.get(path), path)


def choose(browser, path=NEW, **changed):
    """Prepare a campaign by the form of the page; the answer."""
    form = next(form for form in opened(browser, path).forms if "request_id" in form.fields)
    return browser.post(NEW, form.fields | {"remedy": "retry"} | changed)


def buttons(browser, path):
    page = opened(browser, path)
    return {form.fields["remedy"]: form for form in page.forms if "remedy" in form.fields}


def path_of(campaign):
    return reverse("admin:desk_campaign", args=[campaign.pk])


def test_the_list_leads_to_it_with_its_narrowing():
    dead(2)
    browser = client("front desk")

    page = opened(browser, f"/admin/desk/{DEAD}/?show=unclaimed")

    assert f"{NEW}?show=unclaimed" in page.links
    assert "Treat these 2 at once" in page.text


def test_choosing_does_nothing_yet_and_shows_what_it_would_do():
    for name in ("a", "a", "b"):
        DeliveryFactory(dead=True, booking=None, recipient=f"{name}@example.com")
    browser = client("front desk")

    response = choose(browser)
    page = opened(browser, response["Location"])

    assert response.status_code == 303
    assert "Records treated 3" in page.text
    assert "People 2 1 is concerned more than once" in page.text
    assert "Second copies 0 nobody gets anything twice" in page.text
    assert not RecoveryAttempt.objects.exists()
    assert Campaign.objects.get().status == "previewed"


def test_what_cannot_be_treated_is_left_out_with_the_reason():
    too_late, *_ = dead(3)
    Delivery.objects.filter(pk=too_late.pk).update(not_after=timezone.now() - timedelta(hours=1))

    browser = client("front desk")
    page = opened(browser, choose(browser)["Location"])

    assert "It would come too late 1" in page.text
    assert "Records treated 2" in page.text


def test_second_copies_are_counted():
    DeliveryFactory(unknown=True)

    campaign = prepared("notifications.unknown", "send_copy")

    assert "Second copies 1" in opened(client("owner"), path_of(campaign)).text


def test_it_can_be_narrowed_before():
    dead(2)
    dead(3, kind="reminder")
    browser = client("front desk")

    page = opened(browser, f"{NEW}?kind=reminder")
    response = choose(browser, f"{NEW}?kind=reminder")

    assert "What to do to these 3" in page.text
    assert CampaignItem.objects.count() == 3
    assert Campaign.objects.get().chosen_by == {"kind": "reminder"}
    assert response.status_code == 303


def test_pressing_prepare_twice_prepares_once():
    dead(2)
    browser = client("front desk")
    request_id = intents.issue()

    first, second = (choose(browser, request_id=request_id) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Campaign.objects.count() == 1


def test_from_preparing_to_undoing_by_the_pages_alone():
    dead(2)
    browser = client("front desk")
    path = choose(browser)["Location"]

    start = buttons(browser, path)["start"]
    response = browser.post(path, start.fields | {"reason": "The server is back."})
    assert response["Location"] == path
    assert Campaign.objects.get().status == "scheduled"

    undo = buttons(browser, path)["stop"]
    assert "Undo" in opened(browser, path).text
    browser.post(path, undo.fields)
    assert Campaign.objects.get().status == "cancelled"
    assert "Called off" in opened(browser, path).text


def test_starting_takes_a_reason():
    campaign = prepared_over(1)
    browser = client("front desk")
    form = buttons(browser, path_of(campaign))["start"]

    response = browser.post(path_of(campaign), form.fields | {"reason": " "})

    assert response.status_code == 422
    assert "Please fill in: the reason" in Page(response, "").text
    assert fresh(campaign).status == "previewed"


@pytest.mark.parametrize("code", ["start", "stop"])
def test_pressing_a_button_twice_does_it_once(code):
    campaign = prepared_over(1) if code == "start" else standing.under_way()
    browser = client("front desk")
    form = buttons(browser, path_of(campaign))[code]
    data = form.fields | {"reason": "once"}

    first, second = (browser.post(path_of(campaign), data) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert "Nothing was done twice" in messages(second)
    assert Event.objects.of(campaign).filter(reason="once").count() == 1


def test_a_stop_holds_although_it_has_gone_on_since_the_page_was_shown():
    campaign = standing.campaign(standing.STARTED, ("set_out", {}))
    browser = client("front desk")
    form = buttons(browser, path_of(campaign))["stop"]
    advance(campaign, "go_on")

    response = browser.post(path_of(campaign), form.fields)

    assert response.status_code == 303
    assert fresh(campaign).status == "stopped"


def test_what_was_prepared_twice_can_be_started_once():
    first, second = prepared_over(1), prepared()

    assert press(first, control.START).result == "applied"
    outcome = press(second, control.START)

    assert (outcome.result, fresh(second).status) == ("refused", "previewed")
    assert "One runs at a time" in outcome.message


def test_without_permission_there_is_no_button_and_a_press_is_written_down():
    campaign = prepared_over(1)
    form = buttons(client("owner"), path_of(campaign))["start"]
    auditor = client("auditor")

    assert buttons(auditor, path_of(campaign)) == {}
    response = auditor.post(path_of(campaign), form.fields | {"reason": "trying"})

    assert response.status_code == 403
    assert fresh(campaign).status == "previewed"
    tried = RecoveryAttempt.objects.get()
    assert (tried.subject_id, tried.remedy, tried.result) == (campaign.pk, "start", "refused")


def test_preparing_takes_the_permission_of_the_remedy():
    dead(1)
    browser = client("auditor")
    page = opened(browser, NEW)

    response = browser.post(NEW, {"remedy": "retry", "request_id": intents.issue()})

    assert "You may read this and not change it." in page.text
    assert response.status_code == 403
    assert not Campaign.objects.exists()
    assert RecoveryAttempt.objects.get().result == "refused"


def test_whoever_may_press_buttons_but_not_this_one_cannot_start_it():
    campaign = prepared_over(1)
    clerk = user("newcomer")
    for code in ("view_campaign", "recover"):
        clerk.user_permissions.add(Permission.objects.get(codename=code))

    outcome = press(campaign, control.START, clerk)

    assert (outcome.result, fresh(campaign).status) == ("refused", "previewed")
    assert "not permitted" in outcome.message
    browser = Client()
    browser.force_login(clerk)
    assert browser.get(path_of(campaign)).status_code == 403


@pytest.mark.parametrize("role", ["newcomer", "presser"])
def test_whoever_may_not_see_the_records_sees_no_campaign(role):
    campaign, browser = prepared_over(1), client(role)

    for path in (path_of(campaign), f"{path_of(campaign)}ledger/", f"{path_of(campaign)}progress/", NEW):
        assert browser.get(path).status_code == 403, path


def test_the_ledger_tells_each_line():
    campaign = prepared_over(60)
    browser = client("auditor")

    first = opened(browser, f"{path_of(campaign)}ledger/")
    following = next(link for link in first.links if "after=" in link)
    second = opened(browser, f"{path_of(campaign)}ledger/{following}")

    assert first.text.count("@example.com") == 50
    assert second.text.count("@example.com") == 10


def test_the_part_that_refreshes_asks_for_the_whole_page_when_the_state_has_changed():
    campaign = standing.under_way()
    browser = client("auditor")
    path = f"{path_of(campaign)}progress/?version={campaign.version}"

    assert "HX-Refresh" not in browser.get(path).headers
    advance(campaign, "set_out")
    assert browser.get(path)["HX-Refresh"] == "true"


def test_bad_addresses_and_fields_are_answered():
    campaign, browser = prepared_over(1), client("owner")

    assert browser.get("/admin/desk/campaigns/new/no.such/").status_code == 404
    assert browser.get("/admin/desk/campaigns/999999/").status_code == 404
    assert browser.post(NEW, {}).status_code == 422
    assert browser.post(NEW, {"remedy": "retry", "request_id": "forged"}).status_code == 409
    assert browser.get(f"{NEW}?hours=x&kind=%00&location=nowhere").status_code == 200
    assert browser.get(f"{path_of(campaign)}ledger/?after=x&state=y").status_code == 200
    assert browser.post(path_of(campaign), {"remedy": "explode"}).status_code == 400
    assert browser.put(path_of(campaign)).status_code == 405


def test_bookings_can_be_treated_too():
    for _ in range(3):
        BookingFactory(failed=True)

    campaign = prepared("bookings.failed", "retry")

    page = opened(client("owner"), path_of(campaign))
    assert "Records treated 3" in page.text
    assert "People 3" in page.text


def test_a_list_that_is_empty_meanwhile_is_said_so():
    browser = client("owner")

    response = browser.post(NEW, {"remedy": "retry", "request_id": intents.issue()})

    assert response.status_code == 409
    assert "nothing left to treat" in Page(response, "").text


def prepared_over(number):
    dead(number)
    return prepared()
