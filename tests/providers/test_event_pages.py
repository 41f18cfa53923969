"""What staff see of reports, what start-up refuses, and what is forgotten of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.checks import run_checks
from django.utils import timezone

from notifications.forgetting import REPORTS
from notifications.models import Delivery, ProviderEvent
from notifications.providers import applying, returned_mail
from operations.retention import running
from tests.desk.staff import client
from tests.factories import DeliveryFactory
from tests.providers import bounces

pytestmark = pytest.mark.django_db
LIST = "/admin/notifications/providerevent/"


def forget_wording():
    return running.run(REPORTS)


def reported(delivery):
    returned_mail.take(bounces.postfix(delivery))
    while applying.drain():
        pass
    return ProviderEvent.objects.get()


def unmatched(**fields):
    told = {"provider": "mailgun", "event_id": "1", "kind": "bounced", "raw": "{}", "fate": "unmatched"}
    return ProviderEvent.objects.create(**(told | fields))


def found():
    return [message.id for message in run_checks() if message.id.startswith("notifications.")]


def test_a_report_leads_to_its_message_and_folds_its_wording_away():
    delivery = DeliveryFactory(done=True)
    event = reported(delivery)
    page = client("auditor").get(f"{LIST}{event.pk}/change/").content.decode()

    assert f'href="/admin/notifications/delivery/{delivery.pk}/change/"' in page
    assert page.index("<details") < page.index("Reporting-MTA") < page.index("</details>")
    assert 'name="_save"' not in page


def test_the_list_shows_those_that_fit_no_message():
    unmatched(recipient="lost@example.com")
    unmatched(event_id="2", recipient="waiting@example.com", fate="waiting")
    browser = client("auditor")

    only = browser.get(LIST, {"fate__exact": "unmatched"}).content.decode()
    waiting = browser.get(LIST, {"fate__exact": "waiting"}).content.decode()
    assert ("lost@example.com" in only, "waiting@example.com" in only) == (True, False)
    assert ("lost@example.com" in waiting, "waiting@example.com" in waiting) == (False, True)


def test_the_list_costs_the_same_however_many_messages_it_names(django_assert_max_num_queries):
    for number in range(8):
        unmatched(event_id=f"n{number}", fate="applied", delivery=DeliveryFactory(done=True))
    browser = client("auditor")

    with django_assert_max_num_queries(25):
        browser.get(LIST)


@pytest.mark.parametrize("fate", ["applied", "no_news", "closed"])
def test_settled_reports_lose_their_wording_after_a_while(fate):
    event = unmatched(fate=fate)
    assert forget_wording() == 0

    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert (forget_wording(), forget_wording()) == (1, 0)

    assert (ProviderEvent.objects.get().raw, ProviderEvent.objects.get().event_id) == ("", event.event_id)


@pytest.mark.parametrize("fate", ["unmatched", "unreadable", "waiting"])
def test_open_reports_are_kept_word_by_word(fate):
    unmatched(fate=fate)

    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert forget_wording() == 0

    assert ProviderEvent.objects.get().raw == "{}"


def test_how_long_is_a_setting(settings):
    unmatched(fate="applied", received_at=timezone.now() - timedelta(hours=2))
    settings.HOLDFAST = replace(settings.HOLDFAST, report_raw_retention_seconds=3600)

    assert forget_wording() == 1


def test_a_report_about_anything_but_mail_touches_nothing():
    delivery = DeliveryFactory(done=True, channel="webhook:1")

    returned_mail.take(bounces.postfix(delivery))
    applying.drain()

    assert Delivery.objects.get(pk=delivery.pk).status == "done"


@pytest.mark.parametrize(
    ("provider", "anymail", "says"),
    [
        ("mailgun", {}, "HOLDFAST_ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY is not set"),
        ("postmark", {}, "HOLDFAST_ANYMAIL_WEBHOOK_SECRET is not set"),
        ("stripe", {}, "Reports are read of brevo"),
    ],
)
def test_a_provider_that_could_not_be_believed_is_refused_at_the_start(settings, provider, anymail, says):
    settings.MAIL_PROVIDERS, settings.ANYMAIL = [provider], anymail
    (error,) = [message for message in run_checks() if message.id == "notifications.E001"]

    assert error.is_serious()
    assert says in error.msg


def test_a_provider_that_is_set_up_passes(settings):
    settings.MAIL_PROVIDERS, settings.EMAIL_PROVIDER = ["mailgun"], "mailgun"
    settings.ANYMAIL = {"MAILGUN_API_KEY": "key", "MAILGUN_WEBHOOK_SIGNING_KEY": "key"}

    assert found() == []


def test_mail_that_could_not_leave_is_refused_at_the_start(settings):
    settings.EMAIL_PROVIDER, settings.ANYMAIL, settings.MAIL_PROVIDERS = "sparkpost", {}, []

    assert found() == ["notifications.E002"]


def test_sending_without_reading_reports_is_warned_of(settings):
    settings.MAIL_PROVIDERS, settings.EMAIL_PROVIDER = [], "resend"
    settings.ANYMAIL = {"RESEND_API_KEY": "key"}

    assert found() == ["notifications.W001"]


def test_an_address_for_bounces_that_is_none_is_refused_at_the_start(settings):
    settings.MAIL_PROVIDERS, settings.BOUNCE_ADDRESS = [], "nobody"

    assert found() == ["notifications.E003"]
