"""A file of locations is loaded whole or not at all, and again without harm."""

import copy
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.forms.models import model_to_dict

from bookings import outside, times
from bookings.models import Booking, Location, Requirement, Resource, Service
from tests.factories import BookingFactory
from tests.times.places import DATA

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path, capsys):
    """Write a content to a file, load it, and return what the command says."""

    def load(content):
        file = tmp_path / "places.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        call_command("load_locations", str(file))
        return capsys.readouterr().out.strip()

    return load


@pytest.fixture
def data():
    return copy.deepcopy(DATA)


def place(data, slug):
    return next(each for each in data["locations"] if each["slug"] == slug)


def rows():
    """Every row that the file made, as plain values."""
    return [
        [model_to_dict(row) for row in model.objects.order_by("pk")]
        for model in (Location, Resource, Service, Requirement)
    ]


def test_the_seven_places(load, data):
    assert load(data).startswith("7 locations created")

    berlin = Location.objects.get(slug="barber-berlin")
    lena = berlin.resources.get(slug="lena")
    colour = berlin.services.get(slug="farbe-schnitt")
    assert (berlin.time_zone, berlin.subdivision, berlin.horizon_days) == ("Europe/Berlin", "BE", 60)
    assert (lena.kind, lena.hours, lena.breaks) == ("person", "We-Fr", ["12:30-13:15"])
    assert (colour.deposit, colour.buffer_after_minutes, colour.approval) == (Decimal(30), 15, "payment")


def test_slugs_come_from_the_file_or_the_name_or_the_number(load, data):
    tokyo = place(data, "court-tokyo")
    tokyo["services"][0]["slug"] = "one-hour"
    tokyo["services"].append(tokyo["services"][1] | {"name": "コート"})
    load(data)

    location = Location.objects.get(slug="court-tokyo")
    assert list(location.services.values_list("slug", flat=True)) == ["one-hour", "2", "service-3"]
    assert list(location.resources.values_list("slug", flat=True)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("location", "service", "kinds"),
    [
        ("barber-berlin", "haarschnitt", {"person"}),
        ("physio-london", "follow-up", {"person", "room"}),
        ("yoga-ny", "vinyasa-class", {"person"}),
        ("court-tokyo", "1", {"room"}),
    ],
)
def test_a_service_needs_people_or_rooms_or_both(load, data, location, service, kinds):
    load(data)

    requirements = Requirement.objects.filter(service__location__slug=location, service__slug=service)
    assert set(requirements.values_list("kind", flat=True)) == kinds


def test_a_second_load_changes_nothing_and_says_so(load, data):
    load(data)
    before = rows()

    assert load(data) == "Nothing to change."
    assert rows() == before


def test_a_used_database_is_updated_by_slug(load, data):
    load(data)
    berlin = place(data, "barber-berlin")
    berlin["horizon_days"] = 800
    berlin["services"][0] |= {"price": "31.00", "slug": "haarschnitt", "name": "Haarschnitt kurz"}
    before = Service.objects.get(slug="haarschnitt").pk

    assert load(data) == "1 location changed, 1 service changed."
    assert Location.objects.get(slug="barber-berlin").horizon_days == 800
    assert Service.objects.get(pk=before).name == "Haarschnitt kurz"


def test_what_left_the_file_is_deactivated_and_its_bookings_stay(load, data):
    load(data)
    service = Service.objects.get(slug="bart")
    booking = BookingFactory(service=service)
    berlin = place(data, "barber-berlin")
    del berlin["services"][2], berlin["people"][1]

    assert load(data) == "1 resource deactivated, 1 service deactivated."
    assert not Service.objects.get(slug="bart").is_active
    assert not Resource.objects.get(slug="lena").is_active
    assert Booking.objects.get(pk=booking.pk).service == service


def test_bookings_that_a_file_leaves_outside_are_named_and_listed(load, data):
    load(data)
    berlin = place(data, "barber-berlin")
    berlin["opening_hours"] = "Mo-Su 00:00-24:00"
    berlin["people"][0]["days"] = "Mo-Su"
    load(data)
    mehmet = Resource.objects.get(slug="mehmet")
    booking = BookingFactory(service=Service.objects.get(slug="bart"), resource=mehmet, accepted=True)
    berlin["opening_hours"] = "Mo-Su 01:00-02:00"

    assert load(data).endswith("Bookings to come that now lie outside the hours and stay: 1.")
    assert list(outside.listed()) == [booking]


def test_what_comes_back_is_the_same_row(load, data):
    load(data)
    less = copy.deepcopy(data)
    del place(less, "barber-berlin")["people"][0]
    mehmet = Resource.objects.get(slug="mehmet").pk
    load(less)
    load(data)

    assert Resource.objects.get(slug="mehmet", is_active=True).pk == mehmet


def test_a_new_order_hands_nobody_the_bookings_of_another(load, data):
    tokyo = place(data, "court-tokyo")
    tokyo["rooms"] = ["東", "西"]
    load(data)
    before = dict(Resource.objects.filter(location__slug="court-tokyo").values_list("name", "pk"))
    tokyo["rooms"] = ["南", "西", "東"]
    load(data)

    after = dict(Resource.objects.filter(location__slug="court-tokyo").values_list("name", "pk"))
    assert {name: after[name] for name in before} == before


def test_a_slug_in_the_file_is_its_own_also_where_another_name_bore_it(load, data):
    berlin = place(data, "barber-berlin")
    berlin["services"] = [{"name": "Cut", "minutes": 30}]
    load(data)
    berlin["services"] = [{"name": "Cut", "minutes": 30}, {"name": "Trim", "slug": "cut", "minutes": 20}]
    load(data)

    named = dict(Service.objects.filter(location__slug="barber-berlin").values_list("name", "slug"))
    assert named == {"Cut": "service-1", "Trim": "cut"}


def test_what_staff_entered_and_the_file_does_not_mention_stays(load, data):
    load(data)
    Location.objects.filter(slug="barber-berlin").update(phone="+49 30 5550 100")
    load(data)

    assert Location.objects.get(slug="barber-berlin").phone == "+49 30 5550 100"


def test_a_break_that_left_the_file_is_gone(load, data):
    load(data)
    del place(data, "barber-berlin")["people"][1]["breaks"]
    load(data)

    assert Resource.objects.get(slug="lena").breaks == []


def test_every_loaded_service_offers_times(load, data):
    load(data)

    services = Service.objects.select_related("location")
    assert all(times.next_offer_date(service, date.min) for service in services)


REFUSED = [
    ("time_zone", "Europe/Atlantis", "barber-berlin: time_zone: “Europe/Atlantis” is not a time zone"),
    ("opening_hours", "9 to 5", "barber-berlin: opening_hours: “9 to 5” is not OpenStreetMap syntax"),
    ("horizon_days", 801, "barber-berlin: horizon_days: must be from 0 to 800."),
    ("horizon_days", "60", "barber-berlin: horizon_days: must be a whole number."),
    ("horizon_days", True, "barber-berlin: horizon_days: must be a whole number."),
    ("slot_step_minutes", 0, "barber-berlin: slot_step_minutes: must be from 5"),
    ("colour", "green", "barber-berlin: colour: Write the colour as #"),
    ("colour", "#ffe45e", "barber-berlin: colour: This colour is too pale to be read."),
    ("currency", "EURO", "barber-berlin: currency: is longer than 3 characters."),
    ("currency", "XQQ", "barber-berlin: currency: “XQQ” is not a currency"),
    ("locale", "deutsch", "barber-berlin: locale: “deutsch” is not a locale"),
    ("country", "ZZ", "barber-berlin: country: no calendar of public holidays is known for “ZZ”."),
    ("country", None, "barber-berlin: country: is missing, but the hours speak of public holidays (PH)."),
    ("subdivision", "ENG", "barber-berlin: subdivision: “ENG” is not known in the holidays of DE."),
    ("slug", "admin", "admin: slug: “admin” is the address of another page."),
    ("slug", "Salon Kiez", "Salon Kiez: slug: may have letters"),
    ("slug", "yoga-ny", "slug: “yoga-ny” is the slug of two locations."),
    ("name", "", "barber-berlin: name: is empty."),
    ("name", "Salon\0", "barber-berlin: name: has characters that cannot be shown."),
    ("name", "\ud800", "barber-berlin: name: has characters that cannot be shown."),
    ("email", "nobody", "barber-berlin: email: “nobody” is not an e-mail address."),
    ("openinghours", "Mo-Fr", "barber-berlin: openinghours: is not known."),
    ("people", "Mehmet", "barber-berlin: people: must be a list."),
    ("people", [7], "barber-berlin: people[0]: must be an object."),
    ("people", [{"days": "Mo"}], "barber-berlin: people[0].name: is missing."),
    ("people", [{"name": "M", "days": "never"}], "barber-berlin: people[0].days: “never” is not"),
    (
        "people",
        [{"name": "M", "breaks": ["noon"]}],
        "barber-berlin: people[0].breaks: “noon” is not a",
    ),
    (
        "people",
        [{"name": "M", "slug": "m"}, {"name": "N", "slug": "m"}],
        "people.slug: “m” is used",
    ),
    ("people", [], "barber-berlin: services[0]: cannot be done"),
    ("services", [{"name": "Bart"}], "barber-berlin: services[0].minutes: is missing."),
]


@pytest.mark.parametrize(("field", "value", "message"), REFUSED)
def test_a_mistake_is_named_and_changes_nothing(load, data, field, value, message):
    place(data, "barber-berlin")[field] = value

    with pytest.raises(CommandError) as refused:
        load(data)

    file, rest = str(refused.value).split(": ", 1)
    assert (file, message in rest) == ("places.json", True)
    assert not Location.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("price", 28.0, "price: must be an amount in quotes"),
        ("price", "-1", "price: must be an amount in quotes"),
        ("price", "1e3", "price: must be an amount in quotes"),
        ("deposit", "99", "deposit: is higher than the price."),
        ("approval", "maybe", "approval: must be one of automatic, staff, payment, partner."),
        ("capacity", 0, "capacity: must be from 1"),
        ("needs_room", True, "needs_room: is true, but the location has no rooms."),
        ("needs_room", "no", "needs_room: must be true or false."),
        ("reminder_hours", 24, "reminder_hours: must be a list of at most 6 hours"),
        ("reminder_hours", [24, 0], "reminder_hours: must be from 1 to 720."),
        ("reminder_hours", [2, 2], "reminder_hours: names one hour twice."),
        ("hours", "evenings", "hours: “evenings” is not OpenStreetMap syntax"),
        ("hours", ["Mo"], "hours: must be a text."),
        ("duration", 30, "duration: is not known."),
        ("slug", "contact", "slug: “contact” is the address of another page."),
    ],
)
def test_a_mistake_in_a_service_is_named_with_its_number(load, data, field, value, message):
    place(data, "barber-berlin")["services"][0][field] = value

    with pytest.raises(CommandError, match=r"barber-berlin: services\[0\]\.") as refused:
        load(data)

    assert message in str(refused.value)


def test_a_price_that_no_booking_of_all_places_could_hold_is_named(load, data):
    place(data, "barber-berlin")["services"][0] |= {"price": "1000000000", "capacity": 10}

    with pytest.raises(CommandError, match=r"price: is more than 9999999999.99 for all places"):
        load(data)


def test_a_person_and_a_room_cannot_have_one_slug(load, data):
    place(data, "barber-berlin")["people"][1]["slug"] = "lena"
    place(data, "barber-berlin")["rooms"] = [{"name": "Lena's room", "slug": "lena"}]

    with pytest.raises(CommandError, match=r"rooms\.slug: “lena” is the slug of one of the people"):
        load(data)


def test_a_currency_without_minor_units_has_no_fractions(load, data):
    place(data, "court-tokyo")["services"][0]["price"] = "1300.50"

    with pytest.raises(CommandError, match=r"court-tokyo: services\[0\]\.price: JPY has no such fraction"):
        load(data)


def test_all_mistakes_are_told_at_once(load, data):
    place(data, "barber-berlin")["time_zone"] = "Mars"
    place(data, "yoga-ny")["services"][1]["minutes"] = -5

    with pytest.raises(CommandError, match=r"(?s)barber-berlin.*yoga-ny.*Nothing was changed: 2 problems"):
        load(data)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"locations": {}}', '{"locations": [1]}', '{"x": 1, "locations": []}']
)
def test_what_is_no_file_of_locations_is_refused(load, content):
    with pytest.raises(CommandError, match=r"places\.json"):
        load(content)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.json: cannot be read"):
        call_command("load_locations", str(tmp_path / "nowhere.json"))


def test_a_used_database_keeps_everything_when_the_file_is_wrong(load, data):
    load(data)
    before = rows()
    place(data, "barber-berlin")["name"] = "Renamed"
    place(data, "registry-kathmandu")["time_zone"] = "Mars"

    with pytest.raises(CommandError):
        load(data)

    assert rows() == before


ASKED = [
    {"code": "allergies", "text": "Any allergies?", "help_text": "We use dyes."},
    {
        "code": "hair",
        "kind": "choice",
        "text": "Your hair?",
        "choices": ["Short", "Long"],
        "is_required": True,
    },
    {"code": "terms", "kind": "consent", "text": "I agree to the terms.", "is_required": True},
]


def asked(service):
    return [(each.code, each.kind, each.version) for each in service.questions.filter(is_active=True)]


def test_questions_are_found_by_their_codes_and_count_versions_only_for_other_words(load, data):
    berlin = place(data, "barber-berlin")
    berlin["services"][0]["questions"] = ASKED
    load(data)
    service = Location.objects.get(slug="barber-berlin").services.first()
    assert asked(service) == [("allergies", "line", 1), ("hair", "choice", 1), ("terms", "consent", 1)]
    assert service.questions.get(code="hair").options == ["Short", "Long"]
    assert load(data) == "Nothing to change."

    berlin["services"][0]["questions"] = [ASKED[2] | {"text": "I agree to the new terms."}, ASKED[1]]
    load(data)

    assert asked(service) == [("terms", "consent", 2), ("hair", "choice", 1)]
    assert not service.questions.get(code="allergies").is_active


def test_what_the_file_does_not_say_of_questions_stays(load, data):
    berlin = place(data, "barber-berlin")
    berlin["services"][0]["questions"] = ASKED
    load(data)
    del berlin["services"][0]["questions"]

    assert load(data) == "Nothing to change."
    assert len(asked(Location.objects.get(slug="barber-berlin").services.first())) == 3


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ("Why?", "services[0].questions: must be a list."),
        (["Why?"], "services[0].questions[0]: must be an object."),
        ([{"text": "Why?"}], "services[0].questions[0].code: is missing."),
        ([ASKED[0] | {"text": ""}], "services[0].questions[0].text: is empty."),
        ([ASKED[0] | {"kind": "essay"}], "services[0].questions[0].kind: must be one of line,"),
        ([ASKED[0] | {"why": 1}], "services[0].questions[0].why: is not known."),
        ([ASKED[0], ASKED[0]], "services[0].questions.code: “allergies” is used twice."),
        ([ASKED[1] | {"choices": []}], "services[0].questions[0].choices: is missing."),
        ([ASKED[1] | {"choices": ["A", "A"]}], "services[0].questions[0].choices: names one answer twice."),
        ([ASKED[0] | {"choices": ["A"]}], "services[0].questions[0].choices: is only for the kind “choice”."),
    ],
)
def test_a_wrong_question_is_named_with_its_place(load, data, questions, message):
    place(data, "barber-berlin")["services"][0]["questions"] = questions

    with pytest.raises(CommandError) as refused:
        load(data)

    assert f"places.json: barber-berlin: {message}" in str(refused.value)
    assert not Location.objects.exists()


@pytest.mark.parametrize(("given", "kept"), [(30, 30), (None, None)])
def test_how_long_customers_are_kept_is_said_in_the_file(load, data, given, kept):
    place(data, "barber-berlin")["keep_days"] = given
    load(data)

    assert Location.objects.get(slug="barber-berlin").keep_days == kept


@pytest.mark.parametrize("given", [0, 3651, "30", True])
def test_a_wrong_number_of_days_is_refused(load, data, given):
    place(data, "barber-berlin")["keep_days"] = given

    with pytest.raises(CommandError, match="barber-berlin: keep_days: must be"):
        load(data)


@pytest.mark.parametrize(
    ("given", "kept"), [("Mo,We 18:00-19:15", "Mo,We 18:00-19:15"), ("", ""), (None, "")]
)
def test_a_service_has_the_hours_that_the_file_says_and_else_those_it_had(load, data, given, kept):
    service = place(data, "barber-berlin")["services"][0]
    service["hours"] = "Tu"
    load(data)

    service["hours"] = given
    load(data)
    del service["hours"]
    load(data)

    first = Location.objects.get(slug="barber-berlin").services.first()
    assert first.hours == kept


def test_a_service_is_online_where_the_file_says_so(load, data):
    service = data["locations"][0]["services"][0]
    service |= {"takes_place_online": True, "how_to_join": "We call you."}
    load(data)
    del service["takes_place_online"], service["how_to_join"]
    load(data)

    first = Service.objects.get(location__slug="barber-berlin", name=service["name"])
    assert (first.takes_place_online, first.how_to_join) == (True, "We call you.")


def test_how_to_join_is_a_thousand_signs_at_most(load, data):
    data["locations"][0]["services"][0]["how_to_join"] = "x" * 1001
    with pytest.raises(CommandError, match="how_to_join: is longer than 1000"):
        load(data)
