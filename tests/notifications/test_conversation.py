"""How we talk to a mail server: securely, with a login, over one connection, and never beyond the limit."""

import ssl
import time
from datetime import timedelta

import pytest
import trustme
from django.db import connection
from django.utils import timezone

from bookings.letters import compose
from notifications import channels, mime, work
from notifications.models import Delivery
from notifications.smtp import Mailer
from operations.errors import TransientError
from tests.factories import BookingFactory, DeliveryFactory, LocationFactory
from tests.misbehaving_smtp import DRIP, DROP, MisbehavingSMTP, settings_for
from tests.notifications.checker import check_against

pytestmark = pytest.mark.django_db

SECRET = "correct horse battery"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def tls(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


@pytest.fixture
def start(settings):
    """Start a server of some kind and make it the installation's."""
    running = []

    def begin(**kwargs):
        server = MisbehavingSMTP(**kwargs).__enter__()
        running.append(server)
        settings_for(server, settings)
        return server

    yield begin
    for server in running:
        server.stop()


def send(count=1, **kwargs):
    made = [DeliveryFactory(**kwargs) for _ in range(count)]
    work.drain()
    return [Delivery.objects.get(pk=delivery.pk) for delivery in made]


@pytest.mark.parametrize("starts_tls", [True, False], ids=["STARTTLS", "TLS"])
def test_a_message_leaves_over_tls_with_a_login(start, tls, trusted, starts_tls):
    server = start(tls=tls, starts_tls=starts_tls, login=("holdfast", SECRET))

    assert send()[0].status == "done"
    assert len(server.received) == 1


@pytest.mark.parametrize("starts_tls", [True, False], ids=["STARTTLS", "TLS"])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(start, tls, starts_tls):
    server = start(tls=tls, starts_tls=starts_tls, login=("holdfast", SECRET))

    assert (send()[0].status, send()[0].failure_class) == ("held", "")
    assert channels.find("email").is_paused
    assert "auth" not in server.commands


def test_a_server_without_tls_gets_no_password(start, settings):
    server = start(login=("holdfast", SECRET))
    settings.EMAIL_USE_TLS = True

    assert send()[0].failure_class == "configuration"
    assert server.commands == ["ehlo"]


def test_tls_spoken_to_a_plain_server_ends_within_the_limit(start, settings, limits):
    start()
    limits(outside_call_seconds=1)
    settings.EMAIL_USE_SSL = True

    assert send()[0].status in ("held", "pending")


def test_a_plain_login_is_possible(start):
    start(login=("holdfast", SECRET))

    assert send()[0].status == "done"


@pytest.mark.parametrize("answer", ["535 5.7.8 no", DROP, "454 4.7.0 later"])
def test_a_login_that_fails(start, answer):
    server = start(login=("holdfast", SECRET))
    server.fault("auth", answer)
    expected = {"535 5.7.8 no": ("held", "configuration"), DROP: ("pending", "transient")}

    delivery = send()[0]
    assert (delivery.status, delivery.failure_class) == expected.get(answer, ("pending", "transient"))


def test_a_server_that_refuses_the_login_and_hangs_up_still_counts_as_a_refusal(start):
    server = start(login=("holdfast", SECRET))
    server.fault("auth", "535 5.7.8 no", times=1)
    server.fault("auth", DROP)

    assert send()[0].failure_class == "configuration"


def test_credentials_reach_no_record_and_no_log(start, caplog):
    server = start(login=("holdfast", SECRET))
    server.fault("auth", f"535 {SECRET} is not the password of holdfast")
    delivery = send()[0]

    with connection.cursor() as cursor:
        for table in (
            "operations_event",
            "operations_attempt",
            "notifications_delivery",
            "notifications_channel",
        ):
            cursor.execute(f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE %s", [f"%{SECRET}%"])
            assert cursor.fetchone() == (0,), table
    assert SECRET not in caplog.text
    assert "is not the password of" in delivery.failure_text


def test_one_connection_serves_a_batch(server):
    assert {delivery.status for delivery in send(5)} == {"done"}
    assert (server.connections, len(server.received)) == (1, 5)
    check_against(server)


def test_each_recipient_gets_a_message_of_their_own(server):
    send(3)

    assert [server.commands.count(verb) for verb in ("mail", "rcpt", "data")] == [3, 3, 3]


def test_a_refused_recipient_does_not_cost_the_connection(server):
    server.fault("rcpt", "550 no such user", times=1)

    assert sorted(delivery.status for delivery in send(3)) == ["dead", "done", "done"]
    assert server.connections == 1
    check_against(server)


@pytest.mark.parametrize("answer", [DROP, "421 enough for today"])
def test_a_connection_closed_between_two_messages_costs_no_attempt(server, answer):
    first, second = DeliveryFactory(), DeliveryFactory()
    server.fault("mail", "250 sender ok", times=1)
    server.fault("mail", answer, times=1)
    work.drain()

    assert {Delivery.objects.get(pk=one.pk).status for one in (first, second)} == {"done"}
    assert server.connections == 2
    check_against(server)


def test_a_server_that_hangs_up_before_the_last_dot_has_no_message(server):
    """Also when the message is so short that it seems to have been sent."""
    delivery = DeliveryFactory()
    mail = mime.build(delivery, compose(delivery))
    server.fault("content", DROP)

    def wait_until_it_hung_up():
        until = time.monotonic() + 10
        while not server.is_alone:
            assert time.monotonic() < until

    with Mailer() as mailer, pytest.raises(TransientError):
        mailer.send(mail, "us@example.com", delivery.recipient, wait_until_it_hung_up)


def test_an_answer_that_never_ends_does_not_hold_a_worker(server, limits):
    limits(outside_call_seconds=1)
    server.fault("rcpt", DRIP)
    DeliveryFactory()
    begun = time.monotonic()
    work.drain()

    assert time.monotonic() - begun < 3


def test_lines_that_begin_with_a_dot_arrive_as_they_were(server):
    send(booking=BookingFactory(accepted=True, name="Dot\n.\n..Dot"))

    assert "Hello Dot\n.\n..Dot" in server.received[0].text.replace("\r\n", "\n")


def test_letters_beyond_ascii_arrive(server):
    send(booking=BookingFactory(accepted=True, name="Zoë 山田 🦊", email="zoe@bücher.example"))

    assert "Zoë 山田 🦊" in server.received[0].text
    assert server.received[0].recipient == "zoe@xn--bcher-kva.example"


def test_an_address_beyond_ascii_needs_a_server_that_knows_them(server):
    assert send(recipient="zoë@example.com")[0].failure_text == ""
    assert server.received[0].recipient == "zoë@example.com"

    server.fault("ehlo", "250 plain.example")
    assert send(recipient="zoé@example.com")[0].failure_class == "permanent"


@pytest.mark.parametrize(
    "recipient", ["a@b.example\r\nRCPT TO:<x@y.example>", "no address", "a@b@c", "a@-.example"]
)
def test_what_is_no_address_is_refused_before_it_reaches_the_server(server, recipient):
    assert send(recipient=recipient)[0].failure_class == "permanent"
    assert server.received == []
    assert "rcpt" not in server.commands


def test_nothing_typed_becomes_a_header(server):
    place = LocationFactory(name="Salon\r\nBcc: everybody@example.com")
    send(booking=BookingFactory(accepted=True, service__location=place))
    mail = server.received[0].mail

    assert mail["Bcc"] is None
    assert "Salon Bcc: everybody" in mail["From"]


def test_a_message_that_cannot_be_written_harms_no_other(server):
    broken, fine = DeliveryFactory(kind="no_such_kind"), DeliveryFactory()
    work.drain()

    assert Delivery.objects.get(pk=broken.pk).failure_class == "bug"
    assert Delivery.objects.get(pk=fine.pk).status == "done"


def test_the_age_of_a_message_is_that_of_its_leaving(server):
    send()
    sent = server.received[0].mail["Date"].datetime

    assert abs(sent - timezone.now()) < timedelta(minutes=1)
