"""What a provider's API gets, and what the record says for each way in which the call fails."""

import json
import ssl
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
import trustme
from django.utils import timezone

from config.identity import free_port
from notifications import kinds, work
from notifications.models import Channel, Delivery
from notifications.providers import applying
from operations import engine
from operations.attempts import Attempt
from tests import misbehaving_http as other_side
from tests.factories import SCHEDULE, DeliveryFactory, advance
from tests.providers.reporting import KEY, mailgun, report

pytestmark = pytest.mark.django_db
QUEUED = b'{"id": "<20261123.1@mg.example.org>", "message": "Queued. Thank you."}'
EMAIL = {"email": "somebody@example.com", "status": "queued"}
# How each provider accepts a message, and the name that it gives it.
ACCEPTED = {
    "brevo": (201, {"messageId": "<2026.1@relay.example>"}, "<2026.1@relay.example>"),
    "mailersend": (202, None, "ms-17"),
    "mailgun": (200, json.loads(QUEUED), "<20261123.1@mg.example.org>"),
    "mailjet": (
        200,
        {"Messages": [{"Status": "success", "To": [{"Email": "somebody@example.com", "MessageID": 1234}]}]},
        "1234",
    ),
    "mandrill": (200, [{**EMAIL, "_id": "md-17"}], "md-17"),
    "postal": (
        200,
        {"status": "success", "data": {"messages": {"somebody@example.com": {"id": 17, "token": "x"}}}},
        "17",
    ),
    "postmark": (
        200,
        {"To": "somebody@example.com", "MessageID": "pm-17", "ErrorCode": 0, "Message": "OK"},
        "pm-17",
    ),
    "resend": (200, {"id": "re-17"}, "re-17"),
    "sendgrid": (202, None, None),
    "sparkpost": (
        200,
        {"results": {"total_rejected_recipients": 0, "total_accepted_recipients": 1, "id": "sp-17"}},
        "sp-17",
    ),
}
# How they say that this recipient gets nothing, or that our key is wrong, in their own ways.
SAYS_NO = [
    (
        "postmark",
        422,
        {"ErrorCode": 406, "Message": "Found inactive addresses: somebody@example.com. Inactive recipients"},
        "permanent",
    ),
    ("postmark", 422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}, "permanent"),
    ("postmark", 422, {"ErrorCode": 400, "Message": "Sender signature not found."}, "configuration"),
    ("mandrill", 200, [{**EMAIL, "status": "rejected", "reject_reason": "hard-bounce"}], "permanent"),
    ("mandrill", 500, {"status": "error", "name": "Invalid_Key", "code": -1}, "configuration"),
    ("mandrill", 500, {"status": "error", "name": "GeneralError"}, "unknown"),
    ("postal", 200, {"status": "error", "data": {"code": "InvalidServerAPIKey"}}, "configuration"),
    ("postal", 200, {"status": "error", "data": {"code": "NoRecipients"}}, "permanent"),
    ("mailgun", 404, {"message": "Domain not found: mg.example.org"}, "configuration"),
    ("mailjet", 400, {"Messages": [{"Status": "error", "Errors": [{"ErrorCode": "mj-0013"}]}]}, "permanent"),
    ("mailjet", 401, {"ErrorCode": "mj-0002", "StatusCode": 401}, "configuration"),
    ("resend", 409, {"name": "concurrent_idempotent_requests"}, "transient"),
    ("resend", 409, {"name": "invalid_idempotent_request"}, "unknown"),
    ("sparkpost", 403, {"errors": [{"message": "Forbidden."}]}, "configuration"),
]


def keys(provider, url):
    names = ("API_KEY", "API_TOKEN", "SERVER_TOKEN", "SECRET_KEY")
    found = {f"{provider.upper()}_{name}": "key-of-ours" for name in names}
    return found | {f"{provider.upper()}_API_URL": url}


@pytest.fixture
def api(settings):
    with other_side.receiver(other_side.answer(200, body=QUEUED)) as server:
        choose(settings, "mailgun", server)
        settings.HOLDFAST = replace(settings.HOLDFAST, outside_call_seconds=1)
        yield server


def choose(settings, provider, server):
    settings.EMAIL_PROVIDER = provider
    settings.ANYMAIL = keys(provider, f"http://127.0.0.1:{server.port}/v3/")
    settings.ANYMAIL["MAILGUN_WEBHOOK_SIGNING_KEY"] = KEY


def sent(**fields):
    """A message after one try."""
    delivery = DeliveryFactory(**fields)
    work.drain()
    return fresh(delivery)


def fresh(delivery):
    return Delivery.objects.get(pk=delivery.pk)


def test_a_provider_gets_the_whole_message_and_its_name_is_kept(api):
    delivery = sent()
    (request,) = api.received
    body = request.body.decode()

    assert (delivery.status, delivery.external_id) == ("done", "<20261123.1@mg.example.org>")
    assert (request.target.split("/")[-1], delivery.external_text) == ("messages", "200 queued")
    assert request.headers["idempotency-key"] == str(delivery.uid)
    for part in (delivery.recipient, delivery.message_id, "v:holdfast_uid", str(delivery.uid), "/b/"):
        assert part in body
    assert 'Content-Type: text/calendar; charset="utf-8"; method="REQUEST"' in body
    assert "<html" in body


def test_what_was_sent_is_known_again_when_it_is_reported(api, settings):
    settings.MAIL_PROVIDERS = ["mailgun"]
    delivery = sent()
    told = mailgun("delivered", delivery, **{"user-variables": {"holdfast_uid": str(delivery.uid)}})
    told["event-data"]["message"]["headers"]["message-id"] = "another@mg.example.org"

    assert report(told).status_code == 204
    applying.drain()

    assert fresh(delivery).status == "confirmed"


@pytest.mark.parametrize(
    ("behaviour", "failure_class", "status"),
    [
        (other_side.answer(503), "transient", "pending"),
        (other_side.answer(408), "transient", "pending"),
        (other_side.answer(425), "transient", "pending"),
        (other_side.reset_before_the_body, "unknown", "unknown"),
        (other_side.answer(429, {"Retry-After": "60"}), "throttled", "pending"),
        (other_side.answer(400), "permanent", "dead"),
        (other_side.answer(413), "permanent", "dead"),
        (other_side.answer(422), "permanent", "dead"),
        (other_side.answer(302, {"Location": "http://127.0.0.1:1/"}), "configuration", "held"),
        (other_side.answer(401), "configuration", "held"),
        (other_side.answer(402), "configuration", "held"),
        (other_side.answer(403), "configuration", "held"),
        (other_side.answer(404), "configuration", "held"),
        (other_side.answer(200, body=b"Mailgun Magnificent API"), "configuration", "held"),
        (other_side.answer(500), "unknown", "unknown"),
        (other_side.answer(502), "unknown", "unknown"),
        (other_side.answer(504), "unknown", "unknown"),
        (other_side.answer(200, body=b"<html>"), "unknown", "unknown"),
        (other_side.answer(200, body=b"[]"), "unknown", "unknown"),
        (other_side.reset_after_the_body, "unknown", "unknown"),
        (other_side.garbage, "unknown", "unknown"),
        (other_side.silent, "unknown", "unknown"),
        (other_side.drip(), "unknown", "unknown"),
    ],
)
def test_each_failure_has_its_class(api, behaviour, failure_class, status):
    api.always = behaviour
    delivery = sent()

    assert (delivery.failure_class, delivery.status) == (failure_class, status)
    assert len(api.received) <= 1
    assert Attempt.objects.of(delivery).count() == 1


def test_a_provider_that_is_away_is_tried_again(api, settings):
    settings.ANYMAIL["MAILGUN_API_URL"] = f"http://127.0.0.1:{free_port()}/v3/"
    delivery = sent()

    assert (delivery.failure_class, delivery.status, delivery.handover_at) == ("transient", "pending", None)


@pytest.mark.usefixtures("api")
def test_without_a_key_messages_are_held(settings):
    settings.ANYMAIL = {}
    delivery = sent()

    assert (delivery.failure_class, delivery.status) == ("configuration", "held")
    assert "MAILGUN_API_KEY" in delivery.failure_text


def test_one_wrong_key_pauses_the_channel_and_holds_the_rest(api):
    api.always = other_side.answer(401, body=b"Forbidden: key-of-ours")
    others = [DeliveryFactory() for _ in range(3)]
    delivery = sent()

    assert Channel.objects.get(name="email").is_paused
    assert len(api.received) == 1
    assert {fresh(other).failure_class for other in [*others, delivery]} <= {"configuration", ""}
    assert "Forbidden" in Channel.objects.get(name="email").pause_reason
    assert "key-of-ours" not in Channel.objects.get(name="email").pause_reason
    assert not any("key-of-ours" in fresh(other).failure_text for other in [*others, delivery])


def test_a_slow_provider_is_given_up_after_its_time(api, settings):
    settings.HOLDFAST = replace(settings.HOLDFAST, outside_call_seconds=1)
    api.always = other_side.drip_body(200)
    delivery = sent()

    assert (delivery.status, delivery.failure_class) == ("unknown", "unknown")


def test_a_batch_goes_over_one_connection(api):
    for _ in range(5):
        DeliveryFactory()
    work.drain()

    assert (len(api.received), api.connections) == (5, 1)


@pytest.mark.parametrize("provider", sorted(ACCEPTED))
def test_every_provider_takes_a_message(api, settings, provider):
    status, body, name = ACCEPTED[provider]
    headers = {"Content-Type": "application/json"} if body else {"Content-Type": "text/html"}
    headers["X-Message-Id"] = "ms-17"
    api.always = other_side.answer(status, headers, json.dumps(body).encode() if body else b"")
    choose(settings, provider, api)
    delivery = sent(recipient="somebody@example.com")
    (request,) = api.received

    assert (delivery.status, delivery.failure_text) == ("done", "")
    assert delivery.external_id == (
        name or json.loads(request.body)["personalizations"][0]["custom_args"]["anymail_id"]
    )
    if provider not in ("mailersend", "postal"):
        assert str(delivery.uid) in request.body.decode()


@pytest.mark.parametrize(("provider", "status", "body", "failure_class"), SAYS_NO)
def test_every_provider_says_no_in_its_own_way(api, settings, provider, status, body, failure_class):
    headers = {"Content-Type": "application/json"}
    api.always = other_side.answer(status, headers, json.dumps(body).encode())
    choose(settings, provider, api)

    assert sent(recipient="somebody@example.com").failure_class == failure_class


def test_who_knows_a_repeat_is_asked_again_without_a_second_mail(api, settings):
    choose(settings, "resend", api)
    api.always = other_side.reset_after_the_body
    delivery = sent()
    assert (delivery.status, delivery.failure_class) == ("pending", "transient")

    api.always = other_side.answer(200, body=b'{"id": "re-17"}')
    Delivery.objects.filter(pk=delivery.pk).update(next_at=delivery.created_at)
    work.drain()

    assert (fresh(delivery).status, fresh(delivery).external_id) == ("done", "re-17")
    assert {request.headers["idempotency-key"] for request in api.received} == {str(delivery.uid)}


def test_a_repeat_that_nobody_would_know_any_more_is_not_sent_unasked(api, settings):
    choose(settings, "resend", api)
    api.always = other_side.reset_after_the_body
    delivery = sent(not_after=None)

    with time_machine.travel(timezone.now() + timedelta(hours=30)):
        work.drain()

    assert (fresh(delivery).status, len(api.received)) == ("unknown", 1)

    api.always = other_side.answer(200, body=b'{"id": "re-17"}')
    advance(fresh(delivery), "send_again")
    work.drain()
    assert (fresh(delivery).status, fresh(delivery).may_be_duplicate) == ("done", True)


def test_a_courtesy_that_a_provider_refuses_is_nobody_s_concern(api, settings, monkeypatch):
    kind = replace(kinds.find("confirmation"), is_courtesy=True)
    monkeypatch.setitem(kinds.kinds(), "confirmation", kind)
    api.always = other_side.answer(200, body=json.dumps([EMAIL | {"status": "rejected"}]).encode())
    choose(settings, "mandrill", api)

    assert sent(recipient="somebody@example.com").status == "cancelled"


@pytest.mark.parametrize(("provider", "status"), [("resend", "pending"), ("mailgun", "unknown")])
def test_a_worker_that_died_in_a_call_leaves_what_the_provider_can_know(settings, provider, status):
    settings.EMAIL_PROVIDER = provider
    delivery = DeliveryFactory(working=True)
    engine.mark_handover(delivery)

    engine.reclaim(delivery, SCHEDULE)

    assert fresh(delivery).status == status


@pytest.mark.usefixtures("api")
def test_an_untrusted_certificate_is_never_talked_to(settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with other_side.receiver(other_side.answer(200, body=QUEUED), tls=context) as server:
        settings.ANYMAIL["MAILGUN_API_URL"] = f"https://127.0.0.1:{server.port}/v3/"
        delivery = sent()

    assert (delivery.status, delivery.failure_class, server.received) == ("pending", "transient", [])
