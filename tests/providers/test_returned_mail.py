"""What mail servers send back is evidence about the message that they name, and never about another."""

import io
import os
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from config.identity import free_port
from notifications import mime
from notifications.models import Delivery, ProviderEvent
from notifications.providers import applying, returned_mail
from operations import recovery
from tests.factories import DeliveryFactory
from tests.providers import bounces

pytestmark = pytest.mark.django_db
SHAPES = [
    bounces.postfix,
    bounces.exim,
    bounces.exchange,
    bounces.gmail,
    bounces.old_exim,
    bounces.utf8,
]


def take(*mails):
    for mail in mails:
        returned_mail.take(mail)
    while applying.drain():
        pass


def status(delivery):
    return Delivery.objects.get(pk=delivery.pk).status


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bounce_is_evidence_about_its_message(shape):
    delivery, other = DeliveryFactory(done=True), DeliveryFactory(done=True)

    take(shape(delivery))

    event = ProviderEvent.objects.get()
    assert (status(delivery), status(other)) == ("bounced", "done")
    assert (event.fate, event.delivery, event.recipient) == ("applied", delivery, delivery.recipient)
    assert "no such user" in event.raw


@pytest.mark.parametrize("shape", [bounces.postfix, bounces.exim, bounces.exchange, bounces.gmail])
def test_the_desk_says_why_it_came_back(shape):
    delivery = DeliveryFactory(done=True)

    take(shape(delivery))

    (listed,) = recovery.conditions()["notifications.bounced"].records()
    assert "no such user" in listed.evidence


def test_a_bounce_closes_the_question_of_an_unknown_message():
    delivery = DeliveryFactory(unknown=True)

    take(bounces.postfix(delivery))

    assert status(delivery) == "bounced"


@pytest.mark.parametrize(
    ("action", "kind", "after"),
    [
        ("delayed", "deferred", "done"),
        ("relayed", "relayed", "done"),
        ("delivered", "delivered", "confirmed"),
        ("Failed (for good)", "bounced", "bounced"),
    ],
)
def test_what_is_only_delayed_is_only_noted(action, kind, after):
    delivery = DeliveryFactory(done=True)

    take(bounces.postfix(delivery, action=action, status="4.4.1"))

    event = ProviderEvent.objects.get()
    assert (event.kind, event.delivery, status(delivery)) == (kind, delivery, after)


def test_a_bounce_after_a_warning_counts():
    delivery = DeliveryFactory(done=True)

    take(
        bounces.postfix(delivery, action="delayed", message_id="<1@mail.example.net>"),
        bounces.postfix(delivery, message_id="<2@mail.example.net>"),
    )

    assert status(delivery) == "bounced"


def test_the_same_mail_twice_is_one():
    delivery = DeliveryFactory(done=True)
    mail = bounces.postfix(delivery)

    assert (returned_mail.take(mail), returned_mail.take(b"Received: twice\r\n" + mail)) == (1, 0)


def test_a_bounce_of_nobody_s_message_is_kept_and_shown():
    take(bounces.postfix(Delivery(recipient="else@example.com")))

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        applying.drain()

    assert [event.fate for event in ProviderEvent.objects.all()] == ["unmatched"]
    assert recovery.conditions()["notifications.report_unmatched"].records().count() == 1


def test_a_report_about_another_domain_s_message_touches_none_of_ours():
    delivery = DeliveryFactory(done=True)
    mail = bounces.postfix(delivery).replace(settings.MESSAGE_ID_DOMAIN.encode(), b"elsewhere.example")

    take(mail)

    assert status(delivery) == "done"


def test_a_report_inside_what_came_back_is_not_believed():
    delivery, victim = DeliveryFactory(done=True), DeliveryFactory(done=True)
    forged = bounces.postfix(victim).decode().replace("\r\n", "\n")

    take(bounces.report(delivery, "Reporting-MTA: dns; x\n", kind="message/rfc822", returned=forged))

    assert (status(delivery), status(victim)) == ("done", "done")
    assert ProviderEvent.objects.get().fate == "unreadable"


@pytest.mark.parametrize("mail", [b"", b"Hello", b"Subject: Hello\r\n\r\nWhen do you open?", b"\xff\0\r\n"])
def test_what_is_no_report_is_not_kept(mail):
    assert returned_mail.take(mail) is None


def test_an_out_of_office_reply_is_no_bounce():
    assert returned_mail.take(bounces.out_of_office(DeliveryFactory(done=True))) is None


def test_bytes_that_no_database_takes_are_kept_all_the_same():
    delivery = DeliveryFactory(done=True)
    mail = bounces.postfix(delivery).replace(b"no such user", b"no \0 such \xff user \xe2\x80\xa8")

    take(mail)

    assert status(delivery) == "bounced"


@pytest.mark.parametrize("size", [200, 700, 1100])
def test_half_a_report_is_never_believed_too_much(size):
    delivery = DeliveryFactory(done=True)

    take(bounces.postfix(delivery)[:size])

    assert status(delivery) == "done"


def test_a_huge_returned_message_is_read_as_far_as_it_matters():
    delivery = DeliveryFactory(done=True)

    take(bounces.exim(delivery) + b"x" * 5_000_000)

    assert status(delivery) == "bounced"
    assert len(ProviderEvent.objects.get().raw) <= returned_mail.KEPT


def test_mail_nested_without_end_is_kept_unread():
    deep = b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
    deep += b"Content-Type: message/delivery-status\r\n\r\n"
    take(deep + b"Content-Type: message/rfc822\r\n\r\n" * 5000)

    assert {event.fate for event in ProviderEvent.objects.all()} <= {"unreadable"}


def from_pipe(monkeypatch, raw, **options):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    said = io.StringIO()
    call_command("take_returned_mail", stdout=said, **options)
    return said.getvalue().strip()


def test_a_mail_server_pipes_a_bounce_in(monkeypatch):
    delivery = DeliveryFactory(done=True)

    assert from_pipe(monkeypatch, bounces.postfix(delivery)) == "Kept 1 new."
    assert from_pipe(monkeypatch, bounces.postfix(delivery)) == "Kept 0 new."
    assert "not a report" in from_pipe(monkeypatch, b"Subject: Hello\r\n\r\nHello")
    applying.drain()
    assert status(delivery) == "bounced"


def test_without_a_database_the_mail_server_keeps_the_mail():
    nowhere = {"DATABASE_URL": f"postgres://nobody@127.0.0.1:{free_port()}/none"}
    mail = bounces.postfix(Delivery(recipient="else@example.com"))
    command = [sys.executable, "manage.py", "take_returned_mail"]

    done = subprocess.run(
        command, input=mail, env=os.environ | nowhere, cwd=settings.BASE_DIR, check=False, capture_output=True
    )

    assert (done.returncode, b"try again later" in done.stderr) == (75, True)


def test_bounces_return_to_an_address_of_their_own(settings):
    settings.DEFAULT_FROM_EMAIL = "Atelier <bookings@booking.example.org>"
    assert mime.envelope_sender() == "bookings@booking.example.org"

    settings.BOUNCE_ADDRESS = "bounces@booking.example.org"
    assert mime.envelope_sender() == "bounces@booking.example.org"
