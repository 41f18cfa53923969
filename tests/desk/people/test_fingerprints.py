"""A fingerprint joins what fails alike and keeps nothing that names a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations import fingerprints
from operations.technical_words import WORDS

MARKS = {"<address>", "<link>", "<host>", "<id>", "#", "…"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "550 5.1.1 <anna.berg@example.com>: Recipient address rejected",
            "# <address> recipient address rejected",
        ),
        ("Anna Berg: user unknown", "… user unknown"),
        ("No such user berganna here", "no such user … here"),
        (
            "connect to mx1.example.com[192.0.2.7]:25: Connection refused",
            "connect to <host> connection refused",
        ),
        ("dead host 2001:db8::17", "dead host <host>"),
        ("queued as 4Xk9q2 at 10:02", "queued as <id> at #"),
        ("see https://example.com/?u=anna for more", "see <link> for more"),
        ("TimeoutError: timed out", "TimeoutError timed out"),
        ("Größe überschritten für 張偉", "…"),
        ("", ""),
    ],
)
def test_only_technical_words_are_kept(text, kept):
    assert fingerprints.normalised(text) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<a@example.com>: mailbox full", "<b@example.org>: mailbox full"),
        ("421 try again in 30 seconds", "421 try again in 45 seconds"),
        ("host a.example.com refused", "host b.example.com refused"),
    ],
)
def test_what_differs_by_address_number_or_host_only_is_alike(one, other):
    assert fingerprints.normalised(one) == fingerprints.normalised(other)


def test_another_class_channel_or_code_is_another_incident():
    marks = {
        fingerprints.of("m", "permanent", "email", "550", "x"),
        fingerprints.of("m", "transient", "email", "550", "x"),
        fingerprints.of("m", "permanent", "sms", "550", "x"),
        fingerprints.of("m", "permanent", "email", "551", "x"),
        fingerprints.of("m", "permanent", "email", "550", "y"),
    }

    assert len(marks) == 5


@given(st.text(max_size=400))
def test_whatever_the_other_side_says_only_known_words_are_kept(text):
    tokens = fingerprints.normalised(text).split()

    strangers = [token for token in tokens if token not in MARKS and token not in WORDS]
    assert all(token.endswith(("Error", "Exception", "Timeout", "Refused")) for token in strangers)


@given(st.text(max_size=100))
def test_a_code_of_the_other_side_is_no_door_for_names(code):
    kept = fingerprints.normalised_code(code)

    assert len(kept) <= 60
    assert kept == code.strip() or kept == fingerprints.normalised(code)[:60]


def test_a_reference_is_an_id_with_or_without_a_digit_in_it():
    assert fingerprints.normalised("no rule for HF-ABCDEFGH") == fingerprints.normalised(
        "no rule for HF-A2CDEF7H"
    )
