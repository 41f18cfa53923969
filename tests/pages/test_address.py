"""Correcting one's address on the booking's page: a question, a press, and every refusal in words."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bookings.models import Booking
from notifications.models import Delivery
from operations import intents
from tests.factories import STAFF, BookingFactory, DeliveryFactory, advance
from tests.pages.test_browser import browser_context_args, page

__all__ = ["browser_context_args", "page"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(service):
    booking = BookingFactory(service=service, accepted=True, email="adda@example.com")
    DeliveryFactory(booking=booking, bounced=True)
    return booking


@pytest.fixture
def form(visitor, booking):
    return visitor.open(f"/b/{booking.token}/address/").form()


def test_the_page_leads_to_the_form_that_has_the_address(visitor, booking):
    page = visitor.open(f"/b/{booking.token}/")

    assert "We write to adda@example.com." in page.text
    assert f"/b/{booking.token}/address/" in page.links
    assert visitor.open(f"/b/{booking.token}/address/").form().fields["email"] == "adda@example.com"


def test_before_the_first_message_it_can_be_corrected_too(visitor, service):
    page = visitor.open(f"/b/{BookingFactory(service=service).token}/")

    assert "None has been written yet." in page.text
    assert any("/address/" in link for link in page.links)


def test_looking_at_the_form_changes_nothing(client, booking):
    response = client.get(f"/b/{booking.token}/address/")

    assert "no-store" in response["Cache-Control"]
    assert Booking.objects.get().version == booking.version


def test_a_corrected_address_is_written_to(visitor, form):
    page = visitor.send(form, email="ada@example.com")

    assert page.status == 200
    assert "We write to ada@example.com." in page.text
    assert 'data-message="address_changed"' in page.html
    assert Delivery.objects.filter(recipient="ada@example.com", kind="confirmation").count() == 1


def test_sending_it_twice_corrects_once(visitor, form):
    visitor.send(form, email="ada@example.com")
    page = visitor.send(form, email="ada@example.com")

    assert "Nothing was done twice" in page.text
    assert Delivery.objects.filter(recipient="ada@example.com", kind="confirmation").count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Please enter your e-mail address."),
        ("ada", "like name@example.com"),
        ("ada@example.com\r\nBcc: eve@example.com", "Please write this on one line."),
        ("ADDA@example.com", "This is the address that we have already."),
    ],
)
def test_what_is_no_new_address_is_explained_and_kept(visitor, booking, form, typed, said):
    page = visitor.send(form, email=typed)

    assert page.status == 422
    assert said in page.text
    assert Booking.objects.get().version == booking.version


def test_a_stale_form_tells_what_happened(visitor, booking, form):
    advance(booking, "start", STAFF)
    page = visitor.send(form, email="ada@example.com")

    assert page.status == 409
    assert "The appointment began." in page.text


@pytest.mark.parametrize("broken", [{"request_id": "x"}, {"version": "x"}])
def test_a_form_that_is_not_ours_changes_nothing(client, booking, broken):
    fields = {"request_id": intents.issue(), "version": booking.version, "email": "ada@example.com"}
    response = client.post(f"/b/{booking.token}/address/", fields | broken)

    assert response.status_code == 400
    assert Booking.objects.get().email == "adda@example.com"


def test_of_a_booking_that_is_not_made_yet_nothing_can_be_corrected(visitor, service):
    draft = BookingFactory(service=service, draft=True)

    assert not visitor.open(f"/b/{draft.token}/address/").forms


def test_an_unknown_booking_is_404(client, service):
    assert client.get("/b/unknown/address/").status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_person_corrects_the_address_and_axe_finds_nothing(page, booking):
    page.goto(f"/b/{booking.token}/")
    page.get_by_role("link", name="Correct the address").click()
    page.get_by_label("Your e-mail address").fill("ada")
    page.get_by_role("button", name="Correct the address").click()
    expect(page.get_by_role("alert").first).to_contain_text("name@example.com")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        report = Axe().run(page)
        assert not report.violations_count, report.generate_report()

    page.get_by_label("Your e-mail address").fill("ada@example.com")
    page.get_by_role("button", name="Correct the address").click()
    expect(page.get_by_text("We write to ada@example.com.")).to_be_visible()
    assert Booking.objects.get().email == "ada@example.com"
