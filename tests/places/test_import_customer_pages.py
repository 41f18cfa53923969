"""The page for customers of another program shows who is new, keeps each once, and is for all places."""

import dataclasses
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.formats import date_format

from bookings import erasure
from bookings.importing import kept, people
from bookings.importing.planning import BOOK
from bookings.models import Customer, ImportFile
from operations import intents, roles
from operations.people.notes import Note
from tests.factories import LocationFactory
from tests.pages.visitor import Page
from tests.places.test_import_pages import browser, look
from tests.racing import race

pytestmark = pytest.mark.django_db
CHOOSE = "/admin/import-customers/"
TABLE = """name,email,phone,notes
Anna Berg,anna@example.com,+49 30 1,likes it short
Ben Wolf,,+49 30 2,
Anna again,Anna@Example.com,,
Nobody,,,
"""


@pytest.fixture
def owner():
    return browser()


def upload(client, text=TABLE, key=None):
    content = text if isinstance(text, bytes) else text.encode()
    data = {"request_id": key or intents.issue(), "format": "generic"}
    return client.post(CHOOSE, data | {"file": SimpleUploadedFile("people.csv", content)})


def press(client, path, **pressed):
    answer = client.post(path, {"version": "1"} | pressed)
    assert answer.status_code == 303
    return answer


def test_first_it_is_shown_row_by_row_and_nobody_is_kept(owner):
    page = look(owner, upload(owner)["Location"])

    assert "New Anna Berg" in page.text
    assert "Already there Anna again" in page.text
    assert "Neither an e-mail address nor a telephone number." in page.text
    assert not Customer.objects.exists()


def test_it_says_when_whoever_has_not_booked_is_forgotten_and_that_is_true(owner):
    path, then = upload(owner)["Location"], timezone.now() + timedelta(days=90)
    said = date_format(timezone.localtime(then), "DATE_FORMAT")

    assert f"Whoever has not booked by {said} is forgotten then" in look(owner, path).text

    press(owner, path, apply="1")
    with time_machine.travel(then - timedelta(hours=1)):
        assert not erasure.long_gone().exists()
    with time_machine.travel(then + timedelta(hours=1)):
        assert erasure.long_gone().exists()


def test_what_is_shown_is_kept_once_however_often_it_is_pressed(owner):
    path = upload(owner)["Location"]

    for _each in range(2):
        press(owner, path, apply="1")

    assert set(Customer.objects.values_list("name", flat=True)) == {"Anna Berg", "Ben Wolf"}
    assert "There is nobody left to take over." in look(owner, path).text
    assert not Note.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_pressed_by_several_at_one_moment_each_is_taken_over_once(owner):
    rows = "".join(f"Anna {number},anna{number}@example.com,shy\n" for number in range(20))
    path = upload(owner, f"name,email,notes\n{rows}")["Location"]
    file, writer = ImportFile.objects.get(), User.objects.get().pk

    told = race(3, lambda _: list(people.take_over(file.rows(), applying=True, user_id=writer)))

    assert [verdict.outcome for verdicts in told for verdict in verdicts].count(BOOK) == 20
    assert Note.objects.count() == 20
    assert "There is nobody left to take over." in look(owner, path).text


def test_whoever_is_known_stays_as_they_are(owner):
    Customer.objects.create(email="anna@example.com", name="Anna B.")

    press(owner, upload(owner)["Location"], apply="1")

    assert Customer.objects.get(email="anna@example.com").name == "Anna B."


def test_remarks_become_notes_only_when_that_is_ticked(owner):
    press(owner, upload(owner)["Location"], apply="1", notes="1")

    assert [note.text for note in Note.objects.all()] == ["likes it short\nTelephone: +49 30 1"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"a\n1", "The first line must name the columns"),
        (b"name\n\x81", "This is not UTF-8"),
        (b"name,email\n", "There are no rows"),
        (b"name,email\n" + b"A,a@example.com\n" * 5001, "use the command import_customers"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_in_words(owner, text, why):
    answer = upload(owner, text)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not ImportFile.objects.exists()


def test_a_file_sent_twice_is_kept_once_and_forgotten(owner):
    key = intents.issue()
    assert upload(owner, key=key)["Location"] == upload(owner, key=key)["Location"]

    press(owner, upload(owner, key=key)["Location"], forget="1")
    assert not ImportFile.objects.exists()

    upload(owner)
    ImportFile.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    assert kept.forget_old() == 1


def test_a_number_used_for_customers_keeps_no_file_of_a_place(owner):
    place, key = LocationFactory(), intents.issue()
    upload(owner, key=key)
    data = {"request_id": key, "format": "generic"}
    file = SimpleUploadedFile("old.csv", b"start,name\n2099-03-03 09:00,Anna\n")

    answer = owner.post(f"/admin/import/{place.slug}/", data | {"file": file})

    assert answer.status_code == 422
    assert "This form was already sent with other details." in answer.content.decode()
    assert ImportFile.objects.get().location is None


@pytest.mark.parametrize("role", [roles.FRONT_DESK, roles.AUDITOR])
def test_without_the_permission_nothing_is_shown_or_kept(role):
    client = browser(role)

    assert client.get(CHOOSE).status_code == 403
    assert upload(client).status_code == 403
    assert not ImportFile.objects.exists()


def test_whoever_is_limited_to_some_places_takes_over_nobody():
    client = browser(roles.OWNER, LocationFactory())

    assert upload(client).status_code == 403
    assert CHOOSE not in Page(client.get("/admin/reports/"), "").links


def test_the_reports_lead_to_it(owner):
    assert CHOOSE in Page(owner.get("/admin/reports/"), "").links


def test_a_file_of_bookings_is_none_of_customers(owner):
    file = ImportFile.objects.create(
        key="5d0d5d0a-6a39-4c1e-9a53-3c3b7f0a2f61", location=LocationFactory(), form="generic", content=TABLE
    )

    assert owner.get(f"{CHOOSE}{file.pk}/").status_code == 404


def test_a_long_file_is_taken_part_by_part(owner, settings):
    settings.HOLDFAST = dataclasses.replace(settings.HOLDFAST, import_page_rows_count=1)
    path = upload(owner)["Location"]

    for number in ("1", "2", "3"):
        press(owner, path, apply="1", part=number)

    assert set(Customer.objects.values_list("name", flat=True)) == {"Anna Berg", "Ben Wolf"}
    assert "Already there Anna again" in look(owner, f"{path}?part=3").text


def test_a_press_stops_in_time_and_says_what_is_left(owner, settings):
    settings.HOLDFAST = dataclasses.replace(settings.HOLDFAST, import_press_seconds=-1)
    path = upload(owner)["Location"]

    press(owner, path, apply="1")

    assert "3 rows are left. Press again to go on." in look(owner, path).text
    assert Customer.objects.count() == 1
