"""The pages of an import show first what they would do, do exactly that, and are the owner's alone."""

import dataclasses
import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bookings.importing import kept
from bookings.models import Assignment, Booking, ImportFile
from notifications.models import Delivery
from operations import intents, roles
from operations.history import Event
from tests.factories import LocationFactory, ResourceFactory, ServiceFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db
CHOOSE = "/admin/import/corner/"
TABLE = """id,service,person,start,name,email
1,Haircut,Lena,2099-03-03 09:00,Anna Berg,anna@example.com
2,Trim,Lena,2099-03-03 10:00,Ben Wolf,ben@example.com
3,Haircut,Lena,2099-03-03 09:15,Carla Diaz,carla@example.com
"""


@pytest.fixture
def place():
    place = LocationFactory(slug="corner", opening_hours="Mo-Su 09:00-17:00")
    ResourceFactory(location=place, name="Lena", slug="lena")
    ServiceFactory(location=place, name="Haircut", slug="haircut", minutes=30)
    return place


def browser(role=roles.OWNER, *own):
    person = User.objects.create_user(role, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    if own:
        Assignment.objects.create(user=person).locations.set(own)
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def owner(place):
    return browser()


def upload(client, text=TABLE, form="generic", **changed):
    data = {"request_id": intents.issue(), "format": form} | changed
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(CHOOSE, data | {"file": SimpleUploadedFile("old.csv", content)})


def look(client, path):
    return Page(client.get(path), path)


def names_asked(client, path):
    return re.findall(r'<select id="(name-\d+)"', look(client, path).html)


def press(client, page, button, **changed):
    form = next(
        each
        for each in page.forms
        if each.method == "post" and (button == "forget") != ("version" in each.fields)
    )
    return client.post(page.path, form.fields | {button: "1"} | changed)


def test_what_is_shown_is_what_is_done(owner):
    path = upload(owner)["Location"]
    page = look(owner, path)
    assert "Unknown service “Trim”." in page.text
    assert "It overlaps with row 2." in page.text
    assert not Booking.objects.exists()

    assert press(owner, page, "apply").status_code == 303

    booking = Booking.objects.get()
    assert (booking.name, booking.source) == ("Anna Berg", "command")
    assert Event.objects.of(booking).first().user_id == User.objects.get().pk
    again = look(owner, path)
    assert f"Already there {booking.reference}" in again.text
    assert "1 booking was made." in again.text
    assert f"It overlaps with {booking.reference}." in again.text


def test_pressed_twice_it_books_once(owner):
    page = look(owner, upload(owner)["Location"])

    for _each in range(2):
        assert press(owner, page, "apply").status_code == 303

    assert Booking.objects.count() == 1


def test_unknown_names_are_said_and_then_booked(owner):
    path = upload(owner)["Location"]

    assert press(owner, look(owner, path), "map", **{"name-0": "haircut"}).status_code == 303
    press(owner, look(owner, path), "apply")

    assert set(Booking.objects.values_list("name", flat=True)) == {"Anna Berg", "Ben Wolf"}


def test_more_names_than_a_form_can_send_are_asked_for_a_hundred_at_a_time(owner):
    rows = [f"{n},Name {n},Lena,2099-03-03 09:00,A{n},a{n}@example.com" for n in range(1100)]
    path = upload(owner, "\n".join([TABLE.splitlines()[0], *rows]))["Location"]
    listed = names_asked(owner, path)
    assert listed == [f"name-{n}" for n in range(100)]
    assert "Names that are unknown here 100 / 1100" in look(owner, path).text

    answer = press(owner, look(owner, path), "map", **dict.fromkeys(listed[:50], "haircut"))
    assert answer.status_code == 303
    assert names_asked(owner, path) == [f"name-{n}" for n in range(50, 150)]
    press(owner, look(owner, path), "map", **{"name-70": "haircut"})

    said = ImportFile.objects.get().mapped["services"]
    assert said == {f"Name {n}": "haircut" for n in (*range(50), 70)}
    assert names_asked(owner, f"{path}?part=3")[0] == "name-1000"
    page = look(owner, f"{path}?part=3")
    press(owner, page, "map", **{"name-1099": "haircut"})
    assert ImportFile.objects.get().mapped["services"] == said | {"Name 1099": "haircut"}


def test_a_name_that_is_left_out_again_means_nothing(owner):
    path = upload(owner)["Location"]
    press(owner, look(owner, path), "map", **{"name-0": "haircut"})

    press(owner, look(owner, path), "map", **{"name-0": ""})

    assert ImportFile.objects.get().mapped["services"] == {}


def test_a_page_from_before_the_names_changed_books_nothing(owner):
    page = look(owner, upload(owner)["Location"])
    press(owner, page, "map", **{"name-0": "haircut"})

    answer = press(owner, page, "apply")

    assert answer.status_code == 409
    assert not Booking.objects.exists()


def test_customers_are_told_only_when_that_is_ticked(owner):
    press(owner, look(owner, upload(owner)["Location"]), "apply", tell="1")

    assert Delivery.objects.filter(kind="confirmation").count() == 1


def test_a_file_sent_twice_is_kept_once(owner):
    key = intents.issue()

    assert upload(owner, request_id=key)["Location"] == upload(owner, request_id=key)["Location"]
    assert ImportFile.objects.count() == 1


def test_appointments_as_json(owner):
    text = json.dumps([{"id": 1, "start": "2099-03-03 09:00:00", "service": {"name": "Haircut"}}])

    assert (
        "Name: This field is required."
        in look(owner, upload(owner, text, "easyappointments")["Location"]).text
    )


@pytest.mark.parametrize("sign", [r"\u0000", r"\ud800", r"\u001b"])
def test_what_cannot_be_shown_is_refused_before_it_is_kept(owner, sign):
    text = f'[{{"start": "2099-03-03 10:00", "service": {{"name": "a{sign}b"}}}}]'

    answer = upload(owner, text, "easyappointments")

    assert "This is not a text" in answer.content.decode()
    assert not ImportFile.objects.exists()


def test_notes_of_several_lines_are_a_text(owner):
    text = r'[{"start": "2099-03-03 10:00", "notes": "one\r\n\ttwo"}]'

    assert upload(owner, text, "easyappointments").status_code == 303


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "The first line must name the columns"),
        (b"\xff\xfe", "The first line must name the columns"),
        (b"\xff\xfea", "This is not UTF-8"),
        (b"start;name\n\x81;A", "This is not UTF-8"),
        (b"PK\x03\x04sheet", "This is a workbook"),
        (b"start,name" + b",x" * 199 + b"\n1,A", "A page takes 200 columns."),
        (b"a\n1", "The first line must name the columns"),
        (b"start,name\n", "There are no rows"),
        (b"start,name\n\x00,A", "This is not a text"),
        (b"\nstart,name\n2099-03-03 09:00,A\n", "This is not a table in UTF-8: new-line character"),
        (b"\r\nstart,name\r\n2099-03-03 09:00,A\r\n", "The first line must name the columns"),
        (b"start,name," + b"x" * 2**17 + b"x\n1,A,b", "This is not a table in UTF-8: field larger"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_in_words(owner, text, why):
    answer = upload(owner, text)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not ImportFile.objects.exists()


def test_a_table_as_an_old_macintosh_ends_its_lines_is_read(owner):
    path = upload(owner, TABLE.replace("\n", "\r"))["Location"]

    assert "It overlaps with row 2." in look(owner, path).text


def test_a_form_without_a_file_or_a_format_is_answered_in_words(owner):
    assert "Please choose a format" in upload(owner, form="other").content.decode()
    answer = owner.post(CHOOSE, {"request_id": intents.issue(), "format": "generic"})
    assert "Please choose a file" in answer.content.decode()


def test_a_file_that_is_too_large_is_never_kept(owner, settings):
    rows = "start,name\n" + "2099-03-03 09:00,Anna Berg\n" * 100_000

    assert "at most 2048 KiB" in upload(owner, rows).content.decode()
    settings.HOLDFAST = dataclasses.replace(settings.HOLDFAST, import_file_rows_count=2)
    assert "A page takes 2 rows" in upload(owner).content.decode()
    assert not ImportFile.objects.exists()


UMLAUTS = "id;service;person;start;name;email\n1;Haircut;Lena;03.03.2099 09:00;Jörg Müßig;joerg@example.com\n"


@pytest.mark.parametrize(
    ("codec", "named"),
    [("cp1252", "Windows-1252"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-8-sig", "UTF-8")],
)
def test_a_file_as_a_german_excel_saves_it_is_read_and_says_as_what(owner, codec, named):
    page = look(owner, upload(owner, UMLAUTS.encode(codec))["Location"])

    assert f"The file was read as {named}." in page.text
    assert ("If letters such as ä" in page.text) == (codec == "cp1252")
    press(owner, page, "apply")
    assert Booking.objects.get().name == "Jörg Müßig"


def test_a_japanese_excel_is_understood_where_the_reader_is_japanese(owner):
    owner.cookies["django_language"] = "ja"

    page = look(owner, upload(owner, UMLAUTS.replace("Jörg Müßig", "山田花子").encode("cp932"))["Location"])

    assert "Windows-932" in page.text
    assert "山田花子" in page.text


@pytest.fixture
def parts_of_two(settings):
    settings.HOLDFAST = dataclasses.replace(settings.HOLDFAST, import_page_rows_count=2)


def test_a_long_file_is_taken_part_by_part(owner, parts_of_two):
    path = upload(owner)["Location"]
    page = look(owner, path)
    assert "These are the rows 2 to 3. The file has 3 and is taken part by part." in page.text
    assert "Go on with the rows 4 to 4" in page.text
    assert "<td>Carla Diaz</td>" not in page.html

    assert press(owner, page, "apply")["Location"] == path
    last = look(owner, f"{path}?part=2")

    assert Booking.objects.get().name == "Anna Berg"
    assert f"It overlaps with {Booking.objects.get().reference}." in last.text
    assert "Go on with" not in last.text
    assert "Anna Berg" in look(owner, f"{path}?part=3").text


def test_a_press_on_the_second_part_books_that_and_stays_there(owner, parts_of_two):
    path = upload(owner, TABLE.replace("09:15", "11:00").replace("Trim", "Haircut"))["Location"]

    answer = press(owner, look(owner, f"{path}?part=2"), "apply")

    assert answer["Location"] == f"{path}?part=2"
    assert Booking.objects.get().name == "Carla Diaz"


def test_a_press_stops_in_time_says_what_is_left_and_goes_on(owner, settings):
    settings.HOLDFAST = dataclasses.replace(settings.HOLDFAST, import_press_seconds=-1)
    path = upload(owner, TABLE.replace("Trim", "Haircut"))["Location"]
    press(owner, look(owner, path), "apply")
    page = look(owner, path)
    assert "2 rows are left. Press again to go on." in page.text
    assert Booking.objects.count() == 1

    settings.HOLDFAST = dataclasses.replace(settings.HOLDFAST, import_press_seconds=5)
    press(owner, page, "apply")

    assert set(Booking.objects.values_list("name", flat=True)) == {"Anna Berg", "Ben Wolf"}


def test_files_are_forgotten_when_somebody_says_so_and_after_a_day(owner):
    page = look(owner, upload(owner)["Location"])
    press(owner, page, "forget")
    assert not ImportFile.objects.exists()

    upload(owner)
    assert kept.forget_old() == 0
    ImportFile.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    assert kept.forget_old() == 1


@pytest.mark.parametrize("role", [roles.FRONT_DESK, roles.AUDITOR])
def test_without_the_permission_nothing_is_shown_or_kept(place, role):
    client = browser(role)

    assert client.get("/admin/import/").status_code == 403
    assert client.get(CHOOSE).status_code == 403
    assert upload(client).status_code == 403
    assert not ImportFile.objects.exists()


def test_an_owner_of_another_place_is_refused(place, owner):
    path = upload(owner)["Location"]
    User.objects.all().delete()
    client = browser(roles.OWNER, LocationFactory())

    assert client.get(CHOOSE).status_code == 403
    assert client.post(path, {"apply": "1", "version": "1"}).status_code == 403
    assert not Booking.objects.exists()


def test_with_one_place_there_is_nothing_to_choose(owner):
    assert owner.get("/admin/import/")["Location"] == CHOOSE
