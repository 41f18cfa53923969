"""Columns with headings that nobody knows are asked for, once, and then the file is read as it was said."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from bookings.importing import columns, formats
from bookings.models import Booking, Customer, ImportFile
from operations import intents
from tests.factories import LocationFactory, ResourceFactory, ServiceFactory
from tests.places.test_import_pages import browser, look, press, upload

pytestmark = pytest.mark.django_db
GERMAN = (
    "Datum;Uhrzeit;Leistung;Mitarbeiter;Vorname;Nachname;Mail;Handy;Bemerkung;Farbe\n"
    "03.03.2099;09:00;Haircut;Lena;Anna;Berg;anna@example.com;030 1;mag es kurz;rot\n"
)
SAID = {
    "column-0": "date",
    "column-1": "time",
    "column-2": "service",
    "column-3": "person",
    "column-4": "name_first",
    "column-5": "name_last",
    "column-6": "email",
}


@pytest.fixture
def place():
    place = LocationFactory(slug="corner", opening_hours="Mo-Su 09:00-17:00")
    ResourceFactory(location=place, name="Lena", slug="lena")
    ServiceFactory(location=place, name="Haircut", slug="haircut", minutes=30)
    return place


@pytest.fixture
def owner(place):
    return browser()


def guesses(line, form="generic"):
    headings = line.split(",")
    return dict(zip(headings, columns.guessed(headings, form), strict=True))


def asked(page):
    """What a press would send: the version, and of each column what is chosen."""
    found = re.findall(r'<select id="(column-\d+)"(.*?)</select>', page.html, re.S)
    assert found
    chosen = {name: re.search(r'value="(\w+)" selected', options) for name, options in found}
    version = re.search(r'name="version" value="(\d+)"', page.html)[1]
    return {name: one[1] if one else "" for name, one in chosen.items()} | {"version": version}


def test_headings_are_guessed_in_the_languages_of_offices():
    assert guesses("Datum,Uhrzeit,Leistung,Mitarbeiter,Kunde,E-Mail-Adresse,Telefon,Kommentar") == {
        "Datum": "date",
        "Uhrzeit": "time",
        "Leistung": "service",
        "Mitarbeiter": "person",
        "Kunde": "name",
        "E-Mail-Adresse": "email",
        "Telefon": "phone",
        "Kommentar": "notes",
    }
    assert list(guesses("Début,Prénom,Nom,Courriel").values()) == ["start", "name_first", "name", "email"]
    assert list(guesses("日付,時間,氏名,メール,電話").values()) == ["date", "time", "name", "email", "phone"]


def test_a_guess_is_not_made_twice_nor_for_what_is_no_time_of_a_visit():
    assert list(guesses("Mail,Mail 2,Geburtsdatum,Kalender").values()) == ["email", "", "", ""]
    assert guesses("Startzeit,Name")["Startzeit"] == "start"


def test_what_is_known_by_its_heading_is_no_guess():
    assert list(guesses("email,Zweite Mail").values()) == ["email", ""]


def test_unknown_headings_are_asked_for_with_some_values(owner):
    page = look(owner, upload(owner, GERMAN)["Location"])

    assert "What is in each column?" in page.text
    assert "“Mail” anna@example.com" in page.text
    assert "Row by row" not in page.text
    fields = asked(page)
    assert {name: fields[name] for name in SAID} == SAID
    assert (fields["column-7"], fields["column-8"], fields["column-9"]) == ("phone", "notes", "")


def test_a_heading_that_sounds_like_what_is_missing_is_asked_for(owner):
    table = "start,service,name,phone,mail\n2099-03-03 09:00,Haircut,A,030 1,a@example.com\n"
    assert "Row by row" not in look(owner, upload(owner, table)["Location"]).text
    plain = table.replace(",mail", ",colour")
    assert "Row by row" in look(owner, upload(owner, plain)["Location"]).text


def test_what_was_said_is_kept_with_the_file_and_booked(owner):
    path = upload(owner, GERMAN)["Location"]
    answer = owner.post(path, asked(look(owner, path)) | {"columns": "1"})
    assert answer["Location"] == path
    page = look(owner, path)
    assert "Will be booked" in page.text

    press(owner, page, "apply")

    booking = Booking.objects.get()
    assert (booking.name, booking.email, booking.phone) == ("Anna Berg", "anna@example.com", "030 1")
    assert (booking.notes, booking.local_start) == ("mag es kurz", "2099-03-03T09:00:00+01:00")
    assert ImportFile.objects.get().columns["6"] == "email"


def test_names_that_are_unknown_are_asked_for_after_the_columns(owner):
    path = upload(owner, GERMAN.replace("Haircut", "Schnitt"))["Location"]
    owner.post(path, asked(look(owner, path)) | {"columns": "1"})

    press(owner, look(owner, path), "map", **{"name-0": "haircut"})
    press(owner, look(owner, path), "apply")

    assert Booking.objects.get().service.slug == "haircut"


def test_a_page_from_before_the_columns_changed_books_nothing(owner):
    path = upload(
        owner, "start,name,service,mail,email\n2099-03-03 09:00,A,Haircut,b@example.com,a@example.com\n"
    )
    path = path["Location"]
    page = look(owner, path)
    changed = asked(page) | {"column-3": "email", "column-4": "", "columns": "1"}
    assert owner.post(path, changed).status_code == 303

    assert press(owner, page, "apply").status_code == 409
    assert not Booking.objects.exists()
    press(owner, look(owner, path), "apply")
    assert Booking.objects.get().email == "b@example.com"


@pytest.mark.parametrize("order", [("", "email"), ("email", "")])
def test_what_is_said_of_a_column_after_booking_books_no_row_again(owner, place, order):
    place.services.update(capacity=9)
    path = upload(
        owner,
        "start,service,name,phone,Kontakt\n"
        "2099-03-03 09:00,Haircut,A,030 23125 201,a@example.com\n"
        "2099-03-03 09:00,Haircut,B,030 23125 202,b@example.com\n",
    )["Location"]
    for said in order:
        owner.post(path, asked(look(owner, path)) | {"column-4": said, "columns": "1"})
        page = look(owner, path)
        owner.post(path, {"version": asked(page)["version"], "apply": "1"})

    assert sorted(Booking.objects.values_list("name", flat=True)) == ["A", "B"]
    assert look(owner, path).text.count("The same customer has this time already:") == 2


def test_what_nobody_offered_counts_as_left_out(owner):
    path = upload(owner, GERMAN)["Location"]

    owner.post(path, asked(look(owner, path)) | {"column-6": "status; drop", "columns": "1"})

    assert ImportFile.objects.get().columns["6"] == ""


def test_what_another_program_calls_its_columns_stays_known():
    heading = "start,provider first name,provider last name,firstname,email"
    table = f"{heading}\n2099-03-03 09:00,Lena,Meyer,A,a@b.example\n"
    file = ImportFile(form=formats.EASY, content=table, location=LocationFactory())
    assert not columns.must_be_asked(file)

    file.mapped = {
        "columns": columns.chosen(file, {"column-0": "start", "column-3": "name", "column-4": "email"})
    }

    (row,) = file.rows()
    assert (row.person, row.name, row.email) == ("Lena Meyer", "A", "a@b.example")


def test_customers_are_asked_for_too(owner):
    data = {"request_id": intents.issue(), "format": "generic"}
    file = SimpleUploadedFile("people.csv", "Kunde;Mail\nJörg Müßig;j@example.com\n".encode("cp1252"))
    path = owner.post("/admin/import-customers/", data | {"file": file})["Location"]
    page = look(owner, path)
    assert asked(page)["column-1"] == "email"

    owner.post(path, asked(page) | {"columns": "1"})
    assert owner.post(path, {"apply": "1", "version": "1"}).status_code == 409
    assert owner.post(path, {"apply": "1", "version": "2"}).status_code == 303

    assert Customer.objects.get().name == "Jörg Müßig"


@pytest.fixture
def run(place, tmp_path):
    def run(name, *options):
        file, said = tmp_path / "old.csv", io.StringIO()
        file.write_text(GERMAN)
        call_command(name, str(file), *options, stdout=said, stderr=io.StringIO())
        return said.getvalue().splitlines()[-1]

    return run


def test_a_command_takes_the_same(run):
    said = ["Datum=date", "Uhrzeit=time", "Leistung=service", "mail=email", "Nachname=name"]
    options = [option for each in said for option in ("--column", each)]

    told = run("import_bookings", "--location", "corner", *options, "--apply")
    assert told == "1 booked, 0 already there, 0 not booked."
    assert Booking.objects.get().name == "Berg"
    assert run("import_customers", *options) == "Dry run: 1 new, 0 already there, 0 not taken over."


@pytest.mark.parametrize(
    ("said", "why"),
    [("Post=email", "no column “Post”"), ("Mail=address", "not “address”"), ("Mail", "no column “”")],
)
def test_a_command_that_means_no_column_is_refused(run, said, why):
    with pytest.raises(CommandError, match=why):
        run("import_customers", "--column", said)


@pytest.mark.parametrize(
    ("raw", "codec", "why"),
    [
        (b"\nMail,Kunde\na@example.com,A\n", "", "not a table in UTF-8: new-line character"),
        (b"Mail,Kunde\xff\na@example.com,A\n", "utf-8", "not a table in UTF-8: 'utf-8' codec"),
        (b"Mail,Kunde\na@example.com,A\n", "utf-16", "not a table in UTF-8: UTF-16 stream"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--column", "Mail=email")])
def test_a_command_refuses_what_is_no_table(tmp_path, raw, codec, why, options):
    file = tmp_path / "old.csv"
    file.write_bytes(raw)

    with pytest.raises(CommandError, match=why):
        call_command("import_customers", str(file), "--encoding", codec, *options, stderr=io.StringIO())
