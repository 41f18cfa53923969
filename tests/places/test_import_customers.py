"""Customers of another program are known before they book."""

import io

import pytest
from django.core.management import CommandError, call_command

from bookings import customers
from bookings.models import Customer
from operations.people.notes import Note
from tests.calendar.attending import staff

pytestmark = pytest.mark.django_db
FILE = """name,email,phone,notes
Anna Berg,Anna@Example.com,+49 30 1,likes it short
Ben Wolf,,+49 30 2,
Anna again,anna@example.com,,
Nobody,,,
Wrong,not an address,,
"""


@pytest.fixture
def run(tmp_path):
    def run(*options, text=FILE):
        file, said = tmp_path / "people.csv", io.StringIO()
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        call_command("import_customers", str(file), *options, stdout=said)
        return said.getvalue().splitlines()

    return run


def test_a_dry_run_keeps_nobody(run):
    assert run()[-1] == "Dry run: 2 new, 1 already there, 2 not taken over."
    assert not Customer.objects.exists()


def test_each_is_kept_once_however_often_the_file_comes(run):
    assert run("--apply")[-1] == "2 new, 1 already there, 2 not taken over."
    assert run("--apply")[-1] == "0 new, 3 already there, 2 not taken over."

    assert [(each.name, each.email, each.phone) for each in Customer.objects.order_by("pk")] == [
        ("Anna Berg", "anna@example.com", ""),
        ("Ben Wolf", "", "+49 30 2"),
    ]
    assert customers.collect() == 0


def test_what_else_is_known_becomes_a_note(run):
    staff("robin")

    run("--apply", "--notes-by", "robin")

    assert [note.text for note in Note.objects.all()] == ["likes it short\nTelephone: +49 30 1"]


def test_a_writer_whom_nobody_knows_is_refused(run):
    with pytest.raises(CommandError, match="There is no user"):
        run("--apply", "--notes-by", "nobody")
    assert not Customer.objects.exists()


def test_a_file_in_another_encoding_is_read_or_refused_in_words(run):
    text = "name\temail\nJörg\tj@example.com\n"
    assert run(text=text.encode("utf-16"))[-1] == "Dry run: 1 new, 0 already there, 0 not taken over."
    run("--apply", "--encoding", "cp850", text=text.encode("cp850"))
    assert Customer.objects.get().name == "Jörg"

    with pytest.raises(CommandError, match="no encoding “x”"):
        run("--encoding", "x")
    with pytest.raises(CommandError, match="not UTF-8"):
        run(text=b"name;email\n\x81;a@example.com\n")
