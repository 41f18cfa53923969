"""What the environment says is what the settings hold."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import addresses, identity


@pytest.mark.parametrize(
    ("url", "host", "port", "name"),
    [
        ("postgres://ada:p%40ss@db.example:5433/book", "db.example", "5433", "book"),
        ("postgresql://ada:p%40ss@%2FVar%2Frun/book", "/Var/run", "", "book"),
        ("postgresql:///book?host=/Var/run&user=ada&password=p%40ss", "/Var/run", "", "book"),
        ("host=one,two port=1,2 dbname=book user=ada password=p@ss", "one,two", "1,2", "book"),
    ],
)
def test_a_database_is_read_as_libpq_reads_it(url, host, port, name):
    found = addresses.database(url)

    assert (found["HOST"], found["PORT"], found["NAME"]) == (host, port, name)
    assert (found["USER"], found["PASSWORD"]) == ("ada", "p@ss")


def test_options_of_a_database_address_are_kept():
    found = addresses.database("postgres://db.example/book?sslmode=require")

    assert found["OPTIONS"]["sslmode"] == "require"


def test_a_wrong_database_address_is_refused_without_its_password():
    with pytest.raises(ImproperlyConfigured) as refusal:
        addresses.database("postgres://ada:s3cret@[host/book")

    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://mail.example:1025", 1025, False, False),
        ("smtp+tls://ada:p%40ss@mail.example", 587, True, False),
        ("smtp+ssl://mail.example", 465, False, True),
    ],
)
def test_mail_addresses_say_how_to_connect(url, port, tls, ssl):
    found = addresses.mail(url)

    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl)
    assert found["EMAIL_HOST_PASSWORD"] in ("", "p@ss")


@pytest.mark.parametrize("url", ["mail.example:25", "http://mail.example", "smtp://"])
def test_a_wrong_mail_address_is_refused(url):
    with pytest.raises(ImproperlyConfigured):
        addresses.mail(url)


@pytest.mark.parametrize(
    ("url", "provider", "names"),
    [
        ("sendgrid://SG.a-b_C@", "sendgrid", {"SENDGRID_API_KEY": "SG.a-b_C"}),
        ("postmark://t%2Fken@", "postmark", {"POSTMARK_SERVER_TOKEN": "t/ken"}),
        ("mailgun://KEY@", "mailgun", {"MAILGUN_API_KEY": "KEY"}),
        (
            "mailgun://KEY@mg.example",
            "mailgun",
            {"MAILGUN_API_KEY": "KEY", "MAILGUN_SENDER_DOMAIN": "mg.example"},
        ),
        ("mailjet://KEY:more@", "mailjet", {"MAILJET_API_KEY": "KEY", "MAILJET_SECRET_KEY": "more"}),
        (
            "postal://KEY@post.example",
            "postal",
            {"POSTAL_API_KEY": "KEY", "POSTAL_API_URL": "https://post.example"},
        ),
        ("smtp://ada:KEY@mail.example", "", {}),
        ("", "", {}),
    ],
)
def test_a_provider_is_named_with_its_key(url, provider, names):
    assert addresses.mail_provider(url) == (provider, names)


@pytest.mark.parametrize("url", ["sendgrid://", "mailjet://KEY@", "postal://KEY@", "mailgun://mg.example"])
def test_a_provider_without_its_key_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="without its"):
        addresses.mail_provider(url)


def test_a_secret_is_made_once_however_many_start_together(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: identity.secret_key(tmp_path / "home"), range(40)))

    assert len(made) == 1


@pytest.mark.parametrize(
    ("first", "second", "demo"), [(None, None, True), (False, None, False), (False, True, True)]
)
def test_a_home_stays_what_it_was_chosen_to_be(tmp_path, first, second, demo):
    identity.choose_demo(tmp_path, first)

    assert identity.choose_demo(tmp_path, second) is demo
    assert identity.is_demo(tmp_path) is demo
