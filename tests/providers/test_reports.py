"""What a provider reports is stored first, then counts as evidence for that message and no other."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications.models import Delivery, ProviderEvent
from notifications.providers import applying
from operations import recovery
from operations.workflow import Event
from tests.factories import DeliveryFactory, advance
from tests.providers.reporting import failed, mailgun, report, report_and_apply

pytestmark = pytest.mark.django_db


def status(delivery):
    return Delivery.objects.get(pk=delivery.pk).status


def fates():
    return [event.fate for event in ProviderEvent.objects.order_by("pk")]


def unmatched():
    return recovery.conditions()["notifications.report_unmatched"].records().count()


def test_a_report_is_stored_before_anything_comes_of_it():
    delivery = DeliveryFactory(done=True)

    assert report(failed(delivery)).status_code == 204
    event = ProviderEvent.objects.get()
    assert (event.kind, event.fate, event.uid) == ("bounced", "waiting", delivery.uid)
    assert "5.1.1 no such user" in event.raw
    assert status(delivery) == "done"


def test_what_was_delivered_is_confirmed():
    delivery, other = DeliveryFactory(done=True), DeliveryFactory(done=True)

    report_and_apply(mailgun("delivered", delivery))

    assert (status(delivery), status(other)) == ("confirmed", "done")
    assert ProviderEvent.objects.get().delivery == delivery


def test_delivery_answers_the_question_whether_it_arrived():
    delivery = DeliveryFactory(unknown=True)

    report_and_apply(mailgun("delivered", delivery))

    assert status(delivery) == "confirmed"


def test_a_second_copy_that_nobody_needs_is_taken_back():
    delivery = advance(DeliveryFactory(unknown=True), "send_again")

    report_and_apply(mailgun("delivered", delivery))

    assert status(delivery) == "cancelled"


@pytest.mark.parametrize("event", ["failed", "complained"])
def test_what_came_back_is_on_the_desk_with_the_reason(event):
    delivery, other = DeliveryFactory(done=True), DeliveryFactory(done=True)

    report_and_apply(failed(delivery, event=event))

    bounced = recovery.conditions()["notifications.bounced"].records()
    assert [returned.pk for returned in bounced] == [delivery.pk]
    assert "5.1.1 no such user" in bounced[0].evidence
    assert status(other) == "done"


def test_a_failure_that_passes_changes_nothing():
    delivery = DeliveryFactory(done=True)

    report_and_apply(failed(delivery, severity="temporary"))

    assert (status(delivery), fates()) == ("done", ["no_news"])


def test_the_same_report_twice_is_one():
    delivery = DeliveryFactory(done=True)

    report_and_apply(failed(delivery, token="once"), failed(delivery, token="once"))

    assert fates() == ["applied"]


@pytest.mark.parametrize("turned_round", [False, True])
def test_the_order_of_reports_does_not_matter(turned_round):
    delivery = DeliveryFactory(done=True)
    reports = [mailgun("delivered", delivery), failed(delivery)]

    report_and_apply(*(reversed(reports) if turned_round else reports))

    assert status(delivery) == "bounced"


def test_a_report_that_is_quicker_than_our_own_record_waits_for_it():
    delivery = DeliveryFactory(working=True)
    report_and_apply(mailgun("delivered", delivery))
    assert (status(delivery), fates()) == ("working", ["waiting"])

    advance(delivery, "acknowledge")
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        applying.drain()

    assert status(delivery) == "confirmed"


def test_an_unknown_message_is_waited_for_then_kept_and_shown():
    report_and_apply(mailgun("delivered", Delivery(recipient="else@example.com")))
    assert (fates(), unmatched()) == (["waiting"], 0)

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        applying.drain()

    assert (fates(), unmatched()) == (["unmatched"], 1)


def test_what_is_signed_but_not_understood_is_kept_and_shown():
    body = mailgun("delivered", Delivery(recipient="else@example.com"))
    del body["event-data"]["event"]

    assert report(body).status_code == 204
    assert (fates(), unmatched()) == (["unreadable"], 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"signature": "x"}',
        b'{"signature": {"token": "\\u00e9", "timestamp": 1}}',
    ],
)
def test_nonsense_is_refused(body):
    assert report(body).status_code == 400
    assert not ProviderEvent.objects.exists()


def test_a_wrong_signature_is_refused():
    response = report(mailgun("delivered", DeliveryFactory(done=True), key="guessed"))

    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["type"].endswith("#bad-signature")
    assert not ProviderEvent.objects.exists()


def test_one_report_that_cannot_be_applied_does_not_hold_up_the_next():
    poisoned, good = DeliveryFactory(done=True), DeliveryFactory(done=True)
    spoil_history(poisoned)

    report_and_apply(mailgun("delivered", poisoned), mailgun("delivered", good))

    assert (status(poisoned), status(good)) == ("done", "confirmed")
    assert fates() == ["waiting", "applied"]


def spoil_history(delivery):
    """The next version has its event already, so that no transition can be written."""
    Event.objects.create(
        subject_model="notifications.delivery",
        subject_id=delivery.pk,
        sequence=delivery.version + 1,
        to_status="done",
        transition="forged",
        actor="command",
        source="command",
        operation_id=uuid.uuid4(),
    )


def delivered_by_postmark(delivery, message_id):
    return {
        "RecordType": "Delivery",
        "ServerID": 23,
        "MessageStream": "outbound",
        "MessageID": message_id,
        "Recipient": delivery.recipient,
        "Tag": "",
        "DeliveredAt": "2026-11-05T16:33:54.9070259Z",
        "Details": "250 OK",
        "Metadata": {},
    }


def test_a_message_is_found_by_the_name_that_the_provider_gave_it(login):
    delivery = DeliveryFactory(done=True)
    Delivery.objects.filter(pk=delivery.pk).update(external_id="883953f4-6105-42a2-a16a-77a8eac79483")
    told = delivered_by_postmark(delivery, "883953f4-6105-42a2-a16a-77a8eac79483")

    report_and_apply(told, told, provider="postmark", **login)

    assert (status(delivery), fates()) == ("confirmed", ["applied"])


def test_without_the_password_nothing_is_believed(login):
    told = delivered_by_postmark(DeliveryFactory(done=True), "883953f4")

    wrong = {"Authorization": "Basic cG9zdG1hcms6Z3Vlc3NlZA=="}
    assert report(told, provider="postmark").status_code == 400
    assert report(told, provider="postmark", **wrong).status_code == 400
    assert not ProviderEvent.objects.exists()


@pytest.mark.filterwarnings("ignore:Your Anymail webhooks are insecure")
def test_a_provider_whose_reports_nobody_could_verify_is_not_set_up(settings):
    settings.ANYMAIL = {}

    for provider in ("mailgun", "postmark", "sparkpost", "stripe"):
        assert report({}, provider=provider).status_code == 404
