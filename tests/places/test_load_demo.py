"""The demonstration is made by the real use cases, once, into an empty database."""

import json
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from bookings import demo
from bookings.models import Booking, Enquiry, Location
from notifications.models import Delivery
from tests.factories import LocationFactory
from tests.times.places import LOCATIONS

pytestmark = pytest.mark.django_db


def test_every_place_has_a_week_of_bookings_and_staff_have_something_to_do():
    call_command("load_demo")

    places = set(Booking.objects.values_list("location__slug", flat=True))
    assert places == {place["slug"] for place in LOCATIONS}
    assert Booking.objects.count() >= 50
    assert not Booking.objects.unprocessed().exists()
    assert Booking.objects.awaiting_staff().exists()
    assert Booking.objects.awaiting_confirmation().exists()
    assert Booking.objects.filter(status="cancelled", cancelled_by="staff").exists()
    assert Enquiry.objects.exists()
    told = Delivery.objects.filter(kind__in=["confirmation", "moved"], status="pending")
    assert told.count() == Booking.objects.filter(status="accepted").count()


def test_customers_are_written_to_in_what_their_place_speaks():
    call_command("load_demo")

    spoken = dict(Booking.objects.values_list("location__locale", "language"))
    assert [spoken[locale] for locale in ("ja", "de", "en-US", "ne")] == ["ja", "de", "en-US", "en"]


def test_two_demonstrations_of_one_moment_are_alike():
    weeks = []
    with time_machine.travel(timezone.now(), tick=False):
        for _ in range(2):
            before = transaction.savepoint()
            call_command("load_demo")
            weeks.append(sorted(Booking.objects.values_list("local_start", "name", "status")))
            transaction.savepoint_rollback(before)

    assert weeks[0] == weeks[1]


def test_a_used_database_is_left_alone(capsys):
    LocationFactory()
    call_command("load_demo")

    assert "nothing was changed" in capsys.readouterr().out
    assert Location.objects.count() == 1
    assert not Booking.objects.exists()


def test_the_places_are_the_real_ones_with_an_address():
    shipped = json.loads(Path(demo.__file__).with_name("locations.json").read_text())["locations"]
    added = {"address", "phone", "email"}

    for place, real in zip(shipped, LOCATIONS, strict=True):
        assert added <= place.keys()
        kept = {key: place[key] for key in place.keys() - added - {"how_to_pay", "about"}}
        kept["services"] = [{**each, "max_people": 1} for each in place["services"]]
        assert kept == {key: real[key] for key in real.keys() - {"public_holidays_2027"}} | {
            "services": [{**each, "max_people": 1} for each in real["services"]]
        }


def test_no_place_of_the_demonstration_leaves_payers_alone_and_some_book_for_two():
    call_command("load_demo")

    paying = Location.objects.filter(services__approval="payment").distinct()
    assert paying.count() == 2
    assert all(place.how_to_pay for place in paying)
    assert Booking.objects.filter(people__gt=1, location__slug="yoga-ny").exists()
