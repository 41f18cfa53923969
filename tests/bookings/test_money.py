"""A price has the fractions of its currency: yen have none, wherever they are shown."""

from decimal import Decimal

import pytest

from bookings import money
from bookings.announcements import describe_booking
from bookings.letters import write
from notifications.models import Delivery
from tests.factories import BookingFactory, LocationFactory, ServiceFactory

pytestmark = pytest.mark.django_db

HOW = "IBAN DE02 1203 0000 0000 2020 51\nor cash at the desk"


@pytest.fixture
def court():
    place = LocationFactory(slug="court", currency="JPY", how_to_pay=HOW)
    return ServiceFactory(location=place, slug="hour", price="1300", deposit="500", by_payment=True)


@pytest.fixture
def booking(court):
    return BookingFactory(service=court, waiting_for_payment=True, deposit="500")


@pytest.mark.parametrize(("currency", "text"), [("EUR", "1300.00"), ("JPY", "1300"), ("TND", "1300.000")])
def test_each_currency_has_its_own_fractions(currency, text):
    assert str(money.in_fractions(Decimal("1300.00"), currency)) == text


def test_a_code_stands_apart_from_its_amount_and_a_sign_does_not():
    assert money.spoken_price(Decimal(250), "MAD", "en") == "MAD\N{NO-BREAK SPACE}250.00"
    assert money.spoken_price(Decimal(52), "GBP", "en") == "£52.00"


def test_programs_read_whole_yen(client, court):
    [service] = client.get("/api/v1/locations/court/services").json()["services"]

    assert (service["price"], service["deposit"], service["currency"]) == ("1300", "500", "JPY")


def test_endpoints_are_told_whole_yen(booking):
    assert str(describe_booking(booking, False)["price"]) == "1300"


@pytest.mark.parametrize("path", ["/court/", "/court/hour/", "/b/{}/"])
def test_pages_show_whole_yen(client, booking, path):
    page = client.get(path.format(booking.token)).content.decode()

    assert "1,300" in page
    assert "00.00" not in page


def test_a_booking_keeps_the_currency_it_was_made_in(client, booking):
    booking.location.currency = "EUR"
    booking.location.save()

    assert "¥1,300" in client.get(f"/b/{booking.token}/").content.decode()


def test_whoever_has_to_pay_is_told_how_much_and_by_when_and_how(client, booking):
    letter = write(Delivery(kind="received", language="en"), booking)
    page = client.get(f"/b/{booking.token}/").content.decode()

    assert "¥500 by " in letter.text
    assert HOW in letter.text
    assert HOW.replace("\n", "<br>") in page
    assert "¥500 by " in page
    assert client.get(f"/api/v1/bookings/{booking.token}").json()["next_step"].endswith(HOW)


def test_without_words_of_its_own_the_place_will_tell(booking):
    booking.location.how_to_pay = ""

    assert "tells you how." in write(Delivery(kind="received", language="en"), booking).text


def test_whoever_waits_for_a_partner_is_told_by_when():
    booking = BookingFactory(waiting_for_partner=True)
    text = write(Delivery(kind="received", language="en"), booking).text

    assert "partner has answered" in text
    assert "You will have an answer by" in text


def test_what_costs_nothing_is_not_asked_for(court):
    booking = BookingFactory(service=court, waiting_for_payment=True, price=0)

    assert "Please pay by " in write(Delivery(kind="received", language="en"), booking).text
