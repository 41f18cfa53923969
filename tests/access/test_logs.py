"""What is logged opens no booking and names nobody."""

import logging
import re

import pytest
import structlog
from django.db import IntegrityError, transaction
from django.urls import get_resolver

from bookings.models import Booking
from config.logs import redacted
from tests.access.test_leaks import patterns
from tests.factories import BookingFactory

TOKEN = "Zx3kQ9-vv_ABCDEFGHIJKLMNOPQRSTUV"
PUBLIC = "<slug:(location|service|provider)>"  # the words of an address that open nothing


@pytest.fixture
def written(capsys):
    """What the console shows of what is logged from here on."""
    [handler] = [each for each in logging.getLogger().handlers if each.name == "console"]

    class Kept(logging.Handler):
        lines: list[str] = []

        def emit(self, record):
            self.lines.append(handler.format(record))

    kept = Kept()
    kept.lines = []
    logging.getLogger().addHandler(kept)
    yield kept.lines
    logging.getLogger().removeHandler(kept)


@pytest.mark.django_db
def test_requests_are_logged_without_the_token_and_the_visitor(client, written, caplog):
    caplog.set_level(logging.INFO)
    token = BookingFactory().token

    client.get(f"/b/{token}/", REMOTE_ADDR="203.0.113.9")
    client.get(f"/b/{token}x/", REMOTE_ADDR="203.0.113.9")
    client.get(f"/api/v1/bookings/{token}x", REMOTE_ADDR="203.0.113.9")

    text = "\n".join(written)
    assert text.count("request_finished") == 3
    assert "Not Found" in text
    assert f"/b/{token[:4]}…/" in text
    assert token[:12] not in text
    assert "203.0.113" not in text


def test_no_public_address_is_logged_with_what_opens_it():
    """Generated over all addresses but staff's and the local inbox's: a new one hides its token too."""
    public = [each for each in patterns(get_resolver(), "/") if not each.startswith(("/admin/", "/inbox/"))]
    opening = [path for each in public if "<" in (path := re.sub(PUBLIC, "place", each))]

    logged = [redacted(re.sub("<.*?>", TOKEN, path)) for path in opening]

    assert len(logged) > 15
    assert [line for line in logged if TOKEN[:5] in line] == []


@pytest.mark.parametrize("logger", [logging.getLogger("django.request"), structlog.get_logger("holdfast")])
def test_tracebacks_are_written_and_redacted(written, logger):
    try:
        raise ValueError(f"/b/{TOKEN}/ of anna@example.com from 2001:db8::7")
    except ValueError:
        logger.exception("it failed for /b/%s/ at %s", TOKEN, "203.0.113.9")

    [line] = written
    assert "Traceback" in line
    assert "/b/Zx3k…/ of [e-mail] from [address]" in line
    assert TOKEN not in line
    assert "203.0.113.9" not in line


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"/b/{TOKEN}/cancel/", "/b/Zx3k…/cancel/"),
        (f"/api/v1/bookings/{TOKEN}/move", "/api/v1/bookings/Zx3k…/move"),
        (
            "/admin/account/password/forgotten/1-d0gn9x-0123456789abcdef/",
            "/admin/account/password/forgotten/1-…/",
        ),
        ("/berlin/haircut/book/", "/berlin/haircut/book/"),
        ("/admin/calendar/hamburg-altona/", "/admin/calendar/hamburg-altona/"),
        (f"/berlin/haircut/book/?start=x&draft={TOKEN}", "/berlin/haircut/book/?start=x&draft=Zx3k…"),
        ("to Anna.B+x@mail.example.org: refused", "to [e-mail]: refused"),
        (
            "<0f0e0d0c-0102-4304-8506-0708090a0b0c@holdfast.invalid>",
            "<0f0e0d0c-0102-4304-8506-0708090a0b0c@holdfast.invalid>",
        ),
        ("ip='203.0.113.9'", "ip='[address]'"),
        ("from 2001:db8::1 at 10:11:12", "from [address] at 10:11:12"),
        ("::ffff:203.0.113.9 came", "[address] came"),
        ("127.0.0.1:8000 and ::1", "127.0.0.1:8000 and ::1"),
        ("2026-11-23T03:58:23.038104Z", "2026-11-23T03:58:23.038104Z"),
        ("django-q2 1.11.0", "django-q2 1.11.0"),
        ("10.0.0.3:5432", "[address]:5432"),
    ],
)
def test_what_is_taken_out_and_what_stays(written, kept):
    assert redacted(written) == kept


@pytest.mark.django_db
def test_what_the_database_refuses_is_logged_without_the_row(written):
    booking = BookingFactory(name="Clara Berg", notes="Allergic.\n\nPlease ring twice.")
    try:
        with transaction.atomic():
            Booking.objects.filter(pk=booking.pk).update(people=0, version=booking.version + 1)
    except IntegrityError:
        structlog.get_logger("holdfast.test").exception("refused", booking=booking.pk)

    [line] = written
    assert "bookings_booking_has_people" in line
    assert line.count("Failing row contains […]") == 2
    assert not {word for word in ("Clara", "Allergic", "ring twice") if word in line}
