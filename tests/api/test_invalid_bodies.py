"""Whatever a body holds: a clear problem at the right field, nothing stored, never a 500."""

import json

import pytest

from bookings.models import Booking
from operations.intents import Intent
from tests.api.calls import assert_problem, post, wish

pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.com"
FIELDS = [
    ("start", "2027-01-05T09:30:00"),
    ("start", "2027-01-05"),
    ("start", "2027-01-05T09:30:00+25:00"),
    ("start", "0001-01-01T00:00:00+14:00"),
    ("start", "9999-12-31T23:59:59-12:00"),
    ("start", "1799999999"),
    ("start", 1799999999),
    ("start", None),
    ("location", "nowhere"),
    ("location", "a\x00b"),
    ("location", "\ud800"),
    ("service", "nothing"),
    ("service", "a/b"),
    ("resource", "nobody"),
    ("resource", "a\x00b"),
    ("name", ""),
    ("name", "   "),
    ("name", "\u200b"),
    ("name", 7),
    ("name", None),
    ("name", "A" * 201),
    ("name", "A" * 10_000),
    ("name", "Ada\x00"),
    ("name", "Ada\nLovelace"),
    ("name", "Ada\x1bLovelace"),
    ("name", "Ada \ud800"),
    ("email", ""),
    ("email", "ada"),
    ("email", f"{ADDRESS}\n"),
    ("email", f"{ADDRESS}\r\nBcc: everybody@example.com"),
    ("email", f"{ADDRESS}\x00"),
    ("email", f"\ud800{ADDRESS}"),
    ("email", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.example"),
    ("phone", "1" * 41),
    ("phone", "1\x002"),
    ("notes", "n" * 2001),
    ("notes", "a\x00b"),
    ("notes", "a\ud800b"),
    ("answers", []),
    ("answers", {"a": []}),
    ("answers", {"a": "b\x00"}),
    ("answers", {"a": "\ud800"}),
    ("answers", {"\x00": "b"}),
    ("answers", {"\ud800": "b"}),
    ("answers", {str(n): n for n in range(51)}),
    ("confirm_duplicate", "yes"),
    ("confirm_duplicate", 1),
    ("unexpected", "field"),
    ("\x00", "field"),
]


@pytest.mark.parametrize(("name", "value"), FIELDS, ids=lambda part: repr(part)[:40])
def test_a_wrong_field_is_named_and_nothing_is_stored(service, start, name, value):
    problem = assert_problem(post("/bookings", wish(service, start) | {name: value}), 422, "invalid")

    assert problem["errors"][0]["pointer"].startswith(f"#/{name}")
    assert problem["errors"][0]["detail"]
    assert not Booking.objects.exists()
    assert not Intent.objects.exists()


def test_a_number_beyond_measure_is_invalid(service, start):
    body = json.dumps(wish(service, start, answers={"a": 1})).replace('"a": 1', '"a": 1e999').encode()

    assert_problem(post("/bookings", body), 422, "invalid")


def test_a_name_that_is_no_text_is_invalid(service, start):
    assert_problem(post("/bookings", wish(service, start) | {"\ud800": "field"}), 422, "invalid")


def test_every_missing_field_is_named(service):
    problem = assert_problem(post("/bookings", {}), 422, "invalid")

    pointers = {error["pointer"] for error in problem["errors"]}
    assert pointers == {"#/location", "#/service", "#/start", "#/name", "#/email"}


def test_what_was_sent_is_not_repeated(service, start):
    response = post("/bookings", wish(service, start, email="ada at example.com"))

    assert b"ada at" not in response.content


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"name": NaN}',
        b"\xff\xfe",
        b"[" * 60_000,
        "{}".encode("utf-16"),
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_not_json_is_malformed(body, db):
    assert_problem(post("/bookings", body), 400, "malformed-json")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"7"])
def test_a_body_that_is_no_object_is_invalid(body, db):
    assert_problem(post("/bookings", body), 422, "invalid")


def test_a_body_over_64_kib_is_too_large(service, start):
    body = wish(service, start, notes="n" * 64 * 1024)

    assert_problem(post("/bookings", body), 413, "too-large")


def test_a_body_of_64_kib_is_read(service, start):
    body = json.dumps(wish(service, start)).encode()

    assert post("/bookings", body + b" " * (64 * 1024 - len(body))).status_code == 201


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_of_another_type_is_unsupported(service, start, media_type):
    response = post("/bookings", wish(service, start), Content_Type=media_type)

    assert_problem(response, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "name", ["Ðòrótheä O’Neill-Ñuñez", "山田 花子", "نازنین می‌خواهم", "क्षत्रिय", "👩‍🔬 Ada"]
)
def test_names_of_any_script_are_accepted(service, start, name):
    assert post("/bookings", wish(service, start, name=name)).status_code == 201
    assert Booking.objects.get().name == name


def test_text_is_cleaned_like_the_web_forms_text(service, start):
    body = wish(
        service, start, name="  Zoe\u0308 ", phone=" 030 1 ", notes=" a\r\nb ", email=" Zoe@Example.com "
    )

    assert post("/bookings", body).status_code == 201
    booking = Booking.objects.get()
    assert (booking.name, booking.phone, booking.notes) == ("Zoë", "030 1", "a\nb")
    assert booking.email == "Zoe@Example.com"
