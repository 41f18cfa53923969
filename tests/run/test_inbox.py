"""The local inbox keeps what it has accepted, shows it as a reader would see it, and only on this machine."""

import re
import smtplib
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from config import identity
from tests.run.installation import ROOT, eventually

PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")


BROKEN = (b"", b"\xff\xfe\x00", b"Subject: =?x?B?!!?=\r\nContent-Type: text/html; charset=x\r\n\r\n\xe9")


class Inbox:
    """A running inbox."""

    def __init__(self, home: Path) -> None:
        self.port = identity.free_port()
        command = [sys.executable, "-m", "config.inbox", str(home / "inbox"), str(self.port)]
        self.server = subprocess.Popen(command, cwd=ROOT)
        eventually(self.answers)

    def answers(self) -> bool:
        """Whether it takes a connection; whoever asks by listening there may keep it from it."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except OSError:
            return False
        return True

    def deliver(self, message: EmailMessage, *recipients: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            smtp.send_message(message, "bookings@example.org", recipients)


@pytest.fixture
def inbox(tmp_path, settings):
    settings.HOLDFAST_HOME = tmp_path
    inbox = Inbox(tmp_path)
    yield inbox
    inbox.server.kill()
    inbox.server.wait()


@pytest.fixture
def client():
    return Client(SERVER_NAME="localhost")


def letter(subject: str = "Your booking") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Holdfast <b@example.org>", "Ada", subject
    message.set_content("See http://127.0.0.1:8000/b/abc/")
    message.add_alternative('<p style="color:red">Hello<img src="cid:logo"><script>alert(1)</script>', "html")
    message.add_attachment(PIXEL, "image", "gif", cid="<logo>", filename="logo.gif")
    message.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar", filename="invite.ics")
    return message


def first(client: Client) -> str:
    match = re.search(r'href="(/inbox/\d+-\w+/)"', client.get("/inbox/").content.decode())
    assert match
    return match[1]


def test_an_accepted_message_outlives_the_server(inbox, client):
    inbox.deliver(letter("Ἀσπασία"), "ada@example.org")
    inbox.server.kill()

    assert "Ἀσπασία" in client.get("/inbox/").content.decode()


def test_a_rehearsal_closes_the_inbox_for_a_while(inbox, client, tmp_path):
    closed_until = tmp_path / "inbox" / "closed_until"
    closed_until.write_text(str(time.time() + 3600))
    eventually(lambda: not inbox.answers())

    with pytest.raises(ConnectionRefusedError):
        inbox.deliver(letter(), "ada@example.org")

    closed_until.write_text(str(time.time()))
    eventually(inbox.answers)
    inbox.deliver(letter("after all"), "ada@example.org")
    assert "after all" in client.get("/inbox/").content.decode()


def test_a_message_is_found_by_its_recipient(inbox, client):
    inbox.deliver(letter("for Ada"), "Ada@Example.org")
    inbox.deliver(letter("for Grace"), "grace@example.org")

    found = client.get("/inbox/", {"to": "ada@example"}).content.decode()

    assert "for Ada" in found
    assert "for Grace" not in found


def test_text_attachments_and_source_are_shown(inbox, client):
    inbox.deliver(letter(), "ada@example.org")
    page = client.get(first(client)).content.decode()

    assert '<a href="http://127.0.0.1:8000/b/abc/"' in page
    assert "invite.ics" in page
    source = b"".join(client.get(first(client) + "source").streaming_content)
    assert b"Delivered-To: ada@example.org" in source
    assert client.get(first(client) + "1")["Content-Disposition"] == 'attachment; filename="invite.ics"'


def test_its_html_has_its_pictures_and_no_power(inbox, client):
    inbox.deliver(letter(), "ada@example.org")
    html = client.get(first(client) + "html")

    assert html["Content-Security-Policy"].startswith("sandbox allow-popups")
    assert "script-src" not in html["Content-Security-Policy"]
    picture = re.search(r'src="(/inbox/[^"]+)"', html.content.decode())
    assert picture
    assert client.get(picture[1]).content == PIXEL


@pytest.mark.parametrize(
    "message",
    [b"", b"\xff\xfe\x00", b"Subject: =?x?B?!!?=\r\nContent-Type: text/html; charset=x\r\n\r\n\xe9"],
)
def test_a_broken_message_is_shown_all_the_same(inbox, client, tmp_path, message):
    (tmp_path / "inbox" / "01795402509000000000-abcdef12.eml").write_bytes(message)

    assert client.get(first(client)).status_code == 200
    assert client.get(first(client) + "html").status_code == 200


def test_there_is_no_inbox_where_mail_really_leaves(inbox, client, settings):
    settings.LOCAL_INBOX = False

    assert client.get("/inbox/").status_code == 404


def test_there_is_no_inbox_on_a_public_address(inbox, client, settings):
    settings.HOLDFAST_URL, settings.ALLOWED_HOSTS = "https://book.example.org", ["*"]
    assert client.get("/inbox/").status_code == 404

    settings.HOLDFAST_URL = "http://127.0.0.1:8000"
    assert client.get("/inbox/", headers={"host": "book.example.org"}).status_code == 404


def test_a_name_cannot_leave_the_folder(inbox, client, tmp_path):
    (tmp_path / "secret.eml").write_text("Subject: secret\n\n")

    assert client.get("/inbox/../secret/").status_code == 404
    assert client.get("/inbox/secret/").status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_are_quiet_narrow_and_accessible(inbox, live_server, page):
    inbox.deliver(letter("A subject that is much longer than a narrow telephone is wide"), "ada@example.org")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.set_viewport_size({"width": 320, "height": 600})

    page.goto(f"{live_server.url}/inbox/")
    _inspect(page)
    page.get_by_role("link", name="much longer").click()
    page.get_by_role("heading", name="much longer").wait_for()
    expect(page.frame_locator("iframe").get_by_text("Hello")).to_be_visible()
    # Before axe looks: it posts messages into the letter's frame, and the browser says that none may enter.
    assert not [text for text in complaints if "alert" not in text and "sandbox" not in text.lower()]
    _inspect(page)


def _inspect(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
