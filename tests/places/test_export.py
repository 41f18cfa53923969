"""Everything can be taken along, and the places come back as they were."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.forms.models import model_to_dict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings import place_loading, questions
from bookings.exporting import everything, places, sheets
from bookings.models import Assignment, Location, Requirement, Resource, Service
from operations import roles
from tests.factories import (
    BookingFactory,
    DeliveryFactory,
    EnquiryFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
)
from tests.times.places import DATA

pytestmark = pytest.mark.django_db
NUMBERED = ("id", "location", "service")


def plain(row):
    """The row without what a new database numbers anew, but with the place it belongs to."""
    values = {name: value for name, value in model_to_dict(row).items() if name not in NUMBERED}
    owner = getattr(row, "location", None) or getattr(row, "service", None)
    return values | {"of": owner and (str(getattr(owner, "location", "")), owner.slug)}


def rows():
    models = (Location, Resource, Service, Requirement)
    return [sorted((plain(row) for row in model.objects.all()), key=repr) for model in models]


def load(content, folder):
    file = folder / "places.json"
    file.write_text(json.dumps(content) if isinstance(content, dict) else content)
    return str(place_loading.load(file))


def empty():
    for model in (Requirement, Service, Resource, Location):
        model.objects.all().delete()


def test_the_seven_places_come_back_as_they_were(tmp_path):
    load({"locations": DATA["locations"]}, tmp_path)
    before, text = rows(), places.as_text(Location.objects.all())
    assert load(text, tmp_path) == "Nothing to change."

    empty()
    load(text, tmp_path)

    assert len(before[0]) == 7
    assert rows() == before
    assert places.as_text(Location.objects.all()) == text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(st.characters(categories=("L", "N")), min_size=1, max_size=40),
    price=st.decimals(min_value=0, max_value=9999, places=2),
    has_deposit=st.booleans(),
    minutes=st.integers(1, 600),
    capacity=st.integers(1, 30),
    needs_room=st.booleans(),
    reminders=st.lists(st.integers(1, 720), max_size=6, unique=True),
    breaks=st.lists(st.sampled_from(["12:30-13:15", "22:00-02:00"]), max_size=2),
    hours=st.sampled_from(["", "Mo,We 18:00-19:15", "Sa,Su"]),
)
def test_any_place_comes_back_as_it_was(
    tmp_path, name, price, has_deposit, minutes, capacity, needs_room, reminders, breaks, hours
):
    service = {
        "name": name,
        "price": str(price),
        "deposit": str(price) if has_deposit else None,
        "minutes": minutes,
        "hours": hours,
        "capacity": capacity,
        "needs_room": needs_room,
        "reminder_hours": reminders,
    }
    place = {
        "slug": "x",
        "name": name,
        "time_zone": "Europe/Berlin",
        "opening_hours": "Mo-Fr 09:00-17:00",
        "people": [{"name": name, "days": "Tu", "breaks": breaks}, "Other"],
        "rooms": ["Hall"],
        "services": [service],
    }
    empty()
    load({"locations": [place]}, tmp_path)
    before, text = rows(), places.as_text(Location.objects.all())

    empty()
    load(text, tmp_path)

    assert rows() == before


def test_what_the_file_cannot_say_is_said():
    place = LocationFactory(slug="corner")
    ResourceFactory(location=place, equipment=True, name="Laser")

    assert places.left_out([place]) == ["corner: the equipment “Laser” is not in the file."]


def read(code, **kwargs):
    lines = everything.SHEETS[code].rows(**kwargs)
    heading = next(lines)
    return [dict(zip(heading, line, strict=True)) for line in lines]


def test_bookings_are_told_by_the_clock_of_their_place():
    booking = BookingFactory(accepted=True, name="Anna", answers={"Allergies": "none"})

    (line,) = read("bookings")

    assert (line["reference"], line["name"], line["status"]) == (booking.reference, "Anna", "accepted")
    assert line["start"] == booking.local_start
    assert line["answers"] == "Allergies: none"


def test_answers_are_told_with_the_words_and_the_version_that_were_asked():
    service = ServiceFactory(location__slug="corner")
    service.questions.create(code="terms", kind="consent", text="I agree.")
    kept = questions.as_kept(service, {"terms": "1", "other": "from a program"})
    booking = BookingFactory(service=service, answers=kept)
    service.questions.update(text="I agree to more.")
    BookingFactory(service=service, answers={}, resource=ResourceFactory(location=service.location))

    (line,) = read("answers")

    assert (line["booking"], line["question_code"], line["kind"]) == (booking.reference, "terms", "consent")
    assert (line["question"], line["version"]) == ("I agree.", 1)
    assert [(each["text"], each["version"]) for each in read("questions")] == [("I agree to more.", 2)]
    assert read("bookings")[0]["answers"] == "other: from a program; I agree.: agreed"


def test_closures_and_absences_are_told_by_the_clock_of_their_place():
    place = LocationFactory(slug="corner", time_zone="Europe/Berlin")
    lena = ResourceFactory(location=place, slug="lena")
    span = {
        "starts_at": datetime(2027, 7, 1, 6, tzinfo=UTC),
        "ends_at": datetime(2027, 7, 2, 6, tzinfo=UTC),
    }
    place.closures.create(reason="Fair", **span)
    lena.absences.create(reason="Holiday", **span)

    assert read("closures") == [
        {
            "location": "corner",
            "start": "2027-07-01T08:00:00+02:00",
            "end": "2027-07-02T08:00:00+02:00",
            "reason": "Fair",
        }
    ]
    assert [(each["person"], each["reason"]) for each in read("absences")] == [("lena", "Holiday")]


def test_questions_and_days_to_keep_come_back_as_they_were(tmp_path):
    service = ServiceFactory(location__slug="corner", location__keep_days=90)
    ResourceFactory(location=service.location)
    service.requirements.create(kind="person")
    service.questions.create(
        code="hair", kind="choice", text="Hair?", choices="Short\nLong", is_required=True
    )
    service.questions.create(code="old", text="Old?", is_active=False)
    text = places.as_text(Location.objects.all())
    assert load(text, tmp_path) == "Nothing to change."

    empty()
    load(text, tmp_path)

    assert places.as_text(Location.objects.all()) == text
    assert Location.objects.get().keep_days == 90


def test_more_than_a_page_is_told_once(monkeypatch):
    monkeypatch.setattr(sheets, "PAGE", 2)
    made = [BookingFactory().reference for _each in range(5)]

    assert [line["reference"] for line in read("bookings")] == made


def test_everything_is_written_into_a_folder_for_its_owner_alone(tmp_path):
    booking = BookingFactory(accepted=True, name="=cmd()")
    DeliveryFactory(booking=booking, done=True)
    EnquiryFactory()
    folder = tmp_path / "all"

    call_command("export", str(folder), stdout=io.StringIO())

    assert {path.name for path in folder.iterdir()} == {
        *(f"{code}.csv" for code in everything.SHEETS),
        "locations.json",
    }
    with (folder / "bookings.csv").open(newline="") as file:
        assert [line["name"] for line in csv.DictReader(file)] == ["'=cmd()"]
    with (folder / "messages.csv").open(newline="") as file:
        assert [line["kind"] for line in csv.DictReader(file)] == ["confirmation"]
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.iterdir()]} == {0}
    with pytest.raises(CommandError, match="not an empty folder"):
        call_command("export", str(folder))


def test_the_places_are_written_to_a_file_or_the_screen(tmp_path):
    LocationFactory(slug="corner")
    file, screen = tmp_path / "places.json", io.StringIO()

    call_command("export_locations", str(file))
    call_command("export_locations", stdout=screen)

    assert json.loads(file.read_text())["locations"][0]["slug"] == "corner"
    assert screen.getvalue() == file.read_text()


def browser(role, *own):
    person = User.objects.create_user(role, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    if own:
        Assignment.objects.create(user=person).locations.set(own)
    client = Client()
    client.force_login(person)
    return client


def test_only_an_owner_takes_everything_along():
    for role, status in {roles.OWNER: 200, roles.FRONT_DESK: 403, roles.AUDITOR: 403}.items():
        client = browser(role)
        assert client.get("/admin/export/").status_code == status
        assert client.post("/admin/export/bookings/").status_code == status
    assert client.get("/admin/export/bookings/").status_code == 405
