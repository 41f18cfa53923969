"""The export has the whole story of a booking, and all of it comes as one file within somebody's reach."""

import csv
import io
import json
import uuid
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from bookings import questions
from bookings.exporting import archive, everything
from bookings.models import Booking, Customer, MessageText, Series
from operations import intents, roles
from operations.people import notes
from tests.factories import (
    BookingFactory,
    DeliveryFactory,
    EnquiryFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    WaitEntryFactory,
)
from tests.places.test_export import browser, read

pytestmark = pytest.mark.django_db
ALL = "/admin/export/everything/"


@pytest.fixture
def lena():
    return User.objects.create_user("lena", is_staff=True)


def note(record, user, text):
    with transaction.atomic():
        notes.write(record, user.pk, text)


def series_of(booking):
    with transaction.atomic():
        claimed = intents.claim(intents.Request("test", uuid.uuid4()), {})
        return Series.objects.create(
            request=claimed.intent,
            location=booking.location,
            service=booking.service,
            every="week",
            missed=[{"start": "2027-07-01T08:00:00+00:00", "code": "time_taken"}],
            left_out=[{"day": "2027-07-08", "start": None, "why": "Closed."}],
        )


def unpacked(answer):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    assert archive.testzip() is None
    return {name: archive.read(name).decode() for name in archive.namelist()}


def table(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_booking_is_told_with_its_people_notes_and_what_it_takes():
    service = ServiceFactory(capacity=5, max_people=5)
    booking = BookingFactory(service=service, people=3, notes="Left shoulder")

    (line,) = read("bookings")

    assert (line["people"], line["notes"]) == (3, "Left shoulder")
    assert line["takes"] == booking.resource.slug


def test_a_series_is_told_with_the_dates_that_were_not_booked():
    booking = BookingFactory()
    series = series_of(booking)
    Booking.objects.filter(pk=booking.pk).update(series=series)

    (line,) = read("series")

    assert json.loads(line["missed"]) == [{"start": "2027-07-01T08:00:00+00:00", "code": "time_taken"}]
    assert json.loads(line["left_out"]) == [{"day": "2027-07-08", "start": None, "why": "Closed."}]
    assert read("bookings")[0]["series"] == line["reference"]


def test_who_waits_is_told_with_what_they_answered():
    service = ServiceFactory()
    service.questions.create(code="hair", text="Hair?")
    entry = WaitEntryFactory(
        service=service,
        day=date(2099, 3, 3),
        notes="Any time",
        answers=questions.as_kept(service, {"hair": "long"}),
    )

    (line,) = read("wait_list")

    assert (line["reference"], line["day"], line["notes"]) == (entry.reference, date(2099, 3, 3), "Any time")
    assert line["answers"] == "Hair?: long"


def test_notes_say_whom_or_what_they_are_about(lena):
    booking, anna = BookingFactory(), Customer.objects.create(email="anna@example.com")
    ben = Customer.objects.create(phone="+49 30 2")
    note(booking, lena, "Has a dog")
    note(anna, lena, "Likes it short")
    note(ben, lena, "No mails")

    assert [(line["about"], line["reference"], line["staff"], line["text"]) for line in read("notes")] == [
        ("booking", booking.reference, "lena", "Has a dog"),
        ("customer", "anna@example.com", "lena", "Likes it short"),
        ("customer", "+49 30 2", "lena", "No mails"),
    ]


def test_the_history_has_every_move_by_the_clock_of_its_place(lena):
    booking = BookingFactory(cancelled_by_staff=True, service__location__time_zone="Asia/Tokyo")
    enquiry, message = EnquiryFactory(), DeliveryFactory(booking=booking)

    lines = read("history")

    moves = [line for line in lines if line["reference"] == booking.reference]
    assert [line["transition"] for line in moves] == ["submit", "accept", "cancel"]
    assert (moves[2]["actor"], moves[2]["from_status"], moves[2]["reason"]) == (
        "staff",
        "accepted",
        "a test says so",
    )
    assert moves[0]["at"].endswith("+09:00")
    assert ("enquiry", enquiry.reference) in {(line["about"], line["reference"]) for line in lines}
    assert ("message", str(message.uid)) in {(line["about"], line["reference"]) for line in lines}
    assert read("messages")[0]["message"] == message.uid


def test_what_a_move_was_about_is_told_as_json():
    BookingFactory(draft=True, email="", moves=(("submit", {}),))

    assert [json.loads(line["details"]) for line in read("history")] == [{}, {"without_email": True}]


def test_what_services_need_and_who_may_do_them_is_told():
    lena = ResourceFactory(slug="lena")
    need = ServiceFactory(location=lena.location).requirements.create(kind="person")
    need.resources.add(lena)

    assert [(line["kind"], line["one_of"]) for line in read("needs")] == [("person", "lena")]


def test_texts_of_your_own_and_places_that_are_switched_off_are_told():
    place = LocationFactory(slug="corner", is_active=False)
    MessageText.objects.create(location=place, kind="confirmation", language="de", intro="Bis bald!")

    assert [(line["location"], line["intro"]) for line in read("message_texts")] == [("corner", "Bis bald!")]
    assert [(line["slug"], line["is_active"]) for line in read("places")] == [("corner", False)]


def test_all_of_it_comes_as_one_file_that_no_spreadsheet_runs(lena):
    booking = BookingFactory(accepted=True, name="=cmd()")
    note(booking, lena, "+1 guest")

    files = unpacked(browser(roles.OWNER).post(ALL))

    assert set(files) == {*(f"{code}.csv" for code in everything.SHEETS), "locations.json"}
    assert [line["name"] for line in table(files["bookings.csv"])] == ["'=cmd()"]
    assert [line["text"] for line in table(files["notes.csv"])] == ["'+1 guest"]
    assert len(json.loads(files["locations.json"])["locations"]) == 1


def test_for_excel_every_table_begins_with_its_mark():
    files = unpacked(browser(roles.OWNER).post(ALL, {"bom": "1"}))

    assert {text[0] for name, text in files.items() if name.endswith(".csv")} == {"\ufeff"}


def everything_about(booking, user):
    """A record of each kind that belongs to the booking's place."""
    place, service = booking.location, booking.service
    span = {"starts_at": datetime(2027, 7, 1, tzinfo=UTC), "ends_at": datetime(2027, 7, 2, tzinfo=UTC)}
    service.questions.create(code="hair", text="Hair?")
    answers = questions.as_kept(service, {"hair": "long"})
    Booking.objects.filter(pk=booking.pk).update(answers=answers)
    service.requirements.create(kind="person").resources.add(booking.resource)
    place.closures.create(**span)
    booking.resource.absences.create(**span)
    MessageText.objects.create(location=place, kind="confirmation", language="de", intro="Bis bald!")
    note(booking, user, f"about {place.slug}")
    series_of(booking)
    DeliveryFactory(booking=booking)
    EnquiryFactory(location=place)
    WaitEntryFactory(service=service)


@pytest.fixture
def two_places(lena):
    ours, theirs = (
        BookingFactory(location=place, service__location=place, completed=True)
        for place in (LocationFactory(slug="ours"), LocationFactory(slug="theirs"))
    )
    for booking in (ours, theirs):
        everything_about(booking, lena)
    note(Customer.objects.create(email="anna@theirs.example"), lena, "theirs")
    return ours, theirs


def test_an_owner_of_one_place_takes_along_nothing_of_another(two_places):
    ours, theirs = two_places

    files = unpacked(browser(roles.OWNER, ours.location).post(ALL))

    assert set(everything.SHEETS) - {name.removesuffix(".csv") for name in files} == {"customers"}
    assert not [name for name, text in files.items() if "theirs" in text or theirs.reference in text]
    assert not [name for name, text in files.items() if "ours" not in text]


def test_so_does_each_file_alone(two_places):
    client = browser(roles.OWNER, two_places[0].location)

    for code in [*everything.SHEETS, "locations"]:
        answer = client.post(f"/admin/export/{code}/")
        text = b"".join(answer) if answer.streaming else answer.content
        assert (answer.status_code, b"theirs" in text) == (200, False)
        assert code == "customers" or b"ours" in text


def test_only_an_owner_takes_all_of_it_and_never_by_a_link():
    for role, status in {roles.FRONT_DESK: 403, roles.AUDITOR: 403}.items():
        assert browser(role).post(ALL).status_code == status
    assert browser(roles.OWNER).get(ALL).status_code == 405


def test_it_leaves_in_parts_and_a_part_is_no_archive(monkeypatch):
    monkeypatch.setattr(archive, "CHUNK_BYTES", 1)
    for _each in range(3):
        BookingFactory(completed=True)

    told = list(archive.parts(User(is_superuser=True)))

    assert len(told) > 5
    assert zipfile.is_zipfile(io.BytesIO(b"".join(told)))
    assert not zipfile.is_zipfile(io.BytesIO(b"".join(told[:-1])))
