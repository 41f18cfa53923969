"""Bookings of another program are taken over row by row, once, and every row that is not is explained."""

import io
import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from bookings.importing import checking, formats
from bookings.importing.planning import BOOK, REFUSED, THERE, Planner
from bookings.models import Booking
from bookings.resources import ResourceKind
from notifications.models import Delivery
from operations.history import Event
from tests.calendar.attending import breaches
from tests.factories import BookingFactory, LocationFactory, ResourceFactory, ServiceFactory

pytestmark = pytest.mark.django_db
HEADING = "id,service,person,start,name,email,phone,notes"


@pytest.fixture
def place():
    place = LocationFactory(
        slug="corner", opening_hours="Mo-Su 09:00-17:00", horizon_days=10, minimum_notice_minutes=600
    )
    ResourceFactory(location=place, name="Lena", slug="lena")
    ServiceFactory(location=place, name="Haircut", slug="haircut", minutes=30)
    return place


@pytest.fixture
def run(place, tmp_path):
    def run(text, *options, form="generic"):
        file, said = tmp_path / "old.csv", io.StringIO()
        file.write_text(text)
        call_command(
            "import_bookings", str(file), "--location", "corner", "--format", form, *options, stdout=said
        )
        return said.getvalue().splitlines()

    return run


def table(*lines):
    return "\n".join([HEADING, *lines])


ANNA = "7,Haircut,Lena,2099-03-03 09:10,Anna Berg,anna@example.com,,likes it short"


def test_a_dry_run_changes_nothing(run):
    assert run(table(ANNA))[-1] == "Dry run: 1 booked, 0 already there, 0 not booked."
    assert not Booking.objects.exists()


def test_a_row_becomes_a_booking_at_the_time_of_the_place(run):
    run(table(ANNA), "--apply")

    booking = Booking.objects.get()
    assert booking.local_start == "2099-03-03T09:10:00+01:00"
    assert (booking.status, booking.name, booking.resource.slug) == ("accepted", "Anna Berg", "lena")
    assert (booking.email, booking.notes, booking.source) == ("anna@example.com", "likes it short", "command")
    assert [event.reason for event in Event.objects.of(booking)] == ["Imported", "Imported"]


def test_the_same_file_again_books_nothing_twice(run):
    run(table(ANNA), "--apply")

    assert run(table(ANNA), "--apply")[-1] == "0 booked, 1 already there, 0 not booked."
    assert Booking.objects.get().reference in run(table(ANNA))[0]


def test_without_an_id_the_contents_make_a_row_the_same(run):
    text = table(ANNA.removeprefix("7"), ANNA.removeprefix("7"))

    assert run(text, "--apply")[-1] == "1 booked, 0 already there, 1 not booked."
    assert run(text, "--apply")[-1] == "0 booked, 1 already there, 1 not booked."


def test_a_row_that_changed_is_not_booked_again(run):
    run(table(ANNA), "--apply")

    for options in ((), ("--apply",)):
        said = run(table(ANNA.replace("09:10", "10:10")), *options)
        assert "0 booked, 1 already there" in said[-1]
        assert "It was booked with other details." in said[0]
    assert Booking.objects.count() == 1


def test_nobody_is_told_unless_asked_and_every_promise_holds(run):
    run(table(ANNA), "--apply")
    assert not Delivery.objects.filter(kind="confirmation").exists()
    assert Delivery.objects.filter(kind="reminder").count() == 2

    run(table(ANNA.replace("7,", "8,").replace("09:10", "10:10")), "--apply", "--tell")
    assert Delivery.objects.filter(kind="confirmation").count() == 1
    assert breaches() == []


def test_what_was_agreed_elsewhere_needs_no_answer_and_no_payment(run, place):
    place.services.update(approval="payment")

    run(table(ANNA), "--apply")

    assert Booking.objects.get().status == "accepted"


REFUSED_ROWS = {
    "1,Massage,Lena,2099-03-03 09:00,A,a@example.com,,": "Unknown service “Massage”.",
    "1,Haircut,Olga,2099-03-03 09:00,A,a@example.com,,": "Unknown person or room “Olga”.",
    "1,Haircut,Lena,2099-03-03 08:00,A,a@example.com,,": "Outside the opening hours.",
    "1,Haircut,Lena,2099-03-03 16:40,A,a@example.com,,": "Outside the opening hours.",
    "1,Haircut,Lena,2020-03-03 09:00,A,a@example.com,,": "It is in the past.",
    "1,Haircut,Lena,2099-03-03 09:00,A,a at example,,": "E-mail address: Enter a valid email address.",
    "1,Haircut,Lena,2099-03-03 09:00,,a@example.com,,": "Name: This field is required.",
    "1,Haircut,Lena,2099-03-03 09:00,A,,,": "Neither an e-mail address nor a telephone number.",
    "1,Haircut,Lena,tomorrow,A,a@example.com,,": "“tomorrow” is not a time like 2027-01-31 09:30.",
}


@pytest.mark.parametrize(("row", "why"), REFUSED_ROWS.items())
def test_a_row_that_cannot_be_booked_says_why(run, row, why):
    for options in ((), ("--apply",)):
        assert why in run(table(row), *options)[0]
    assert not Booking.objects.exists()


def test_overlaps_are_named_with_the_booking_and_the_row(run, place):
    start = datetime(2099, 3, 3, 8, 0, tzinfo=UTC)  # 09:00 there
    held = BookingFactory(
        service=place.services.get(), resource=place.resources.get(), starts_at=start, accepted=True
    )
    lines = [
        f"{n},Haircut,Lena,2099-03-03 {at},C{n},c{n}@example.com,,"
        for n, at in enumerate(["09:15", "10:00", "10:15"])
    ]

    for options in ((), ("--apply",)):
        said = run(table(*lines), *options)

        assert f"It overlaps with {held.reference}." in said[0]
        assert "1 not booked" in said[-1] or "2 not booked" in said[-1]
    assert Booking.objects.count() == 2
    assert "It overlaps with" in said[2]


def test_a_dry_run_names_the_row_before_that_takes_the_time(run):
    lines = [
        f"{n},Haircut,,2099-03-03 {at},C{n},c{n}@example.com,," for n, at in enumerate(["10:00", "10:15"])
    ]

    assert "It overlaps with row 2." in run(table(*lines))[1]


def test_anyone_is_whoever_is_free(run, place):
    ResourceFactory(location=place, name="Mehmet", slug="mehmet")
    lines = [f"{n},Haircut,,2099-03-03 10:00,C{n},c{n}@example.com,," for n in range(3)]

    assert run(table(*lines))[-1] == "Dry run: 2 booked, 0 already there, 1 not booked."
    assert run(table(*lines), "--apply")[-1] == "2 booked, 0 already there, 1 not booked."


def test_a_class_is_filled_to_its_places(run, place):
    place.services.update(capacity=2)
    ResourceFactory(location=place, name="Hall", slug="hall", kind=ResourceKind.ROOM)
    lines = [f"{n},Haircut,Lena,2099-03-03 10:00,C{n},c{n}@example.com,," for n in range(3)]

    assert run(table(*lines))[-1] == "Dry run: 2 booked, 0 already there, 1 not booked."
    assert run(table(*lines), "--apply")[-1] == "2 booked, 0 already there, 1 not booked."


@pytest.mark.parametrize(
    ("email", "phone", "outcome"),
    [
        ("ANNA@example.com", "", REFUSED),
        ("", "+49 30 23125 201", REFUSED),
        ("other@example.com", "030 23125201", REFUSED),
        ("anna@example.com", "030 23125 999", REFUSED),
        ("other@example.com", "030 23125 999", BOOK),
        ("other@example.com", "-", BOOK),
    ],
)
def test_a_customer_is_the_same_by_the_address_or_the_number(run, place, email, phone, outcome):
    place.services.update(capacity=9)
    at = "Haircut,Lena,2099-03-03 09:10"
    first = f"1,{at},Anna Berg,anna@example.com,030 23125 201,"
    placeholder = f"2,{at},Ben Wolf,ben@example.com,-,"
    row = f"3,{at},Whoever,{email},{phone},"

    in_file = run(table(first, placeholder, row))[2]
    run(table(first, placeholder), "--apply")
    stored = run(table(row), "--apply")[0]

    assert ("The same customer and time as row 2." in in_file) == (outcome == REFUSED)
    assert ("The same customer has this time already:" in stored) == (outcome == REFUSED)


def test_clock_changes_are_asked_about_and_never_guessed(place):
    zone = place.zone
    for text, why in {"2027-03-28 02:30": "does not exist", "2027-10-31 02:30": "comes twice"}.items():
        with pytest.raises(checking.Unusable, match=why):
            checking.instant(text, zone)
    assert checking.instant("2027-10-31 02:30+01:00", zone) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert checking.instant("2027-10-31 03:30", zone) == datetime(2027, 10, 31, 2, 30, tzinfo=UTC)


APPOINTMENT = {
    "id": 1,
    "book": "2026-07-08 12:57:00",
    "start": "2099-03-03 18:00:00",
    "end": "2099-03-03 18:30:00",
    "hash": "asdf809a8sdf987a9d8f7",
    "status": "Booked",
    "notes": "These are some test notes.",
    "customerId": 56,
    "providerId": 4,
    "serviceId": 7,
    "customer": {
        "id": 56,
        "firstName": "John",
        "lastName": "Doe",
        "email": "john@doe.com",
        "phone": "0123456789",
    },
    "provider": {"id": 4, "firstName": "Chloe", "lastName": "Doe"},
    "service": {"id": 7, "name": "Male Haircut", "duration": 30},
}


def test_appointments_of_easy_appointments_with_names_of_their_own(run, place):
    place.opening_hours = "24/7"
    place.save()
    text = json.dumps([APPOINTMENT, APPOINTMENT | {"id": 2, "hash": "b", "status": "Cancelled"}])

    assert "Unknown service “Male Haircut”." in run(text, form="easyappointments")[0]
    mapped = ["--map-service", "Male Haircut=haircut", "--map-person", "Chloe Doe=lena"]
    said = run(text, "--apply", *mapped, form="easyappointments")

    assert said[-1] == "1 booked, 0 already there, 1 not booked."
    assert "It is “Cancelled” there." in said[1]
    booking = Booking.objects.get()
    assert (booking.name, booking.email, booking.phone) == ("John Doe", "john@doe.com", "0123456789")
    assert booking.local_start == "2099-03-03T18:00:00+01:00"


def test_easy_appointments_as_a_table(place):
    text = (
        "\ufeffHash;Start;End;Service;Provider;Customer First Name;Customer Last Name;"
        "Email;Phone Number;Notes\r\n"
        "abc;2099-03-03 09:00:00;2099-03-03 09:30:00;Haircut;Lena;John;Doe;john@doe.com;'+49 30 1;\r\n"
    )

    (row,) = formats.read(io.StringIO(text), formats.EASY)

    assert (row.external_id, row.name, row.person, row.phone) == ("abc", "John Doe", "Lena", "+49 30 1")


def test_another_length_is_not_guessed_either(place):
    row = formats.Row(
        1, service="Haircut", start="2099-03-03 09:00", end="2099-03-03 10:00", name="A", email="a@b.de"
    )

    verdict = Planner(checking.Names(place)).verdict(row)

    assert (verdict.outcome, verdict.why) == (
        REFUSED,
        "It takes 60 minutes there, and “Haircut” takes 30 here.",
    )


@pytest.mark.parametrize(
    ("text", "form"),
    [("[1]", "easyappointments"), ("{", "easyappointments"), ("a,b\n1,2", "generic"), ("", "generic")],
)
def test_what_is_no_table_is_refused_as_a_whole(run, text, form):
    with pytest.raises(CommandError):
        run(text, form=form)


def test_the_outcomes_are_those_that_are_told():
    assert {BOOK, THERE, REFUSED} == {"book", "there", "refused"}
