"""One search box over everything: what people can name leads to the record in one click."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import name_words
from bookings.models import Booking
from operations.intents import Intent
from tests.desk.staff import client
from tests.factories import BookingFactory, DeliveryFactory, EnquiryFactory
from tests.pages.visitor import Page

pytestmark = pytest.mark.django_db


def found(term, role="owner"):
    return Page(client(role).get("/admin/desk/search/", {"q": term}), "/admin/desk/search/")


def page_of(booking):
    return f"/admin/bookings/booking/{booking.pk}/change/"


@pytest.mark.parametrize("term", ["HF-ABCD2345", "hf-abcd", "ANNA@example", "+49 30 555"])
def test_a_booking_is_found_by_what_its_customer_can_say(term):
    booking = BookingFactory(
        accepted=True, reference="HF-ABCD2345", email="anna@example.com", phone="+49 30 555 77"
    )
    other = BookingFactory(accepted=True, reference="HF-ZZZZ9999", email="b@example.com", phone="+1 555")

    links = found(term).links

    assert page_of(booking) in links
    assert page_of(other) not in links


def test_what_is_the_matter_is_one_click_away():
    booking = BookingFactory(failed=True)

    page = found(booking.reference)

    assert f"/admin/desk/bookings.failed/{booking.pk}/" in page.links
    assert "Failed, can be tried again" in page.text


def test_a_customer_who_got_no_mail_is_not_called_fine():
    booking = BookingFactory(accepted=True)
    delivery = DeliveryFactory(booking=booking, dead=True)

    page = found(booking.reference)

    assert {page_of(booking), f"/admin/desk/notifications.dead/{delivery.pk}/"} <= set(page.links)
    assert "nothing the matter" not in page.text


def test_a_message_is_found_by_its_message_id():
    delivery = DeliveryFactory()

    assert f"/admin/notifications/delivery/{delivery.pk}/change/" in found(delivery.message_id).links


def test_what_a_request_made_is_found_by_its_id():
    booking = BookingFactory(accepted=True)
    for scope in ("api:client:POST:bookings", "web:cancel"):
        Intent.objects.create(scope=scope, key=uuid.uuid4(), fingerprint="x")
    intent = Intent.objects.create(
        scope="web:book",
        key=uuid.uuid4(),
        fingerprint="x",
        subject_model="bookings.booking",
        subject_id=booking.pk,
    )

    assert page_of(booking) in found(str(intent.key)).links
    assert "Nothing is known by that." in found(str(uuid.uuid4()), "auditor").text


@pytest.mark.parametrize("term", ["", "h", "\x00\x00\x00", "%", "' OR 1=1", "x" * 5000])
def test_whatever_is_typed_is_answered(term):
    BookingFactory()

    assert found(term).status == 200


def test_nobody_finds_what_they_may_not_see():
    booking = BookingFactory()

    assert booking.name not in found(booking.reference, "newcomer").text


def test_more_than_ten_are_left_to_the_list():
    for number in range(12):
        BookingFactory(email=f"same{number}@example.com")

    page = found("same")

    assert len([link for link in page.links if link.endswith("/change/")]) == 10
    assert "/admin/bookings/booking/?q=same" in page.links


def test_a_search_costs_the_same_for_few_and_for_many():
    browser = client("owner")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/admin/desk/search/", {"q": "same"}).status_code == 200
        return len(queries)

    BookingFactory(email="same@example.com", failed=True)
    few = cost()
    for number in range(8):
        BookingFactory(email=f"same{number}@example.com", failed=True)

    assert cost() <= few
    assert Booking.objects.count() == 9


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("Jürgen Müller", "muller"),
        ("Jurgen Muller", "müller"),
        ("Jürgen Müller", "MUL jür"),
        ("Anna Weiß", "weiss"),
        ("Ødegård, Siri", "odegard"),
        ("Siobhán O'Brien", "o'brien"),
        ("Ana García-Lorca", "lorca"),
        ("Иванова Нина", "иван"),
        ("山田太郎", "山田"),
        ("Nguyễn Thị Hoa", "nguyen hoa"),
        ("ΓΕΩΡΓΙΟΥ ΕΛΕΝΗ", "ελένη"),
    ],
)
def test_people_are_found_by_the_beginnings_of_their_names(name, term):
    booking, other = BookingFactory(accepted=True, name=name), BookingFactory(accepted=True, name="Bo Li")

    links = found(term).links

    assert page_of(booking) in links
    assert page_of(other) not in links


@pytest.mark.parametrize("term", ["elise", "weiss", "elise@", "+49 30 99"])
def test_who_wrote_is_found_by_name_address_and_number(term):
    enquiry = EnquiryFactory(name="Élise Weiß", email="Elise@example.com", phone="+49 30 9988")

    assert f"/admin/desk/bookings.enquiry_open/{enquiry.pk}/" in found(term).links


@pytest.mark.parametrize("term", ["'", "\\ '", "& | !", "a:*", "<->", "ab' & 'c", "-- ’"])
def test_no_sign_of_a_name_is_an_order_to_the_database(term):
    BookingFactory(name="Anna Berg")

    assert found(term).status == 200


def test_a_name_is_looked_up_in_its_index():
    term = name_words.as_words("muller")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Booking.objects.alias(words=name_words.words_of("name")).filter(words=name_words.asked(term))

        assert "bookings_name_words" in plan.explain()
