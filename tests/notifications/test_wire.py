"""What we put into bytes by ourselves is what Python's own e-mail package reads out of them."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from notifications import wire
from notifications.kinds import Attachment, Content
from notifications.mime import Mail, _sender, one_line

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=2000)
LINES = st.one_of(
    TEXT,
    st.sampled_from(
        [".", "..\n.", "--=_", "=?utf-8?q?x?=", "x" * 3000, "é" * 3000, "a \n b\t\n", "From me\n"]
    ),
)


def sent(recipient="ada@example.com", subject="Confirmed", sender="Salon", text="Hello", html="", ics=None):
    content = Content(
        subject=subject,
        text=text,
        html=html,
        attachments=()
        if ics is None
        else (Attachment("x.ics", "text/calendar", ics, {"method": "REQUEST"}),),
    )
    return wire.encoded(
        Mail(
            message_id="<1@example.com>",
            subject=one_line(subject),
            sender=_sender(sender, "Holdfast <us@example.com>"),
            recipient=recipient,
            reply_to="place@example.com",
            language="en",
            content=content,
        )
    )


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert [part.defects for part in mail.walk() if part.defects] == []
    return mail


def plain(text: str) -> list[str]:
    """The lines of a text, however they were ended; the last one is always ended."""
    return re.split(r"\r\n|\r|\n", text if text.endswith("\n") else f"{text}\n")


@settings(deadline=None)
@given(LINES, LINES, LINES)
def test_each_part_is_read_as_it_was_written(text, html, ics):
    mail = read(sent(text=text, html=html or "x", ics=ics))

    [attached] = mail.iter_attachments()
    assert plain(mail.get_body(("plain",)).get_content()) == plain(text)
    assert plain(mail.get_body(("html",)).get_content()) == plain(html or "x")
    assert plain(attached.get_content()) == plain(ics)
    assert (attached.get_filename(), attached.get_param("method")) == ("x.ics", "REQUEST")


@settings(deadline=None)
@given(LINES, LINES)
def test_nothing_typed_becomes_a_header_of_its_own(subject, sender):
    mail = read(sent(subject=subject, sender=sender))

    assert one_line(mail["Subject"]) == one_line(subject)
    assert [each.addr_spec for each in mail["From"].addresses] == ["us@example.com"]
    assert mail.keys() == read(sent()).keys()


@settings(deadline=None)
@given(LINES, LINES, LINES)
def test_lines_are_short_enough_and_ended_by_both_characters(subject, text, html):
    raw = sent(subject=subject, text=text, html=html, ics=text)

    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()


def test_a_text_alone_is_no_multipart():
    assert read(sent()).get_content_type() == "text/plain"


def test_only_an_address_brings_letters_beyond_ascii_into_a_header():
    mail = sent(recipient="zoë@example.com")

    assert "To: zoë@example.com\r\n".encode() in mail
