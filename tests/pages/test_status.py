"""A booking's own page tells the truth, in one element, and asks again no more often than it must."""

import re
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest

from bookings.views.status import SOON_SECONDS
from notifications.models import Delivery
from tests.factories import BookingFactory, DeliveryFactory, advance

pytestmark = pytest.mark.django_db

TRAITS = (
    *("draft", "waiting", "waiting_for_payment", "waiting_for_partner", "accepted", "in_progress"),
    *("completed", "cancelled", "cancelled_by_staff", "failed"),
)


def test_status_and_version_stand_on_one_element(visitor, service):
    booking = BookingFactory(service=service, accepted=True)
    found = re.findall(
        r'<[^>]*data-status="(\w+)" data-version="(\d+)"', visitor.open(f"/b/{booking.token}/").html
    )
    assert found == [("accepted", str(booking.version))]


@pytest.mark.parametrize("trait", TRAITS)
def test_every_state_has_a_headline_and_a_next_step(visitor, service, trait):
    booking = BookingFactory(service=service, **{trait: True})
    page = visitor.open(f"/b/{booking.token}/")
    assert page.status == 200
    assert booking.reference in page.text
    assert re.search(r"<h1[^>]*>[^<]{10,}</h1>\s*<p>[^<]+</p>\s*<p><strong>[^<]+</strong>", page.html)


@pytest.mark.parametrize(
    "trait", ["working", "done", "confirmed", "bounced", "unknown", "dead", "held", "expired", "settled"]
)
def test_every_message_is_told_with_its_status(visitor, service, trait):
    booking = BookingFactory(service=service, accepted=True)
    delivery = DeliveryFactory(booking=booking, **{trait: True})
    page = visitor.open(f"/b/{booking.token}/")
    assert f'data-message="confirmation" data-message-status="{delivery.status}"' in page.html


def test_messages_to_the_staff_are_none_of_the_customers_business(visitor, service):
    booking = BookingFactory(service=service, accepted=True)
    DeliveryFactory(booking=booking, kind="staff_request", is_for_staff=True)
    assert "staff_request" not in visitor.open(f"/b/{booking.token}/").html


def test_the_fragment_is_304_until_something_changes(client, service):
    booking = BookingFactory(service=service, accepted=True)
    path = f"/b/{booking.token}/status/"
    tag = client.get(path)["ETag"]
    assert tag.startswith(f'"{booking.version}-')
    unchanged = client.get(path, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged["ETag"], unchanged.content) == (304, tag, b"")
    DeliveryFactory(booking=booking)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_the_page_knows_the_tag_of_its_fragment(client, service):
    booking = BookingFactory(service=service, accepted=True)
    tag = client.get(f"/b/{booking.token}/status/")["ETag"]
    assert tag.replace('"', "&quot;") in client.get(f"/b/{booking.token}/").content.decode()


@pytest.mark.parametrize(
    ("trait", "every"),
    [("accepted", 30), ("waiting", 30), ("failed", 30), ("cancelled", 0), ("completed", 0)],
)
def test_the_page_asks_often_only_while_something_moves(client, service, trait, every):
    booking = BookingFactory(service=service, **{trait: True})
    body = client.get(f"/b/{booking.token}/status/").content.decode()
    assert (f"every {every}s" in body) if every else ("every" not in body)
    DeliveryFactory(booking=booking)
    assert f"every {SOON_SECONDS}s" in client.get(f"/b/{booking.token}/status/").content.decode()


def test_without_a_script_there_is_a_link_to_look_again(visitor, service):
    booking = BookingFactory(service=service)
    page = visitor.open(f"/b/{booking.token}/")
    assert f"/b/{booking.token}/" in page.links
    advance(booking, "accept")
    assert 'data-status="accepted"' in visitor.open(f"/b/{booking.token}/").html


def test_the_calendar_file_has_its_own_type_and_name(client, service):
    booking = BookingFactory(service=service, accepted=True)
    response = client.get(f"/b/{booking.token}/calendar.ics")
    assert response["Content-Type"].startswith("text/calendar")
    assert booking.reference in response["Content-Disposition"]
    assert b"BEGIN:VEVENT" in response.content


@pytest.mark.parametrize("query", ["", "?repeat=1", "?repeat=%00"])
def test_a_scanner_that_fetches_a_messages_link_shows_nothing(client, service, query):
    booking = BookingFactory(service=service, accepted=True)
    delivery = DeliveryFactory(booking=booking, done=True)
    client.get(f"/b/{booking.token}/{query or '?'}&m={delivery.uid}")
    assert Delivery.objects.get().status == "done"


@pytest.mark.parametrize("number", ["", "x", "\0", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_message_was_not_seen(client, service, number):
    booking = BookingFactory(service=service, accepted=True)
    DeliveryFactory(booking=booking, done=True)
    assert client.post(f"/b/{booking.token}/seen/", {"m": number}).status_code == 204
    assert Delivery.objects.get().status == "done"


def test_a_message_is_seen_only_on_its_own_bookings_page(client, service):
    booking = BookingFactory(service=service, accepted=True)
    delivery = DeliveryFactory(done=True)
    client.post(f"/b/{booking.token}/seen/", {"m": str(delivery.uid)})
    assert Delivery.objects.get(pk=delivery.pk).status == "done"


def test_a_name_cannot_break_the_page(visitor, service):
    booking = BookingFactory(service=service, name="<script>alert(1)</script>\"'&")
    assert "<script>alert" not in visitor.open(f"/b/{booking.token}/").html


@pytest.mark.parametrize("trait", ["draft", "waiting", "accepted", "cancelled"])
def test_what_its_customer_told_the_place_stays_on_the_page(visitor, service, trait):
    booking = BookingFactory(service=service, notes="Short, please.", **{trait: True})

    assert "Anything we should know? Short, please." in visitor.open(f"/b/{booking.token}/").text


def test_a_page_in_another_language_says_its_moments_in_that_language(visitor, service, settings):
    booking = BookingFactory(service=service, accepted=True, language="en")
    visitor.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    page = visitor.open(f"/b/{booking.token}/")

    assert "Wir erwarten Sie" in page.text
    assert not re.search(r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day", page.text)


def test_until_when_it_can_be_changed_is_said_and_then_whom_to_ask(visitor, service):
    booking = BookingFactory(service=service, accepted=True)
    assert "You can move or cancel it here until" in visitor.open(f"/b/{booking.token}/").text

    service.location.cancel_until_hours = 24 * 30
    service.location.phone = "+49 30 1234"
    service.location.save()
    page = visitor.open(f"/b/{booking.token}/")

    assert "It begins so soon that it cannot be cancelled online. Please contact Salon Kiez" in page.text
    assert {"/salon/contact/", "tel:+49301234"} <= set(page.links)


def test_what_was_agreed_can_be_cancelled_and_says_why_it_cannot_be_moved(visitor, service):
    service.approval = "staff"
    service.save()
    page = visitor.open(f"/b/{BookingFactory(service=service, accepted=True).token}/")

    assert "You can cancel it here until" in page.text
    assert "An agreed time cannot be moved online" in page.text


def test_google_is_told_what_when_and_where_and_not_who(visitor, service):
    booking = BookingFactory(service=service, accepted=True, name="Ada Lovelace")
    page = visitor.open(f"/b/{booking.token}/")
    link = next(link for link in page.links if link.startswith("https://calendar.google.com/"))

    asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    assert asked["dates"].startswith(f"{booking.starts_at:%Y%m%dT%H%M%SZ}/")
    assert (asked["text"], asked["ctz"]) == ("Cut, Salon Kiez", "Europe/Berlin")
    assert not any(secret in unquote_plus(link) for secret in (booking.token, "Ada", booking.email))
