"""The mailbox of returned mail is read without losing a report, whatever breaks in between."""

import ssl
from dataclasses import replace

import pytest
import trustme
from django.core.exceptions import ImproperlyConfigured

from config import addresses
from notifications.models import Delivery, ProviderEvent
from notifications.providers import applying
from notifications.providers.mailbox import MailboxAway, read_returned_mail
from operations import jobs, work
from tests import imap_mailbox
from tests.factories import DeliveryFactory
from tests.providers import bounces

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def box(authority, settings, tmp_path, monkeypatch):
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    settings.HOLDFAST = replace(settings.HOLDFAST, outside_call_seconds=10)
    with imap_mailbox.mailbox(context) as mailbox:
        user, password = imap_mailbox.LOGIN
        settings.RETURNED_MAIL = {
            "host": "127.0.0.1",
            "port": mailbox.port,
            "user": user,
            "password": password,
            "folder": "INBOX",
        }
        yield mailbox


def bounce(delivery, number=1):
    return bounces.postfix(delivery, message_id=f"<{number}@mail.example.net>")


def test_bounces_are_read_and_marked_and_other_mail_is_left_alone(box):
    delivery = DeliveryFactory(done=True)
    box.put(bounce(delivery), b"Subject: When do you open?\r\n\r\nHello")

    assert (read_returned_mail(), read_returned_mail()) == (1, 0)
    applying.drain()

    assert Delivery.objects.get(pk=delivery.pk).status == "bounced"
    assert [mail.is_seen for mail in box.mails] == [True, False]


def test_a_report_that_could_not_be_marked_is_not_counted_twice(box):
    box.put(bounce(DeliveryFactory(done=True)))
    box.fault = ("UID STORE", "hang up")
    with pytest.raises(MailboxAway, match="marking"):
        read_returned_mail()
    assert (box.unread, ProviderEvent.objects.count()) == (1, 1)

    box.fault = ("", "")
    read_returned_mail()

    assert (box.unread, ProviderEvent.objects.count()) == (0, 1)


def test_one_bad_mail_does_not_hold_up_the_rest(box):
    delivery = DeliveryFactory(done=True)
    box.put(b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\n--x--", b"\xff" * 99)
    box.put(bounces.report(delivery, "Nonsense\n"), bounce(delivery))

    read_returned_mail()
    applying.drain()

    assert Delivery.objects.get(pk=delivery.pk).status == "bounced"
    assert sorted(event.fate for event in ProviderEvent.objects.all()) == ["applied", "unreadable"]


@pytest.mark.parametrize("fault", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"])
def test_a_mailbox_that_breaks_off_loses_nothing(box, fault):
    deliveries = [DeliveryFactory(done=True) for _ in range(3)]
    box.put(*(bounce(delivery, number) for number, delivery in enumerate(deliveries)))
    box.fault = (fault, "hang up")
    with pytest.raises(MailboxAway):
        read_returned_mail()

    box.fault = ("", "")
    read_returned_mail()
    applying.drain()

    assert {Delivery.objects.get(pk=delivery.pk).status for delivery in deliveries} == {"bounced"}
    assert box.unread == 0


def test_a_mailbox_that_drips_holds_nobody(box, settings):
    settings.HOLDFAST = replace(settings.HOLDFAST, outside_call_seconds=1)
    box.fault = ("LOGIN", "drip")

    with pytest.raises(MailboxAway, match="logging in"):
        read_returned_mail()


def test_a_refused_password_is_told_without_it(box, settings):
    settings.RETURNED_MAIL = settings.RETURNED_MAIL | {"password": "wr0ng-password"}

    with pytest.raises(MailboxAway) as refused:
        read_returned_mail()

    assert "wr0ng-password" not in str(refused.value)
    assert box.commands[-1] in ("LOGIN", "LOGOUT")


def test_a_folder_that_is_not_there_is_told(box, settings):
    settings.RETURNED_MAIL = settings.RETURNED_MAIL | {"folder": "Bounces"}

    with pytest.raises(MailboxAway, match="no folder"):
        read_returned_mail()


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(box, tmp_path, monkeypatch):
    trustme.CA().cert_pem.write_to_path(tmp_path / "another.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "another.pem"))

    with pytest.raises(MailboxAway, match="connecting"):
        read_returned_mail()
    assert box.commands == []


def test_without_a_mailbox_the_job_does_nothing(settings):
    settings.RETURNED_MAIL = {}
    jobs.declare(work.jobs().values())

    assert jobs.run(work.jobs()["returned_mail"]) == 0


def test_a_mailbox_is_named_by_its_address():
    assert addresses.mailbox("imaps://bounces%40example.org:p%40ss@mail.example/Mail/Bounces") == {
        "host": "mail.example",
        "port": 993,
        "user": "bounces@example.org",
        "password": "p@ss",
        "folder": "Mail/Bounces",
    }


@pytest.mark.parametrize("url", ["imap://a:b@mail.example", "imaps://mail.example", "mail.example"])
def test_a_mailbox_without_tls_or_password_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="imaps://"):
        addresses.mailbox(url)
