"""A telephone number is one number, however somebody types it: found, compared, blocked and forgotten."""

import importlib
import uuid

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import customers, intake, phones
from bookings.calendar import suggestions
from bookings.calendar.worries import _is_same_person
from bookings.correspondence import Enquiry
from bookings.models import Booking, Customer
from operations import intents
from operations.desk import searching
from operations.errors import Refusal
from operations.workflow import Source
from tests.bookings.test_customers import known, pressed
from tests.desk.staff import client, user
from tests.factories import (
    STAFF,
    BookingFactory,
    EnquiryFactory,
    LocationFactory,
    ResourceFactory,
    ServiceFactory,
    advance,
    in_a_week,
)

pytestmark = pytest.mark.django_db

STORED = "+49 30 23125 201"
SPELLINGS = ("+493023125201", "0049 30 23125201", "030 23125201", "(030) 23125-201", "+49 (0)30 23125201")
LAST_DIGITS = ("23125201", "125201")


@pytest.mark.parametrize("typed", SPELLINGS)
def test_every_spelling_has_the_same_form(typed):
    assert phones.key(typed, "DE") == phones.key(STORED, "") == "+493023125201"


@pytest.mark.parametrize(
    ("typed", "form"), [("555 0100", "5550100"), ("110", "110"), ("ask Anna", "ask anna"), ("", "")]
)
def test_what_is_no_whole_number_keeps_its_digits_or_its_words(typed, form):
    assert phones.key(typed, "US") == form


def test_a_place_without_a_country_dials_as_its_time_zone_does():
    assert phones.country_of(LocationFactory(country="", subdivision="")) == "DE"


def test_what_was_typed_is_shown_and_its_form_follows_it():
    booking = BookingFactory(phone="030 23125201")
    assert (booking.phone, booking.phone_key) == ("030 23125201", "+493023125201")

    advance(booking, "correct_phone", STAFF, phone="030 23125202")

    assert Booking.objects.get(pk=booking.pk).phone_key == "+493023125202"


def test_a_change_of_something_else_asks_nothing_about_the_number():
    booking = BookingFactory(phone=STORED, accepted=True)
    fresh = Booking.objects.get(pk=booking.pk)

    with CaptureQueriesContext(connection) as asked:
        field = Booking._meta.get_field("phone_key")
        assert field.pre_save(fresh, False) == "+493023125201"

    assert len(asked) == 0


@pytest.mark.parametrize("typed", [*SPELLINGS, STORED, *LAST_DIGITS, "030 231", "+49 30 23"])
def test_somebody_who_calls_is_known(typed):
    BookingFactory(phone=STORED, name="Ada")
    BookingFactory(phone="030 77700001", name="Somebody else")

    found = suggestions.known(user("owner"), phone=typed, email="", name="")

    assert [each.name for each in found] == ["Ada"]


def test_two_spellings_are_one_person_who_was_here_twice():
    for typed in SPELLINGS[:2]:
        BookingFactory(phone=typed, name="Ada", email="")

    (found,) = suggestions.known(user("owner"), phone="030 23125201", email="", name="")

    assert found.count == 2


@pytest.mark.parametrize("typed", [*SPELLINGS, *LAST_DIGITS])
def test_the_desk_finds_bookings_enquiries_and_customers(typed):
    booking = BookingFactory(phone=STORED, email="")
    enquiry = EnquiryFactory(phone=STORED)
    customers.collect()

    found = {hit.record for each in searching.find(user("owner"), typed) for hit in each.hits}

    assert found == {booking, enquiry, Customer.objects.get(email="")}


def test_few_last_digits_are_not_looked_for():
    BookingFactory(phone=STORED)

    assert searching.find(user("owner"), "25201") == []


def test_a_block_holds_however_the_number_is_typed():
    customer = known(email="", phone=STORED)
    pressed(client("owner"), customer, "block")

    assert customers.is_blocked(BookingFactory(email="", phone="030 23125201"))
    assert not customers.is_blocked(BookingFactory(email="", phone="040 23125201"))
    assert customers.is_blocked(BookingFactory(email="new@example.com", phone="030 23125201"))
    assert not customers.is_blocked(BookingFactory(email="new@example.com", phone=""))


def test_one_customer_for_all_spellings():
    first = known(email="", phone=STORED)
    second = known(email="", phone="030 23125201", name="Ada King")

    assert first == second
    assert (second.name, customers.bookings_of(second).count()) == ("Ada King", 2)


@pytest.mark.parametrize("typed", ["030 23125201", "23125201"])
def test_customers_are_merged_by_any_spelling(typed):
    customer, other = known(), known(email="", phone=STORED)

    assert pressed(client("owner"), customer, "merge", other=typed).status_code == 303

    other.refresh_from_db()
    assert other.merged_into == customer


def test_last_digits_of_two_customers_merge_nobody():
    customer = known()
    for phone in ("030 23125201", "040 23125201"):
        known(email="", phone=phone)

    assert pressed(client("owner"), customer, "merge", other="23125201").status_code != 303
    assert not Customer.objects.filter(merged_into__isnull=False).exists()


def test_a_second_booking_in_another_spelling_is_asked_about():
    service = ServiceFactory(capacity=3)
    ResourceFactory(location=service.location)

    def book(phone):
        wanted = intake.Submission(
            service=service, start=in_a_week(), resource=None, name="Ada", email="", phone=phone
        )
        return intake.submit(intents.Request("web:book", uuid.uuid4()), wanted, source=Source.WEB)

    book(STORED)
    with pytest.raises(Refusal) as refused:
        book("030 23125201")

    assert refused.value.code == "likely_duplicate"


def test_a_request_of_somebody_with_another_booking_then_says_so():
    assert _is_same_person(
        BookingFactory(email="", phone=STORED), BookingFactory(email="", phone="030/23125201")
    )


def test_what_was_there_before_gets_its_form():
    booking, enquiry = BookingFactory(email="", phone=STORED), EnquiryFactory(phone=STORED)
    customers.collect()
    for model in (Booking, Enquiry, Customer):
        model.objects.update(phone_key="")
    version = Booking.objects.get().version

    importlib.import_module("bookings.migrations.0036_numbers_that_are_there_get_it").fill(apps, None)

    found = [Booking.objects.get(), Enquiry.objects.get(), Customer.objects.get(email="")]
    assert {each.phone_key for each in found} == {"+493023125201"}
    assert (found[0], found[1], found[0].version) == (booking, enquiry, version)


def test_what_the_version_before_wrote_meanwhile_gets_it_with_its_customer():
    booking = BookingFactory(email="", phone=STORED)
    Booking.objects.update(phone_key="")

    customers.collect()

    assert customers.of(Booking.objects.get(pk=booking.pk)) == customers.find("030 23125201")
    assert customers.find("030 23125201") is not None


@pytest.mark.parametrize("model", [Booking, Enquiry, Customer])
def test_both_ends_are_found_by_index(model):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = phones.like(model.objects.all(), "030 23125201").explain()

    assert "phone_key" in plan
    assert "phone_tail" in plan
